"""The estimator that is meant where none is named, and the word by which tables name an estimator."""

import re

from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.estimators.many import AnyEstimator


def default_estimator(*, level: float | None = None) -> AnyEstimator:
    """Return the default headline estimator: Callaway and Sant'Anna's, not-yet-treated controls, no anticipation."""
    return CallawaySantAnna() if level is None else CallawaySantAnna(level=level)


def word_of(estimator: AnyEstimator) -> str:
    """Return an estimator's word, such as ``two_way_fixed_effects``."""
    name = type(estimator).__name__.replace("SantAnna", "Santanna").replace("DiD", "Did")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
