"""How round answers are, and whether roundness changed in one arm only: a change of reporting would look like an effect."""

import numpy as np

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable, pass_or_warn
from impact.data.panel import Panel
from impact.diagnostics.survey.between_arms import Arms, Part, by_arm, difference_found
from impact.diagnostics.survey.changes import Changes, mean_of_units

SMALLEST_JUDGED = 100  # below it every whole number has two digits, and is round by the rule
ENOUGH_ANSWERS = 100  # judged answers below which shares say little
MOSTLY_WHOLE = (
    0.95  # share of whole numbers below which amounts were computed (deflated, converted), not told
)
MOSTLY_ROUND = 0.80  # share of round answers from which on they are guesses more than records
ROUNDNESS: tuple[tuple[Part, int], ...] = (
    ("thousands", 1000),
    ("five_hundreds", 500),
    ("hundreds", 100),
)


def rounded(answers: Floats) -> Floats:
    """Mark round answers 1, others 0, and NaN those that cannot be judged (below 100, or missing); any shape.

    Round is relative to the answer's size: a multiple of half a unit of its second digit, so of 500 for an answer of five
    digits, of 50 for one of four. Of answers not rounded 2% of five digits are so by chance, 20% of three.
    """
    judged = answers >= SMALLEST_JUDGED
    size = np.floor(np.log10(np.where(judged, answers, SMALLEST_JUDGED)))
    half = 10.0 ** (size - 1) / 2
    return np.where(judged, np.where(judged, answers, 0.0) % half == 0, np.nan)


def heaping(panel: Panel) -> CheckResult:
    """Share of round answers; the table has the multiples of 1,000, 500 and 100, among answers ten times as large, by arm."""
    if (unjudged := not_judged("heaping", panel.y)) is not None:
        return unjudged
    share = float(np.nanmean(rounded(panel.y)))
    return CheckResult(
        "heaping",
        pass_or_warn(share <= MOSTLY_ROUND),
        "share_of_round_answers",
        statistic=share,
        table=by_arm(
            Arms.of(panel),
            {
                "two_digits": mean_of_units(rounded(panel.wide)),
                **{part: mean_of_units(_multiples(panel.wide, of)) for part, of in ROUNDNESS},
            },
        ),
    )


def heaping_change(panel: Panel, *, seed: int = 0) -> CheckResult:
    """Compare the change of the share of round answers, from before to after the start, between the arms."""
    if panel.waves != "panel":
        return not_applicable("heaping_change", "asked_once")
    if (unjudged := not_judged("heaping_change", panel.y)) is not None:
        return unjudged
    arms = Arms.of(panel, seed=seed)
    changes = Changes.of(panel, rounded(panel.wide))
    found = changes.compare(arms)
    return difference_found(
        "heaping_change",
        found,
        why="difference_in_change_of_round_answers",
        table=changes.table(arms),
    )


def not_judged(name: str, answers: Floats) -> CheckResult | None:
    """Return why the digits of answers (n,) say nothing, as a check of this name; None where they may be judged."""
    amounts = answers[answers > 0]
    whole = amounts == np.round(amounts)
    if len(amounts) and whole.mean() < MOSTLY_WHOLE:
        return not_applicable(name, "answers_are_not_whole_numbers")
    if np.count_nonzero(whole & (amounts >= SMALLEST_JUDGED)) < ENOUGH_ANSWERS:
        return not_applicable(name, "too_few_answers_to_judge_digits")
    return None


def _multiples(answers: Floats, of: int) -> Floats:
    """Mark multiples of a round number among answers ten times as large; any shape."""
    judged = answers >= 10 * of
    return np.where(judged, np.where(judged, answers, 1.0) % of == 0, np.nan)
