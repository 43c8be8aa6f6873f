"""Data as a plan expects them, before there are any: outcomes, the panel they stand in, and the files it would arrive in."""
