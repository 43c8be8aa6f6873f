"""Each arm of a lot against the control and against each other, with p-values that count how many comparisons were made."""

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.errors import EstimationError, ImpactError, NotAvailableError
from impact.evaluation.smallest import smallest_assigned
from impact.evaluation.study import Study
from impact.evaluation.winsorised import winsorised
from impact.inference.choose import Verdict, headline_intervals, verdict_of_the_lot
from impact.inference.closed_arms import closed_p_values

COLUMNS = ("estimate", "conf_low", "conf_high", "p_value")


def arms_compared(study: Study, headline: Verdict) -> pd.DataFrame | None:
    """Compare the arms in pairs on the headline outcome; None where the plan names no arms.

    Parameters
    ----------
    study : Study
    headline : Verdict
        Of the first arm against the control, which is the first row.

    Returns
    -------
    DataFrame
        One row a comparison: ``label, other`` (arms as written), ``n_treated, n_control``, ``estimate, conf_low, conf_high,
        p_value`` by the inference ``believed``, and the p-value adjusted for all rows: ``p_holm``, whatever the rows have to do
        with each other, and ``p_westfall_young`` by the lot drawn again, which knows it; missing where there is none.

    Assumes
    -------
    As the main estimator, within the two arms: units drawn to one of them were drawn by lot between these two.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6(2); of the other, `closed_p_values`.
    """
    from statsmodels.stats.multitest import multipletests

    drawn = study.arms
    if drawn is None:
        return None
    rows = []
    for place, (arm, other) in enumerate(drawn.pairs):
        panel = study.panel(arms=(arm, other))
        verdict = headline if place == 0 else _verdict(study, arm, other)
        rows.append(
            {
                "label": arm,
                "other": other,
                "n_treated": panel.sample.n_treated,
                "n_control": panel.sample.n_never,
                **{name: getattr(verdict, name) for name in COLUMNS},
                "believed": verdict.believed,
            }
        )
    found = pd.DataFrame(rows)
    p = found["p_value"].to_numpy()
    adjusted = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        adjusted[known] = multipletests(p[known], method="holm")[1]
    return found.assign(p_holm=adjusted, p_westfall_young=_by_the_lot(study, found))


def _by_the_lot(study: Study, found: pd.DataFrame) -> Floats:
    """Adjusted p-values (rows,) from all arms and the draws that the lot could have made; NaN where it cannot be asked."""
    planned = study.plan.arms
    pairs = [frozenset(row) for row in found[["label", "other"]].itertuples(index=False)]
    alone = dict(zip(pairs, found["p_value"].to_numpy(float), strict=True))
    if planned is None or study.arms is None or np.isnan(list(alone.values())).any():
        return np.full(len(found), np.nan)
    everyone = study.panel_of_all((planned.column,))
    if study.plan.winsorise:
        everyone = winsorised(everyone, study.plan.winsorise)
    estimator = study.estimator(arm=planned.column, control=planned.control)
    try:
        adjusted = closed_p_values(
            everyone,
            estimator,
            alone,
            permutations=study.plan.permutations,
            seed=study.plan.seed,
        )
    except ImpactError:  # Holm's stand beside
        return np.full(len(found), np.nan)
    return np.array([adjusted[pair] for pair in pairs])


def _verdict(study: Study, arm: str, other: str) -> Verdict:
    """Answer for two arms as for the headline."""
    panel, estimator = study.panel(arms=(arm, other)), study.estimator()
    overall = estimator.fit(panel).aggregate(by="overall")
    found = headline_intervals(
        panel,
        estimator,
        among=study.inferences,
        permutations=study.plan.permutations,
        level=study.level,
        seed=study.plan.seed,
    )
    return verdict_of_the_lot(overall, found, smallest=smallest_assigned(panel))


def refuse_unestimable_arms(study: Study) -> None:
    """Refuse arms of which two cannot be compared; nothing where the plan names no arms.

    Raises
    ------
    NotAvailableError
        With the rule that the comparison broke.
    """
    for arm, other in () if study.arms is None else study.arms.pairs:
        try:
            study.estimator().fit(study.panel(arms=(arm, other)))
        except EstimationError as problem:
            raise NotAvailableError(f"arms: two of them cannot be compared: {problem}") from None
