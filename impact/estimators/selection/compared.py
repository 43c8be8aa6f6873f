"""Two groups and their covariates, ready for algebra: standardised, and refused by name where nothing follows from them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Mask
from impact.errors import NotIdentifiedError

RANK_TOLERANCE = 1e-10  # share of a column's variance that the columns before it leave; rounding leaves about 1e-15


@dataclass(frozen=True)
class Compared:
    """n units of two groups.

    Attributes
    ----------
    change : ndarray, (n, K)
        K outcomes, such as changes to K periods.
    treated : ndarray of bool, (n,)
    X : ndarray, (n, p)
        A constant, then the covariates less their mean over their standard deviation: estimates that have a constant among
        their regressors are the same, and rounding is small whatever the covariates' units.
    weight : ndarray, (n,)
    names : tuple of str
        The p - 1 covariates.
    who : str
        The comparison, for messages.
    """

    change: Floats
    treated: Mask
    X: Floats
    weight: Floats
    names: tuple[str, ...]
    who: str

    @classmethod
    def of(
        cls,
        change: Floats,
        treated: Mask,
        covariates: Floats,
        *,
        weight: Floats | None = None,
        names: Sequence[str],
        who: str = "the comparison",
    ) -> "Compared":
        """Standardise the covariates (n, p - 1).

        Raises
        ------
        NotIdentifiedError
            When a covariate is the same for all, or follows from the others.
        """
        weight = np.ones(len(treated)) if weight is None else weight
        lengthwise = np.ascontiguousarray(covariates.T)  # sums over units run along memory
        spread = np.ptp(lengthwise, axis=1)
        for name in np.array(names, dtype=object)[spread == 0]:
            raise NotIdentifiedError(
                f"{name}: the same for all units of {who}; leave it out of the covariates"
            )
        X = np.ones((len(names) + 1, len(treated)))
        X[1:] = lengthwise - lengthwise.mean(axis=1, keepdims=True)
        X[1:] /= np.sqrt((X[1:] ** 2).mean(axis=1, keepdims=True))
        made = cls(change, treated, X.T, weight, tuple(names), who)
        made.gram(weight, among="the units")
        return made

    @property
    def on_treated(self) -> Floats:
        """Weights of the treated, zero for controls, (n,)."""
        return np.where(self.treated, self.weight, 0.0)

    @property
    def on_controls(self) -> Floats:
        """Weights of the controls, zero for treated units, (n,)."""
        return np.where(self.treated, 0.0, self.weight)

    def gram(self, weight: Floats, *, among: str) -> Floats:
        """Return X'WX (p, p) of regressors that are independent among the units that ``weight`` (n,) counts.

        Raises
        ------
        NotIdentifiedError
            Naming the first covariate that follows from those before it, or saying that there are too few units.
        """
        n_weighed, p = int(np.count_nonzero(weight)), self.X.shape[1]
        if n_weighed < p:
            raise NotIdentifiedError(
                f"{', '.join(self.names)}: more covariates than {among} of {self.who} can tell apart ({n_weighed}); take fewer"
            )
        gram = self.X.T @ (self.X * weight[:, None])
        left = gram / np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
        for place in range(
            p
        ):  # elimination one column at a time: what is left of a column's variance
            if not left[place, place] > RANK_TOLERANCE:
                raise NotIdentifiedError(
                    f"{self.names[place - 1]}: follows from the other covariates, or never varies, among {among} of "
                    f"{self.who}; leave it out of the covariates"
                )
            left = left - np.outer(left[:, place], left[place]) / left[place, place]
        return np.asarray(gram)
