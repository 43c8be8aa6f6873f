"""One total of several offices that may not show each other, or anybody, their own sums (docs/offices.md)."""
