"""How far the simplest comparisons miss the truth on average, found by drawing the programme many times."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from impact.simulate.artisans import Floats, Mask
from impact.simulate.process import Draw, draw
from impact.simulate.programme import Programme
from impact.simulate.survey import Survey, survey

BIAS_DRAWS = 200
BIAS_SEED = 20_120_831  # first seed of the draws behind the known biases
BASES = {"quarter_before": 1, "mean_of_four_quarters_before": 4}


@dataclass(frozen=True)
class Comparison:
    """A difference in differences on two scales and what is true of the same firm-quarters."""

    level_mad: float
    true_mad: float
    ratio_percent: float
    true_percent: float


def compare(sample: Draw, recorded: Survey, *, quarters_before: int) -> Comparison:
    """Compare each cohort's change since before its fair with that of firms that never exhibited.

    Parameters
    ----------
    sample, recorded : Draw, Survey
    quarters_before : int
        The base is the mean over so many quarters before the fair. Firms count where base and quarter were answered.

    Notes
    -----
    The level is the treated mean less base and the others' mean change. The ratio projects the treated base by the growth
    factor of the other firms of the same type, as a Poisson regression with type-by-quarter effects would.
    """
    y = np.where(recorded.answered, recorded.reported.sum(axis=2), np.nan)
    without = sample.untreated.sum(axis=2)
    gain = sample.treated.sum(axis=2) - without
    sums, exhibited = np.zeros(5), sample.invitations.exhibited
    for g in np.unique(sample.invitations.start[exhibited]):
        base = _mean(y[:, g - quarters_before : g])
        later = y[:, g:]
        used = ~np.isnan(later) & ~np.isnan(base)[:, None]
        treated = used & (exhibited & (sample.invitations.start == g))[:, None]
        others = used & ~exhibited[:, None]
        change = later - base[:, None]
        expected = np.nansum(np.where(others, change, 0), axis=0) / others.sum(axis=0)
        projected = _projected(later, base, sample.firms.sme, (treated, others))
        sums += [
            np.where(treated, change - expected, 0.0).sum(),
            np.where(treated, later, 0.0).sum() - projected,
            projected,
            gain[:, g:][treated].sum(),
            without[:, g:][treated].sum(),
        ]
    cells = ((sample.event_time >= 0) & recorded.answered).sum()
    level, more, projected, true, untreated = sums
    return Comparison(level / cells, true / cells, 100 * more / projected, 100 * true / untreated)


def _mean(values: Floats) -> Floats:
    """Mean of each row's known values; NaN in a row without any."""
    known = ~np.isnan(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _projected(later: Floats, base: Floats, sme: Mask, who: tuple[Mask, Mask]) -> float:
    """Sum over treated firm-quarters of base times the others' growth factor, type by type."""
    treated, others = who
    total = 0.0
    for kind in (sme, ~sme):
        start = np.where(others & kind[:, None], base[:, None], 0.0).sum(axis=0)
        now = np.where(others & kind[:, None], later, 0.0).sum(axis=0)
        own = np.where(treated & kind[:, None], base[:, None], 0.0).sum(axis=0)
        total += float((own * now / start).sum())
    return total


def known_bias(programme: Programme, *, draws: int = BIAS_DRAWS) -> dict[str, Any]:
    """Return the average error of the simple comparisons under a programme, and its simulation error.

    Selected firms are larger, so equal growth or equal shares of exits are not equal in MAD; and the good shocks that got
    them selected fade afterwards. The mean of four quarters before holds more of those shocks, one quarter more noise.
    """
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in BASES}
    for i in range(draws):
        sample = draw(programme, seed=BIAS_SEED + i)
        recorded = survey(sample, seed=BIAS_SEED + i)
        for name, quarters in BASES.items():
            c = compare(sample, recorded, quarters_before=quarters)
            found[name].append((c.level_mad - c.true_mad, c.ratio_percent - c.true_percent))
    return {"draws": draws, "first_seed": BIAS_SEED} | {
        f"base_{name}": {
            "level_mad": _summary(errors[:, 0]),
            "ratio_percentage_points": _summary(errors[:, 1]),
        }
        for name, errors in ((name, np.array(rows)) for name, rows in found.items())
    }


def _summary(errors: Floats) -> dict[str, float]:
    return {
        "mean_error": errors.mean(),
        "simulation_error": errors.std(ddof=1) / len(errors) ** 0.5,
        "spread_of_one_draw": errors.std(ddof=1),
    }
