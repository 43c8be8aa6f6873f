"""Fields of a row of the evidence record as they are written: numbers that are known, and why others are not."""

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

import pandas as pd

STANDARDISED = ("hedges_g", "hedges_g_std_error", "hedges_g_sd", "hedges_g_df")
PERCENT = (
    "percent",
    "percent_conf_low",
    "percent_conf_high",
    "percent_std_error",
    "mean_without",
)
NOT_RATED: Mapping[str, Any] = {
    "rating": None,
    "rating_start": None,
    "rating_verb": None,
    "rating_direction": None,
    "rating_reasons": (),
    "rating_not_asked": (),
}
EMPTY: Mapping[str, Any] = {
    **NOT_RATED,
    **dict.fromkeys((*PERCENT, *STANDARDISED, "smallest_detectable")),
    **dict.fromkeys(("n_units", "n_treated", "n_comparison", "n_observations", "n_clusters")),
    **dict.fromkeys(("effect", "std_error", "conf_low", "conf_high", "p_value", "inference")),
    **dict.fromkeys(("estimator", "method", "method_source"), ""),
}
ASKED = ("std_error", "conf_low", "conf_high", "p_value", "percent", "hedges_g", "n_treated")
"""Fields of which an effect that lacks them says why."""
WITHHELD = "DisclosureError"
"""Why a figure is not in a release."""
WHY = {WITHHELD: "withheld", "NotInMomentsError": "not_available_from_moments"}
METHOD = ("estimator", "method", "method_source")


def known(value: Any) -> float | None:
    """Return a finite number; None of what is withheld, missing or unbounded."""
    return None if value is None or not isfinite(value) else float(value)


def counted(value: Any) -> int | None:
    """Return a whole number; None of what is withheld or missing."""
    return None if value is None or pd.isna(value) else int(value)


def text(value: Any) -> str:
    """Return a cell of a table as text; nothing of one that is empty."""
    return "" if value is None or pd.isna(value) else str(value)


def by_method(estimator: str, method: str, source: str) -> dict[str, str]:
    """Return who made an effect."""
    return {"estimator": estimator, "method": method, "method_source": source}


def of_table_row(row: Mapping[str, Any], *, inference: str | None) -> dict[str, Any]:
    """Return an effect that stands in a table."""
    numbers = {"effect": "estimate", "std_error": "std_error", "p_value": "p_value"}
    numbers |= {"conf_low": "conf_low", "conf_high": "conf_high"}
    return {
        **{name: value for name, value in EMPTY.items() if name not in METHOD},
        **{name: known(row.get(of)) for name, of in numbers.items()},
        "n_units": counted(row.get("n_units")),
        "n_treated": counted(row.get("n_treated")),
        "inference": inference,
    }


def reasons_not_given(row: Mapping[str, Any]) -> Iterator[str]:
    """Say of what an effect should have and has not that results do not give it: withheld, refused or not computed."""
    if row["effect"] is None:
        yield "effect:not_in_the_results"
        return
    for name in ASKED:
        if row.get(name) is None:
            yield f"{name}:not_in_the_results"
