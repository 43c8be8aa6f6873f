"""Covariances that know units and periods: of the panel's textbooks, taken on a model's transformed rows.

They count the columns of the transformed regression alone, as R's plm does, not the effects that were taken out;
`Clustered` and `Robust` count both.
"""

from dataclasses import dataclass
from typing import Literal

from impact.errors import UsageError
from impact.terms import CheckedChoices

ErrorsWithin = Literal["unit", "time", "nothing", "unit_alike"]
Residuals = Literal["HC0", "HC1", "HC2", "HC3", "sss"]

WITHIN_WORDS = {
    "unit": "clustered by unit (Arellano)",
    "time": "clustered by period",
    "nothing": "independent errors (White)",
    "unit_alike": "independent errors, alike within a unit",
}


@dataclass(frozen=True)
class PanelRobust(CheckedChoices):
    """Errors of any variance, related within units, within periods, or not at all.

    Parameters
    ----------
    within : {"unit", "time", "nothing", "unit_alike"}
        Whose errors may be correlated; ``"unit_alike"``: nobody's, and a unit's errors have one variance.
    residuals : {"HC0", "HC1", "HC2", "HC3", "sss"}
        Squared residuals as they are; times n/(n-k); over 1 - leverage, and over its square; times G/(G-1) (n-1)/(n-k), where G
        counts clusters or, without them, rows.

    References
    ----------
    Arellano (1987), Oxford Bulletin of Economics and Statistics 49(4); Millo (2017), Journal of Statistical Software 82(3),
    sec. 3.

    Examples
    --------
    >>> import impact
    >>> model = impact.FixedEffects(["exposed", "workers"], vcov=impact.PanelRobust(residuals="HC3"))
    >>> model.fit(impact.example_panel()).select(["exposed", "workers"]).std_errors.round(3).to_dict()
    {'exposed': 0.1, 'workers': 0.023}
    """

    within: ErrorsWithin = "unit"
    residuals: Residuals = "HC0"

    @property
    def name(self) -> str:
        """Short name, as `spec` keeps it."""
        return f"panel_robust {self.within} {self.residuals}"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        return f"{WITHIN_WORDS[self.within]}, {self.residuals}, {self.distribution}"

    @property
    def distribution(self) -> str:
        """The t distribution that goes with it."""
        return "t(G-1)" if self.within in {"unit", "time"} else "t(n-k)"


@dataclass(frozen=True)
class DriscollKraay(CheckedChoices):
    """Errors may be correlated between units in the same period, and in periods up to some lags apart. For many periods.

    Parameters
    ----------
    lags : int, optional
        Periods; by default 4 (T/100)^(2/9), rounded down.
    residuals : {"HC0", "HC1", "HC2", "HC3", "sss"}
        As in `PanelRobust`.

    References
    ----------
    Driscoll and Kraay (1998), Review of Economics and Statistics 80(4), eq. 7; Hoechle (2007), Stata Journal 7(3).

    Examples
    --------
    >>> import impact
    >>> model = impact.FixedEffects(["exposed", "workers"], vcov=impact.DriscollKraay(lags=2))
    >>> model.fit(impact.example_panel()).df  # periods less one
    5.0
    """

    lags: int | None = None
    residuals: Residuals = "HC0"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_lags(self.lags)

    @property
    def name(self) -> str:
        """Short name, as `spec` keeps it."""
        return f"driscoll_kraay {_lags_word(self.lags)} {self.residuals}"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        return f"Driscoll-Kraay, {_lags_word(self.lags)} lags, {self.residuals}, t(T-1)"


@dataclass(frozen=True)
class NeweyWest(CheckedChoices):
    """Errors of a unit may be correlated up to some lags apart; units are independent.

    Parameters
    ----------
    lags, residuals
        As in `DriscollKraay`.

    References
    ----------
    Newey and West (1987), Econometrica 55(3), eq. 5, summed over units; Millo (2017), as in `PanelRobust`.

    Examples
    --------
    >>> import impact
    >>> model = impact.FixedEffects(["exposed", "workers"], vcov=impact.NeweyWest(lags=2))
    >>> model.fit(impact.example_panel()).spec["vcov"]
    'newey_west 2 HC0'
    """

    lags: int | None = None
    residuals: Residuals = "HC0"

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_lags(self.lags)

    @property
    def name(self) -> str:
        """Short name, as `spec` keeps it."""
        return f"newey_west {_lags_word(self.lags)} {self.residuals}"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        return f"Newey-West within units, {_lags_word(self.lags)} lags, {self.residuals}, t(n-k)"


@dataclass(frozen=True)
class BeckKatz(CheckedChoices):
    """Errors of two units in one period have the same covariance in all periods: panel-corrected. For few units, many periods.

    References
    ----------
    Beck and Katz (1995), American Political Science Review 89(3), p. 638.

    Examples
    --------
    >>> import impact
    >>> model = impact.FixedEffects(["exposed", "workers"], vcov=impact.BeckKatz())
    >>> model.fit(impact.example_panel()).spec["vcov"]
    'beck_katz'
    """

    @property
    def name(self) -> str:
        """Short name, as `spec` keeps it."""
        return "beck_katz"

    @property
    def convention(self) -> str:
        """What a reader needs to recompute it."""
        return "panel-corrected (Beck-Katz), t(n-k)"


PanelCovariance = PanelRobust | DriscollKraay | NeweyWest | BeckKatz


def _check_lags(lags: int | None) -> None:
    if lags is not None and (isinstance(lags, bool) or not isinstance(lags, int) or lags < 0):
        raise UsageError("lags: no whole number from zero on")


def _lags_word(lags: int | None) -> str:
    return "default" if lags is None else str(lags)
