"""What the town's documents say and how they are drawn, one file a kind."""
