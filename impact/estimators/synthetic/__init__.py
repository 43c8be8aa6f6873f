"""Comparison groups made of weights or factors: synthetic control, synthetic differences, interactive effects, completion."""
