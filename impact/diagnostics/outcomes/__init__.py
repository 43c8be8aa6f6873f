"""Outcomes as they are: firms that no longer answer, quarters without a sale, scales that depend on the unit."""
