"""Do last and first digits look like those of numbers that were counted, or of numbers that were made up?"""

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, pass_or_warn, status_of, wald
from impact.covariance.small_sample import cluster_factor, hotelling_factor
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import MOST_PERMUTED
from impact.diagnostics.survey.heaping import SMALLEST_JUDGED, not_judged
from impact.interval import permutation_p
from impact.streams import stream

BENFORD = np.log10(1 + 1 / np.arange(1, 10))
ORDERS_OF_MAGNITUDE = (
    2.0  # between the 1% and 99% quantiles: less spread, and Benford's law is not expected to hold
)
ENOUGH_FOR_BENFORD = 300  # positive answers; below them chance alone deviates as much as the limit
NOT_BENFORD = (
    0.015  # mean absolute deviation of first digits, "nonconformity"; Nigrini (2012), table 7.1
)
ENOUGH_A_DIGIT = 5  # expected answers a digit, the usual rule of a chi-square
UNITS_A_DIGIT = (
    10  # units for each of the eight shares tested, so that their covariance can be told
)
EXCHANGES = 999  # of digits within units; p-values vary by about .007 near .05 from seed to seed


def last_digits(panel: Panel, *, seed: int = 0) -> CheckResult:
    """Test that answers which do not end in 0 end in each other digit equally often.

    Parameters
    ----------
    panel : Panel
    seed : int
        Of the digits exchanged.

    Returns
    -------
    CheckResult
        The chi-square of terminal digits over its degrees of freedom, 8; its p-value by exchanging digits within units, as
        answers of one unit are alike: a firm that always ends in 7 is one answer more than many.

    Assumes
    -------
    That amounts spread over much more than ten, and that no digit is dearer to units than another: the favourites of one
    unit could as well have been other digits. Round answers are for `heaping`; those that end in 0 are left out here.
    """
    if (unjudged := not_judged("last_digits", panel.y)) is not None:
        return unjudged
    exact = (panel.y >= SMALLEST_JUDGED) & (panel.y % 10 != 0) & (panel.y == np.round(panel.y))
    counts = np.zeros((panel.n_units, 9))
    np.add.at(counts, (panel.unit_index[exact], (panel.y[exact] % 10).astype(np.int64) - 1), 1.0)
    counts = counts[counts.sum(axis=1) > 0]
    if counts.sum() / 9 < ENOUGH_A_DIGIT:
        return not_applicable("last_digits", "too_few_answers_to_judge_digits")
    p = _exchanged_p(counts, seed=seed)
    return CheckResult("last_digits", status_of(p), "digits_tested", _chi_square(counts) / 8, p)


def first_digits(panel: Panel) -> CheckResult:
    """Hold first digits against Benford's law where it may be expected: amounts of two orders of magnitude and more.

    Returns
    -------
    CheckResult
        The mean absolute deviation from the law; a warning where it is beyond Nigrini's limit and, by units, beyond chance.

    References
    ----------
    Nigrini (2012), Benford's Law, chapter 7.
    """
    positive = panel.y > 0
    amounts = panel.y[positive]
    if len(amounts) < ENOUGH_FOR_BENFORD:
        return not_applicable("first_digits", "too_few_answers_to_judge_digits")
    low, high = np.log10(np.quantile(amounts, [0.01, 0.99]))
    if high - low < ORDERS_OF_MAGNITUDE:
        return not_applicable("first_digits", "amounts_do_not_spread_enough")
    digits = np.floor(amounts / 10.0 ** np.floor(np.log10(amounts))).astype(np.int64) - 1
    digits = np.clip(digits, 0, 8)  # 1000 / 10^2.999... is 10 in floating point
    counts = np.zeros((panel.n_units, 9))
    np.add.at(counts, (panel.unit_index[positive], digits), 1.0)
    tested = _benford_test(counts[counts.sum(axis=1) > 0])
    if tested.p_value is None:
        return tested
    deviation = float(np.abs(counts.sum(axis=0) / counts.sum() - BENFORD).mean())
    fits = deviation <= NOT_BENFORD or status_of(tested.p_value) == "pass"
    return CheckResult(
        "first_digits",
        pass_or_warn(fits),
        "deviation_from_benford",
        statistic=deviation,
        p_value=tested.p_value,
    )


def _chi_square(counts: Floats) -> float:
    """Chi-square of equal shares of digits, from their counts by unit (G, 9)."""
    found = counts.sum(axis=0)
    expected = found.sum() / 9
    return float(((found - expected) ** 2).sum() / expected)


def _exchanged_p(counts: Floats, *, seed: int) -> float:
    """P-value of `_chi_square` by exchanging digits within units; of many units by what exchanging tends to."""
    observed = _chi_square(counts)
    if len(counts) <= MOST_PERMUTED:
        generator = stream(seed, "survey_permutations")
        exchanged = [_chi_square(generator.permuted(counts, axis=1)) for _ in range(EXCHANGES)]
        return permutation_p(np.array([observed]), np.array(exchanged), added=1)
    from scipy.special import chdtrc

    # exchanging a unit's nine counts gives each their variance, and any two of them minus an eighth of it
    variance = float(counts.var(axis=1).sum()) * 9 / 8
    expected = counts.sum() / 9
    return float(chdtrc(8, observed * expected / variance)) if variance > 0 else 1.0


def _benford_test(counts: Floats) -> CheckResult:
    """Test that digits have Benford's shares, from their counts by unit (G, 9), units as clusters (Hotelling)."""
    n_units, of_unit = len(counts), counts.sum(axis=1, keepdims=True)
    if n_units < UNITS_A_DIGIT * 8:
        return not_applicable("first_digits", "too_few_answers_to_judge_digits")
    deviations = ((counts - of_unit * BENFORD) / of_unit.sum())[
        :, :8
    ]  # the ninth follows from the others
    values = deviations.sum(axis=0)
    scores = deviations - values / n_units
    vcov = scores.T @ scores * cluster_factor(n_units)
    tested = vcov * hotelling_factor(n_units, n_restrictions=len(values))
    return wald("first_digits", values, tested, df=n_units - len(values))
