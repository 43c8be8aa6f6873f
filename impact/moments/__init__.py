"""Path moments: one reduction of the data from which every linear estimator follows exactly."""

from impact.moments.cells import ClusterSums, PathMoments
from impact.moments.scores import Scores, covariance, unit_scores

__all__ = ["ClusterSums", "PathMoments", "Scores", "covariance", "unit_scores"]
