"""What stands in a text: numbers of papers, places, sums of money, dates. Text in, facts with their places out."""
