"""Effects on the distribution of the treated's outcomes: changes-in-changes, quantile difference-in-differences."""

from impact.estimators.distribution.changes_in_changes import ChangesInChanges, QuantileDiD

__all__ = ["ChangesInChanges", "QuantileDiD"]
