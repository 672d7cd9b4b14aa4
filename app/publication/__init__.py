"""What goes out: each record in the one form in which everybody gets it, kept in `public_object` and true to the log.

names        addresses of our OParl server, and back        licences     under which licence a record may be passed on
reach        which records go out                           forms        a record as an OParl 1.1 object under our ids
loading      rows with all that stands in their forms       around       what else a change touches
refreshing   from the log to the table                      writing      one turn of that, in one commit
leaving      what moved to another council                  reading      what downloads, feeds and servers ask
portions     how much goes into one answer
"""
