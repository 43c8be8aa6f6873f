"""Economics of an effect: what it is worth to the country, what it cost, and whether the one justifies the other."""
