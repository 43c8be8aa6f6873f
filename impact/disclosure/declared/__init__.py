"""What each figure of a run is, and under what it leaves: an allow list over all parts, their fields and tables."""
