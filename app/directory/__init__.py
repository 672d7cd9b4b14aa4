"""Where councils are: all German municipalities, and the OParl servers that are known; tables and their readers."""
