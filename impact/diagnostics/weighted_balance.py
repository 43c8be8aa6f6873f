"""How alike groups become when the comparison group is weighted to be like the treated, and at what cost."""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Mask
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.diagnostics.balance import characteristics_of, independent
from impact.errors import NotIdentifiedError
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.propensity import balancing
from impact.terms import ENOUGH_UNITS

WEIGHTED = "weighted_difference"
SHOWN = 9  # decimals: what balancing leaves is rounding, which differs between machines


def with_weighted_differences(
    panel: Panel, table: pd.DataFrame
) -> tuple[pd.DataFrame, CheckResult]:
    """Weigh the comparison group by entropy balancing on the characteristics of `baseline_table`, and look again.

    Returns
    -------
    DataFrame
        The table with ``weighted_difference`` beside: what is left of each normalised difference, among units of which all
        characteristics are known. Without it where no weights make the groups alike.
    CheckResult
        ``group_balance``: the number of units that the weighted comparison group counts as (Kish); warns below half of them
        and 25.

    References
    ----------
    Hainmueller (2012), Political Analysis 20(1).
    """
    found = characteristics_of(panel)
    values = np.column_stack([column for _, _, column in found])
    known = np.asarray(~np.isnan(values).any(axis=1))
    treated = np.isfinite(panel.cohort)[known]
    try:
        weight = _weights(panel, known)
    except NotIdentifiedError:  # said by the check, which names no single characteristic
        return table, not_applicable("group_balance", "no_weights_make_groups_alike")
    share = weight / weight.sum()
    left = values[known][treated].mean(axis=0) - share @ values[known][~treated]
    by_row = {(name, level): gap for (name, level, _), gap in zip(found, left, strict=True)}
    spread = np.sqrt((table["sd_treated"] ** 2 + table["sd_comparison"] ** 2) / 2)
    gaps = np.array(
        [by_row[row] for row in zip(table["characteristic"], table["level"], strict=True)]
    )
    weighted = np.divide(gaps, spread, out=np.zeros(len(gaps)), where=spread.to_numpy() > 0)
    effective = float(1 / (share**2).sum())
    enough = effective >= min(ENOUGH_UNITS, len(weight) / 2)
    check = CheckResult(
        "group_balance", pass_or_warn(enough), "weighted_comparison_counts_as", statistic=effective
    )
    return table.assign(**{WEIGHTED: np.round(weighted, SHOWN) + 0.0}), check


def _weights(panel: Panel, known: Mask) -> Floats:
    """Weights of the comparison group's units that are known, under which it has the treated's means."""
    columns = characteristics_of(panel, drop_first=True)
    values = np.column_stack([column for _, _, column in columns])[known]
    treated = np.isfinite(panel.cohort)[known]
    if not treated.any() or treated.all():
        raise NotIdentifiedError(
            f"{panel.outcome}: one group has no unit with known characteristics"
        )
    kept = independent(values) & (np.ptp(values, axis=0) > 0)
    names = [f"{name} {level}".strip() for name, level, _ in columns]
    compared = Compared.of(
        np.zeros((len(values), 1)),
        treated,
        values[:, kept],
        names=[name for name, keep in zip(names, kept, strict=True) if keep],
        who="the panel",
    )
    return np.asarray(balancing(compared)[~treated])
