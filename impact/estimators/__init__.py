"""Estimators: one a file, each a frozen dataclass with ``fit``."""
