"""What the benchmarks of search count, and by what they judge."""
