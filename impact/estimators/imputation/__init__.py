"""Untreated outcomes imputed from unit and period effects of untreated observations."""
