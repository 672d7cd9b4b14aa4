"""What is amiss with a council's data: counted once a day, listed record by record, told to its office each quarter.

measures     what is looked at: a name, a group, a condition on records of one type
fields, links, twins, files   the conditions
counting     all of it for all councils, in one statement a type
snapshots    what was counted, by day
listing      the records concerned
patterns, scanning    what on pages may be private
words        what a finding says, why it matters and what helps
letters, addresses    the mail of each quarter
"""
