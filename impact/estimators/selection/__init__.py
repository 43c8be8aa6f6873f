"""Who was selected: propensities, and comparisons of those who are alike in what was known before."""
