"""Other ways to a follower than the mail: browsers that are pushed to, programs that are called, hubs that are told."""
