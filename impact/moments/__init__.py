"""Path moments: one reduction of the data from which every linear estimator follows exactly."""

from impact.moments.cell_groups import CellGroups
from impact.moments.cluster_sums import ClusterSums
from impact.moments.path_moments import PathMoments
from impact.moments.paths import Paths
from impact.moments.scores import Scores
from impact.moments.unit_scores import UnitScores

__all__ = ["CellGroups", "ClusterSums", "PathMoments", "Paths", "Scores", "UnitScores"]
