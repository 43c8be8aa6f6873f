"""What firms that no longer answer could hide: the effect on those that answered, and under assumptions on the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, Shown, not_applicable, pass_or_warn
from impact.critical_values import quantile
from impact.data.panel import Panel
from impact.diagnostics.balance import baseline_columns
from impact.diagnostics.outcomes.changes import BeforeAfter, Changes, before_and_after
from impact.diagnostics.outcomes.lee import imbens_manski, trimmed_bounds
from impact.errors import EstimationError, NotIdentifiedError
from impact.estimators.selection.compared import Compared
from impact.estimators.selection.propensity import logit
from impact.terms import CONFIDENCE_LEVEL

EXTREMES = 10  # units whose mean stands for the worst and the best that lost ones could have done
APART = 0.25  # standard deviations by which lost units of the two groups are taken to differ; Kling and Liebman (2004)
COLUMNS = ["assumption", "low", "high", "conf_low", "conf_high"]


@dataclass(frozen=True, repr=False)
class AttritionBounds(Shown):
    """The effect on the change from before the first start to after the last, under assumptions on units that went silent.

    Attributes
    ----------
    table : DataFrame
        ``assumption, low, high, conf_low, conf_high``: ``answered`` (those who answered stand for all), ``reweighted``
        (answers depend on what was seen before), ``lee`` (units that answer either way), ``quarter_sd`` (lost units a quarter
        of a standard deviation worse or better), ``worst_case`` (lost units like the ten that changed least, or most). NaN
        where an assumption gives nothing.
    answered_treated, answered_comparison : float
        Share of each group, seen before, with an answer from the last start on.
    n_lost : int
    level : float
    """

    table: pd.DataFrame
    answered_treated: float
    answered_comparison: float
    n_lost: int
    level: float

    def blocks(self) -> tuple[str | pd.DataFrame, ...]:
        """Return who answered, and the table."""
        line = (
            f"Answered at the end: {self.answered_treated:.1%} of the treated, {self.answered_comparison:.1%} of the never "
            f"treated; {self.n_lost} units lost"
        )
        return line, self.table

    def check(self) -> CheckResult:
        """Warn where those who answered show an effect and Lee's bounds or reweighting let zero in."""
        if self.n_lost == 0:
            return CheckResult("attrition_bounds", "pass", "nobody_lost", statistic=0.0)
        rows = self.table.set_index("assumption")
        if not _excludes_zero(rows.loc["answered"]):
            return CheckResult("attrition_bounds", "pass", "no_effect_that_silence_could_hide")
        asked = [name for name in ("lee", "reweighted") if rows.loc[name].notna().all()]
        if not asked:
            return not_applicable("attrition_bounds", "too_few_answers")
        open_to_zero = [name for name in asked if not _excludes_zero(rows.loc[name])]
        why = f"silence_could_hide:{len(open_to_zero)}"
        return CheckResult(
            "attrition_bounds",
            pass_or_warn(not open_to_zero),
            why,
            statistic=float(len(open_to_zero)),
        )


def _excludes_zero(row: "pd.Series[float]") -> bool:
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0)


def attrition_bounds(panel: Panel, *, level: float = CONFIDENCE_LEVEL) -> AttritionBounds:
    """Compare changes of treated and never-treated units under five assumptions on those that went silent.

    Parameters
    ----------
    panel : Panel
        Its covariates, as they were before the first start, foretell who answers.
    level : float

    Assumes
    -------
    Treated and never-treated units would have changed alike without treatment; and the assumption that each row names.

    Raises
    ------
    NotIdentifiedError
        Without a period before the first start, or where fewer than two units of a group answered at the end.

    References
    ----------
    Lee (2009), Review of Economic Studies 76(3), Proposition 1a; Horowitz and Manski (2000), Journal of the American
    Statistical Association 95(449), sec. 2; Kling and Liebman (2004), Princeton IRS working paper 488, sec. III; Robins,
    Rotnitzky and Zhao (1995), Journal of the American Statistical Association 90(429), eq. 2, for the weights.

    Examples
    --------
    >>> import impact
    >>> panel = impact.example_panel()
    >>> impact.attrition_bounds(panel).check().why
    'nobody_lost'
    """
    seen = before_and_after(panel)
    groups = seen.groups
    lee = trimmed_bounds(groups, level=level)
    rows: dict[str, Callable[[], Iterator[_Answer]]] = {
        "answered": lambda: iter([_difference(groups.of_units(groups.known))]),
        "reweighted": lambda: iter([_reweighted(panel, seen)]),
        "quarter_sd": lambda: _filled(groups, _standard_deviations_apart(groups)),
        "worst_case": lambda: _filled(groups, _ends(groups)),
    }
    table = [_row(name, answers, level=level) for name, answers in rows.items()]
    table.insert(2, {"assumption": "lee", **{name: getattr(lee, name) for name in COLUMNS[1:]}})
    return AttritionBounds(
        table=pd.DataFrame(table, columns=COLUMNS),
        answered_treated=lee.share_treated,
        answered_comparison=lee.share_comparison,
        n_lost=int((~groups.known).sum()),
        level=level,
    )


class _Answer(NamedTuple):
    estimate: float
    std_error: float


def _row(
    name: str, answers: Callable[[], Iterator[_Answer]], *, level: float
) -> dict[str, str | float]:
    """The least and largest effect under an assumption, and an interval for what lies between; nothing where it gives none."""
    try:
        found = sorted(answers())
    except EstimationError:
        return {"assumption": name}
    low, high = found[0], found[-1]
    errors = [low.std_error, high.std_error]
    if len(found) == 1:
        half = quantile((1 + level) / 2, np.inf) * low.std_error
        ends = (low.estimate - half, low.estimate + half)
    else:
        ends = imbens_manski((low.estimate, high.estimate), errors, level=level)
    return {
        "assumption": name,
        "low": low.estimate,
        "high": high.estimate,
        "conf_low": ends[0],
        "conf_high": ends[1],
    }


def _difference(groups: Changes) -> _Answer:
    """Treated less never-treated mean of values that are all known."""
    estimate, influence = 0.0, np.zeros(len(groups.value))
    for treated, sign in ((True, 1), (False, -1)):
        weight = np.where(groups.treated == treated, groups.weight, 0.0)
        mean = float(weight @ groups.value / weight.sum())
        estimate += sign * mean
        influence += sign * weight * (groups.value - mean) * (len(weight) / weight.sum())
    return _Answer(estimate, groups.std_error(influence))


def _filled(groups: Changes, lost: tuple[tuple[float, float], ...]) -> Iterator[_Answer]:
    """The difference where lost (treated, never-treated) units are given these values."""
    for treated, comparison in lost:
        value = np.where(groups.treated, treated, comparison)
        filled = np.where(groups.known, groups.value, value)
        yield _difference(groups.of_values(filled, np.ones_like(groups.known)))


def _standard_deviations_apart(groups: Changes) -> tuple[tuple[float, float], ...]:
    by_group = [groups.value[groups.known & (groups.treated == side)] for side in (True, False)]
    (of_treated, sd_treated), (of_others, sd_others) = (
        (own.mean(), APART * own.std(ddof=1)) for own in by_group
    )
    return (
        (of_treated - sd_treated, of_others + sd_others),
        (of_treated + sd_treated, of_others - sd_others),
    )


def _ends(groups: Changes) -> tuple[tuple[float, float], ...]:
    """The means of the units that changed least and most: of several, as the ends themselves are two units' own changes."""
    seen = np.sort(groups.value[groups.known])
    least, most = float(seen[:EXTREMES].mean()), float(seen[-EXTREMES:].mean())
    return (least, most), (most, least)


def _reweighted(panel: Panel, seen: BeforeAfter) -> _Answer:
    """The difference of those who answered, each weighed by one over its estimated chance to answer.

    Its influence function takes the estimated chances into account (a two-step M-estimator; Newey and McFadden 1994, eq. 6.6).
    """
    groups, columns = seen.groups, baseline_columns(panel, among=seen.kept)
    if groups.known.all():
        return _difference(groups)
    names = ["treated", *(name for name, _ in columns)]
    X = np.column_stack([groups.treated.astype(float), *(values for _, values in columns)])
    if np.isnan(X).any():
        raise NotIdentifiedError(f"{panel.outcome}: characteristics before are not known of all")
    answering = Compared.of(
        np.zeros((len(X), 1)),
        groups.known,
        X,
        weight=groups.weight,
        names=names,
        who="those who answered",
    )
    fit = logit(answering, most=1.0)  # who is certain to answer stands for itself alone
    return _weighed(groups, answering.X, fit.probability, fit.score, fit.inverse)


def _weighed(groups: Changes, X: Floats, chance: Floats, score: Floats, inverse: Floats) -> _Answer:
    inverse_chance = np.where(groups.known, groups.weight / chance, 0.0)
    estimate, influence = 0.0, np.zeros(len(chance))
    for treated, sign in ((True, 1), (False, -1)):
        weight = np.where(groups.treated == treated, inverse_chance, 0.0)
        mean = float(weight @ groups.value / weight.sum())
        away = weight * (groups.value - mean) / weight.sum()
        of_chance = -(away * (1 - chance)) @ X @ inverse
        estimate += sign * mean
        influence += sign * (away + score * (X @ of_chance))
    return _Answer(estimate, groups.std_error(influence * len(chance)))
