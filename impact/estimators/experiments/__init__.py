"""Comparisons of arms that were drawn by lot: means, and means given a baseline."""
