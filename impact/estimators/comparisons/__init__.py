"""Comparisons of changes between treated and untreated cohorts, and one rule of who is compared with whom."""
