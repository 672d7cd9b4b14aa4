"""How SOMACOS Session deviates from OParl."""
