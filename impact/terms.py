"""The field's words, spelled once: column names and the options that are strings, and the check that a word is one of them."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from numbers import Integral
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from impact.errors import UnknownNameError, UsageError

ControlGroup = Literal["never_treated", "not_yet_treated"]
BasePeriod = Literal["varying", "universal"]
Grouping = Literal["event_time", "cohort", "time", "overall"]
Averaging = Literal["cells", "cohort", "event_time", "time"]
Adjustment = Literal["dr", "dr_improved", "ipw", "ipw_abadie", "reg"]
Waves = Literal["panel", "repeated_cross_sections"]
MissingPairs = Literal["pairs", "balanced", "cross_sections"]
Covariance = Literal["clustered", "robust", "iid"]
CovarianceName = Literal[
    "clustered",
    "CRV0",
    "CRV1",
    "CRV2",
    "CRV3",
    "two_way",
    "robust",
    "HC0",
    "HC1",
    "HC2",
    "HC3",
    "iid",
]
ClusterCovariance = Literal["CRV1", "CRV3", "two_way", "robust", "iid"]
CohortOrUnit = Literal["unit", "cohort"]
SmallCells = Literal["refuse", "include"]
Family = Literal["linear", "poisson"]
ControlsWithin = Literal["all", "strata"]
BandKind = Literal["pointwise", "simultaneous"]
Status = Literal["pass", "warn", "fail", "not_applicable"]
Frequency = Literal["integer", "year", "quarter", "month"]
MissingOutcome = Literal["refuse", "drop"]
Language = Literal["en", "fr"]
CorrelatedBy = Literal["mundlak", "chamberlain"]
Assignment = Literal["randomised", "chosen", "by_rule"]
AssignedBy = Literal["unit", "cluster"]
PlannedWaves = Literal["panel", "repeated_cross_sections", "endline_only"]

ESTIMATE_COLUMNS = (
    "term",
    "cohort",
    "time",
    "event_time",
    "estimate",
    "std_error",
    "statistic",
    "p_value",
    "conf_low",
    "conf_high",
    "band_low",
    "band_high",
    "n_treated",
    "n_control",
    "n_clusters",
)
"""Columns of every `Estimate.table`, in this order."""

CONFIDENCE_LEVEL = 0.95
"""Default confidence level of intervals and bands."""

POWER = 0.8
"""The share of studies that find the smallest detectable effect."""

ENOUGH_UNITS = 25
"""Treated units, or effective clusters, from which on clustered intervals are trusted.

Nominal 95% ones covered .936 with 25 treated units, .908 with 10, .763 with 3 (docs/inference.md).
"""

SMALLEST_SHOWN = 10
"""Units behind any released figure; rule of ten (ABS DataLab output clearance)."""

PAST_DIRECTIONS = 10
"""Ranks of a group's scatter that stay hidden where it has many units: a full one of T periods needs n - 1 >= T + 10."""


def direction_budget(units: int, *, past: int = PAST_DIRECTIONS) -> int:
    """Return how many linear directions of their paths the scatter of so many units may tell.

    Their deviations from the mean have rank n - 1. Where a file tells q directions, a unit's place in them is held to an
    ellipsoid that it fills by q / (n - 1) on average, and who knows q periods of its path learns the rest where q = n - 1.
    So at most half of the ranks, or all but ``past`` where that is more.
    """
    return max((units - 1) // 2, units - 1 - past, 0)


ELSEWHERE = {
    "dynamic": "event_time",
    "group": "cohort",
    "calendar": "time",
    "simple": "overall",
    "hc1": "robust",
    "cluster": "clustered",
}
"""Words of other packages (did, fixest) for ours."""
COUNTS = ("anticipation", "before", "after", "leads", "lags", "effects", "placebos", "draws")
"""Options that count periods or draws: whole numbers from zero."""

NAMES = ("covariates", "by_period")
"""Options that are lists of names."""


def nearest(word: object, known: Iterable[str]) -> str:
    """Write ``did you mean x? `` for the known word nearest to one that is not, or nothing."""
    plain = {name.lower(): name for name in known}
    asked = str(word).replace("-", "_").lower()
    close = [ELSEWHERE[asked]] if ELSEWHERE.get(asked) in plain else []
    close = close or get_close_matches(asked, list(plain), n=1)
    return f"did you mean {plain[close[0]]}? " if close else ""


def one_of(word: object, choices: Any, *, name: str) -> None:
    """Refuse a word that is none of a Literal's.

    Raises
    ------
    UnknownNameError
        With the nearest word and all that there are.
    """
    known = get_args(choices)
    if word not in known:
        raise UnknownNameError(
            f"{name}={word!r}: no such choice; {nearest(word, known)}choose among {', '.join(map(repr, known))}"
        )


@cache
def _literals(kind: type) -> dict[str, tuple[Any, bool]]:
    """Fields of a class that are Literals, each with whether it may be something else than a word."""
    found = {}
    for name, hint in get_type_hints(kind).items():
        parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
        words = [part for part in parts if get_origin(part) is Literal]
        if words:
            found[name] = (words[0], len(parts) > 1)
    return found


class CheckedChoices:
    """A dataclass whose words, level and counts are checked when it is made, so that a misspelt option is no silent default."""

    def __post_init__(self) -> None:
        kind: Any = type(self)
        words_of = _literals(kind)
        for name, (words, other_kinds) in words_of.items():
            value = getattr(self, name)
            if isinstance(value, str) or not other_kinds:
                one_of(value, words, name=name)
        level = getattr(self, "level", None)
        if level is not None and not 0 < level < 1:
            raise UsageError("level: not between 0 and 1; write 0.95 for 95%")
        for name in NAMES:
            if isinstance(getattr(self, name, None), str):
                raise UsageError(f"{name}: one text; write a list of names")
        for name in set(COUNTS) - set(words_of):
            value = getattr(self, name, None)
            if value is not None and (not isinstance(value, Integral) or value < 0):
                raise UsageError(f"{name}: no whole number from zero on")
