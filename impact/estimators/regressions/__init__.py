"""Least squares (and Poisson) with unit and period effects."""
