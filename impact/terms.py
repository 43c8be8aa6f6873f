"""The field's words, spelled once: column names and the options that are strings."""

from typing import Literal

ControlGroup = Literal["never_treated", "not_yet_treated"]
BasePeriod = Literal["varying", "universal"]
Grouping = Literal["event_time", "cohort", "time", "overall"]
Averaging = Literal["cells", "cohort", "event_time", "time"]
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
ClusterCovariance = Literal["CRV1", "CRV3", "two_way"]
CohortOrUnit = Literal["unit", "cohort"]
SmallCells = Literal["refuse", "include"]
Family = Literal["linear", "poisson"]
ControlsWithin = Literal["all", "strata"]
BandKind = Literal["pointwise", "simultaneous"]
Status = Literal["pass", "warn", "fail", "not_applicable"]
Frequency = Literal["integer", "year", "quarter", "month"]
MissingOutcome = Literal["refuse", "drop"]
Language = Literal["en", "fr"]

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
