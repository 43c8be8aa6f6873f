"""Path moments: one reduction of the data from which every linear estimator follows exactly."""

from impact.moments.cells import ClusterSums, PathMoments, Points
from impact.moments.scores import Scores, both

__all__ = ["ClusterSums", "PathMoments", "Points", "Scores", "both"]
