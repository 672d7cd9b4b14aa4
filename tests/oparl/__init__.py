"""What an OParl server has to do, checked from outside: the same for our own, for any database and any council."""
