"""What happened, made from the log of changes: news, one row for each thing that a reader would be told.

refreshing   brings them up to the log      renaming   carries them to other ids
rules        what changes mean; records and behind read what a stretch of the log is about
"""
