"""What a public-use file still says: each figure of the original data beside the same figure of the file."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from impact.errors import ImpactError
from impact.evaluation.believed import believed_interval
from impact.evaluation.side_by_side import side_by_side
from impact.evaluation.study import Study
from impact.interval import Refused
from impact.terms import SMALLEST_SHOWN

Exhibit = Literal["headline", "estimator", "summary"]
Verdict = Literal["survives", "weakened", "lost"]
SummaryName = Literal["units", "observations", "treated", "mean", "sd", "zeros"]
ENOUGH_OVERLAP = 0.5  # of two intervals of equal length moved apart by half of it


@dataclass(frozen=True)
class Figure:
    """A figure of the original data, or of the file; its interval where it has one.

    Attributes
    ----------
    value, std_error, conf_low, conf_high : float
        NaN where there is none.
    why_not : str
        Name of the error of a figure that there is none of.
    """

    value: float = np.nan
    std_error: float = np.nan
    conf_low: float = np.nan
    conf_high: float = np.nan
    why_not: str = ""


@dataclass(frozen=True)
class Pair:
    """One figure, restricted beside public.

    Attributes
    ----------
    exhibit : str
    name : str
        Word of the inference, of the estimator, or of the summary.
    outcome : str
    restricted, public : Figure
    """

    exhibit: Exhibit
    name: str
    outcome: str
    restricted: Figure
    public: Figure

    @property
    def same_sign(self) -> bool:
        """Whether both lie on one side of zero."""
        return bool(np.sign(self.restricted.value) == np.sign(self.public.value))

    @property
    def overlap(self) -> float:
        """Share of the two intervals that they have in common, the mean over both; 0 where they are apart.

        References
        ----------
        Karr et al. (2006), American Statistician 60(3), section 3.2.
        """
        one, other = self.restricted, self.public
        lengths = [each.conf_high - each.conf_low for each in (one, other)]
        if not np.isfinite(lengths).all():  # a whole line has nothing in common but with another
            return float(one == other)
        common = min(one.conf_high, other.conf_high) - max(one.conf_low, other.conf_low)
        shares = [common / length if length > 0 else float(common == 0) for length in lengths]
        return max(0.0, float(np.mean(shares)))

    @property
    def in_errors(self) -> float:
        """The difference in standard errors of the restricted figure."""
        if not self.restricted.std_error > 0:
            return np.nan
        return (self.public.value - self.restricted.value) / self.restricted.std_error

    @property
    def verdict(self) -> Verdict:
        """Whether whoever has the file alone concludes the same.

        ``survives``: zero in both intervals, or in neither and the same sign, and the intervals overlap by half; ``lost``: the
        intervals do not meet, or lie on both sides of zero; ``weakened``: anything between. Of figures whose intervals include
        zero the sign is no conclusion.
        """
        with_zero = {_has_zero(self.restricted), _has_zero(self.public)}
        turned = with_zero == {False} and not self.same_sign
        if turned or not self.overlap > 0:
            return "lost"
        return "survives" if len(with_zero) == 1 and self.overlap >= ENOUGH_OVERLAP else "weakened"


def _has_zero(figure: Figure) -> bool:
    return figure.conf_low <= 0 <= figure.conf_high


def restricted_against_public(
    restricted: Study, public: Study, *, believed: str
) -> tuple[Pair, ...]:
    """Compute each figure on the original data and on the file; none where fewer than ten units are on a side.

    Parameters
    ----------
    restricted, public : Study
        The second reads the file as anybody would.
    believed : str
        Word of the inference of the headline's interval.
    """
    sample = restricted.panel().sample
    if min(sample.n_treated, sample.n_units - sample.n_treated) < SMALLEST_SHOWN:
        return ()
    one, other = (_by_estimator(study) for study in (restricted, public))
    beside = [
        Pair("estimator", name, restricted.outcome, one[name], other.get(name, Figure()))
        for name in one
    ]
    found = [_headline(restricted, public, believed, beside), *beside]
    for outcome in public.plan.outcomes:
        original, released = (_summary(study, outcome) for study in (restricted, public))
        found += [
            Pair("summary", name, outcome, figure, released[name])
            for name, figure in original.items()
        ]
    return tuple(found)


def _headline(restricted: Study, public: Study, believed: str, beside: list[Pair]) -> Pair:
    """Return the headline by the inference that is believed; by the main estimator's own where it has no answer."""
    of = [believed_interval(study, study.panel(), believed) for study in (restricted, public)]
    figures = [
        Figure(one.estimate, one.std_error, one.conf_low, one.conf_high)
        for one in of
        if not isinstance(one, Refused)
    ]
    if len(figures) < len(of):
        main = next(pair for pair in beside if pair.name == restricted.main)
        return replace(main, exhibit="headline", name="clustered")
    return Pair("headline", believed, restricted.outcome, *figures)


def _by_estimator(study: Study) -> dict[str, Figure]:
    table = side_by_side(study, study.panel())
    columns = ["name", "estimate", "std_error", "conf_low", "conf_high", "why_not"]
    whole = table.reindex(columns=columns)
    return {str(name): Figure(*rest) for name, *rest in whole.itertuples(index=False)}


def _summary(study: Study, outcome: str) -> dict[SummaryName, Figure]:
    """Describe an outcome; where nobody's tells it apart from another's, as coarse values may leave it, say which error."""
    names = get_args(SummaryName)
    try:
        panel = study.panel(outcome, winsorise=0.0)
    except ImpactError as problem:
        return dict.fromkeys(names, Figure(why_not=type(problem).__name__))
    values = (
        panel.n_units,
        len(panel.y),
        panel.sample.n_treated,
        panel.y.mean(),
        panel.y.std(ddof=1),
        (panel.y == 0).mean(),
    )
    return {name: Figure(float(value)) for name, value in zip(names, values, strict=True)}
