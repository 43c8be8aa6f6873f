"""Path moments: one reduction of the data from which every linear estimator follows exactly."""

from impact.moments.cells import PathMoments
from impact.moments.points import ClusterSums, Groups, Points
from impact.moments.scores import Scores, both

__all__ = ["ClusterSums", "Groups", "PathMoments", "Points", "Scores", "both"]
