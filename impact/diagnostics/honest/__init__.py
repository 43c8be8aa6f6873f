"""Honest bounds under violations of parallel trends (Rambachan and Roth)."""

from impact.diagnostics.honest.bounds import HonestBounds, HonestResult

__all__ = ["HonestBounds", "HonestResult"]
