"""A real OpenSearch cluster for tests: three nodes on loopback, each in a process of its own that can be killed."""
