"""A study of which only moments are known: every part that follows from them, and of the others that they do not."""
