"""What ALLRIS by CC e-gov does (Aachen, Augsburg, Osnabrück, Leipzig, Bonn, the districts of Berlin)."""
