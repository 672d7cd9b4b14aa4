"""A made-up town, its council's papers and an OParl 1.1 server for them."""
