"""What pages, exports and APIs ask of the records, as sentences."""
