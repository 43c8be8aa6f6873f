"""Do answers depend on who asked, and did each enumerator meet both arms?"""

import numpy as np
import pandas as pd

from impact.arrays import Floats, Integers, Mask
from impact.check_result import CheckResult, not_applicable, status_of
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import MOST_PERMUTED
from impact.estimators.regressions.unit_period_effects import UnitPeriodEffects
from impact.interval import permutation_p
from impact.streams import stream

PERMUTATIONS = 999  # of whole paths; p-values vary by about .007 near .05 from seed to seed
PERMUTATIONS_OF_MANY = 199  # of more than `MOST_PERMUTED` units: by about .015


def enumerators(panel: Panel, names: "pd.Series[str] | None", *, seed: int = 0) -> CheckResult:
    """Test whether answers differ between enumerators beyond units and periods.

    Parameters
    ----------
    panel : Panel
    names : Series, (n,), or None
        Who asked, an entry an observation, missing where it is not known; None where the plan names no such column.
    seed : int

    Returns
    -------
    CheckResult
        The share of the variance left by units and periods that lies between enumerators, beyond what chance puts there.
        Amounts are taken as log(1 + amount) where none is negative.

    Assumes
    -------
    That without effects of enumerators the paths of units, freed of unit and period means, could be exchanged as a whole: so
    answers of one unit may depend on each other.
    """
    if names is None:
        return not_applicable("enumerators", "no_enumerator_in_the_plan")
    codes = _codes(panel, names)
    asked = [np.unique(row[row >= 0]).size for row in codes]
    if codes.max() < 1:
        return not_applicable("enumerators", "fewer_than_two_enumerators")
    if max(asked) < 2:
        return not_applicable("enumerators", "each_firm_had_one_enumerator")
    seen = ~np.isnan(panel.wide)
    amounts = np.where(seen, panel.wide, 0.0)
    amounts = amounts if np.any(panel.y < 0) else np.log1p(amounts)
    left = UnitPeriodEffects.of(seen).residual(amounts)
    if np.allclose(left, 0):
        return not_applicable("enumerators", "nothing_varies_beyond_firms_and_periods")
    generator = stream(seed, "survey_permutations")
    permutations = PERMUTATIONS if len(left) <= MOST_PERMUTED else PERMUTATIONS_OF_MANY
    observed = _between(left, seen, codes)
    exchanged = np.array(
        [
            _between(left[order], seen[order], codes)
            for order in (generator.permutation(len(left)) for _ in range(permutations))
        ]
    )
    p = permutation_p(np.array([observed]), exchanged, added=1)
    n_known = np.count_nonzero(seen & (codes >= 0))
    by_chance = float(exchanged.mean()) / n_known
    share = max(0.0, (observed / n_known - by_chance) / (1 - by_chance))
    return CheckResult("enumerators", status_of(p), "share_between_enumerators", share, p)


def one_arm_enumerators(panel: Panel, names: "pd.Series[str] | None") -> CheckResult:
    """Find enumerators who met one arm only, though chance would have let them meet both.

    Returns
    -------
    CheckResult
        The share of interviews made by enumerators who met one arm only; the smallest probability of that by chance, times
        the number of enumerators (Bonferroni).
    """
    if names is None:
        return not_applicable("one_arm_enumerators", "no_enumerator_in_the_plan")
    codes = _codes(panel, names)
    n_enumerators = int(codes.max()) + 1
    if n_enumerators < 2:
        return not_applicable("one_arm_enumerators", "fewer_than_two_enumerators")
    treated = np.isfinite(panel.cohort)
    met = np.zeros((panel.n_units, n_enumerators), dtype=bool)
    unit, period = np.nonzero(codes >= 0)
    met[unit, codes[unit, period]] = True
    interviews = np.bincount(codes[unit, period], minlength=n_enumerators)
    of_treated, of_all = met[treated].sum(axis=0), met.sum(axis=0)
    one_arm = (of_treated == 0) | (of_treated == of_all)
    share = float(interviews[one_arm].sum() / interviews.sum())
    if not one_arm.any():
        return CheckResult("one_arm_enumerators", "pass", "every_enumerator_met_both_arms")
    by_chance = [_one_arm_by_chance(n, treated) for n in of_all[one_arm]]
    p = min(1.0, n_enumerators * min(by_chance))
    return CheckResult(
        "one_arm_enumerators", status_of(p), "interviews_by_one_arm_enumerators", share, p
    )


def _one_arm_by_chance(n: int, treated: Mask) -> float:
    """Probability that n units drawn from all are of one arm (hypergeometric)."""
    from scipy.special import gammaln

    def none_of(taken: int) -> float:
        rest = len(treated) - taken
        if n > rest:
            return 0.0
        logs = gammaln([rest + 1, len(treated) - n + 1]) - gammaln([rest - n + 1, len(treated) + 1])
        return float(np.exp(logs.sum()))

    n_treated = int(treated.sum())
    return min(1.0, none_of(n_treated) + none_of(len(treated) - n_treated))


def _codes(panel: Panel, names: "pd.Series[str]") -> Integers:
    """Enumerators as codes (N, T); -1 where none is known."""
    codes = np.full(panel.wide.shape, -1, dtype=np.int64)
    codes[panel.unit_index, panel.time_index] = pd.factorize(names, use_na_sentinel=True)[0]
    return codes


def _between(left: Floats, seen: Mask, codes: Integers) -> float:
    """Share of the squares of what is left (N, T) that lies between enumerators, times the number of answers.

    Exchanged paths meet other gaps, so fewer answers; chance puts more between enumerators there, in proportion.
    """
    known = seen & (codes >= 0)
    values, who = left[known], codes[known]
    total = np.bincount(who, weights=values)
    count = np.bincount(who)
    squares = float((values**2).sum())
    between = float((total**2 / np.maximum(count, 1)).sum())
    return len(values) * between / squares if squares > 0 else 0.0
