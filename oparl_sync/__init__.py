"""The worker: it mirrors OParl servers. One file a step, in the order of the data; only `run` knows the order."""
