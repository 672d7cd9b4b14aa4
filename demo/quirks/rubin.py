"""How more! rubin deviates from OParl."""
