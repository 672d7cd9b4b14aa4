"""What figures show, counted ahead of the question: records to events, events to sums; kept up from the log of changes.

events    of one record: what is counted of it        upkeep    from the log, from nothing, and the sums of a year
"""

from app.tallies.upkeep import CONSUMER, Counts, differences, rebuild, refresh

__all__ = ["CONSUMER", "Counts", "differences", "rebuild", "refresh"]
