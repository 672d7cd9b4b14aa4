"""What more! rubin does (Freiburg, Darmstadt, Castrop-Rauxel, ruhrparlament.de, *.gremien.info)."""
