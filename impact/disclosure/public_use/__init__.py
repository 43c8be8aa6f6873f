"""A file of microdata that leaves: who may be found in it, what is changed so that fewer are, and what that costs."""
