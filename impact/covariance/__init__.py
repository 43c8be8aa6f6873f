"""Scores to covariances: cluster-robust (CRV0-CRV3), two-way, by distance; the only room with a small-sample factor."""
