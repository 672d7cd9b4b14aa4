"""Requests to take something down: of a person, of a municipality, or noted by the operator for whoever wrote a letter.

tickets    taking one, deciding it, counting them, forgetting whose they were
mails      to the operator that one has come, and that a month is nearly over; to whoever asked, what became of it
"""
