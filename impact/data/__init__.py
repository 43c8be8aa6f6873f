"""Schema, readers and the one validated `Panel`."""
