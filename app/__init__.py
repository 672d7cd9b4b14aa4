"""The records of the councils and the site that shows them."""
