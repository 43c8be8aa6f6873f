"""The pages of a rehearsal: what the planned study is worth, and what other designs would be."""
