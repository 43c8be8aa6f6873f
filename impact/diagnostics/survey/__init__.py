"""Checks of how a survey was answered: by whom, by which arm, how exactly, and whether answers contradict each other."""
