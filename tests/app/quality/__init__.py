"""What is amiss with councils' data."""
