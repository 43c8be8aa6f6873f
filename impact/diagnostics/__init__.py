"""Checks of the data and of the design's assumptions; each returns a `CheckResult`."""
