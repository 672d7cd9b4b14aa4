"""How CC e-gov ALLRIS deviates from OParl."""
