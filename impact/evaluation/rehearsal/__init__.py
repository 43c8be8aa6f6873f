"""A plan rehearsed before its data: what is believed, the files it would arrive in, and what its design is worth."""
