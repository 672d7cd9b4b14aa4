"""How any vendor's servers deviate from OParl."""
