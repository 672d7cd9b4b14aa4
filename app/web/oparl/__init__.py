"""Our own OParl 1.1 server, at /oparl/v1.1/: whatever a council's server speaks, ours speaks valid OParl.

routes   addresses, and what answers at each          asking    filters, limit and the place in a list, from an address
lists    pages of lists                               entry     the System
bytes    files, to be looked at and to be saved       answers   JSON, errors, redirects, and who may read them
"""
