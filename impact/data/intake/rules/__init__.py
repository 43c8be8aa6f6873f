"""One rule a class: its declared options, and what it does to a table."""
