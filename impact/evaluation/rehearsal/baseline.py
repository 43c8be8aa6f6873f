"""What data that are there tell of those to come: sizes, spread, memory, zeros, losses, who starts when."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.data.intake.arrive import is_intake
from impact.data.intake.plan import read_intake_plan
from impact.data.panel import Panel
from impact.errors import PlanError
from impact.estimators.many import clusters_are_units
from impact.evaluation.study import Study

FADING = np.linspace(0.0, 0.95, 96)  # autocorrelations that are tried
MOST_PERMANENT = 0.99


@dataclass(frozen=True)
class Baseline:
    """What a panel tells.

    Attributes
    ----------
    numbers : mapping
        Name of a belief to its value; those that the panel does not tell are left out.
    starts : tuple of (int, float), or None
        As `Redesign`; None where nobody is treated yet.
    first : int
        Calendar number of the first period.
    shares : mapping
        Column to the shares of its categories among units.
    """

    numbers: Mapping[str, float]
    starts: tuple[tuple[int, float], ...] | None
    first: int
    shares: Mapping[str, Mapping[str, float]]


def files_of_data(study: Study) -> list[Path]:
    """Return the files that the plan's data are read from; none of a packaged data set."""
    data, folder = study.plan.data, study.folder
    if data.startswith("package:"):
        return []
    if not is_intake(data):
        return [folder / data]
    beside = (folder / data).parent
    return [beside / name for name in read_intake_plan(folder / data).files]


def data_are_there(study: Study) -> bool:
    """Whether the plan's data can be read.

    Raises
    ------
    PlanError
        Some of the files are there and others are not.
    """
    files = files_of_data(study)
    there = [path.is_file() for path in files]
    if any(there) and not all(there):
        gone = next(path.name for path, here in zip(files, there, strict=True) if not here)
        raise PlanError(
            f"data: {gone}: not there while other files are; add it to rehearse from a baseline, or say --no-baseline"
        )
    return all(there)


def baseline_of(study: Study) -> Baseline:
    """Read the plan's data and take from untreated observations what there is to be known.

    Raises
    ------
    ImpactError
        As reading and the panel do.
    """
    panel = study.panel_of_all()
    wide = np.where(panel.times < panel.cohort[:, None], panel.wide, np.nan)
    numbers: dict[str, float] = {"firms": panel.n_units, **_moments(wide)}
    treated = np.isfinite(panel.cohort) & (panel.cohort <= panel.times[-1])
    starts = None
    if treated.any():
        places = np.searchsorted(panel.times, panel.cohort[treated])
        before = int(places.min())
        offsets, counts = np.unique(places - before, return_counts=True)
        starts = tuple(
            (int(o), float(c / counts.sum())) for o, c in zip(offsets, counts, strict=True)
        )
        numbers |= {"treated": float(treated.mean()), "after": panel.n_periods - before}
        numbers["before"] = max(before, 1)
    else:
        numbers["before"] = panel.n_periods
    numbers["attrition"] = _lost(panel)
    if not clusters_are_units(panel):
        numbers |= _of_clusters(panel, wide)
    return Baseline(numbers, starts, int(panel.times[0]), _shares(study))


def _moments(wide: Floats) -> dict[str, float]:
    """Mean, spread over it, zeros, and the two numbers of a memory that fit the covariances by distance best."""
    known = wide[~np.isnan(wide)]
    mean = float(known.mean())
    deviation = wide - np.nanmean(wide, axis=0)
    variance = float(np.nanmean(deviation**2))
    found = {
        "mean": mean,
        "variation": float(np.sqrt(variance) / abs(mean)) if mean else 1.0,
        "zeros": float((known == 0).mean()),
    }
    return found | _memory(deviation, variance)


def _memory(deviation: Floats, variance: float) -> dict[str, float]:
    distances = range(1, deviation.shape[1])
    correlations = []
    for apart in distances:
        product = deviation[:, apart:] * deviation[:, :-apart]
        n = int((~np.isnan(product)).sum())
        correlations.append(
            (apart, float(np.nansum(product)) / n / variance, n) if n > 1 else (apart, np.nan, 0)
        )
    kept = [(a, r, n) for a, r, n in correlations if n]
    if not kept or variance <= 0:
        return {}
    distance, r, weight = (np.array(column, dtype=float) for column in zip(*kept, strict=True))
    best = (np.inf, 0.0, 0.0)
    for fading in FADING:
        # correlation = permanent + (1 - permanent) fading^distance: linear in what is permanent
        passing = fading**distance
        left = 1 - passing
        permanent = float(
            np.clip(
                (weight * left * (r - passing)).sum() / max((weight * left**2).sum(), 1e-12),
                0,
                MOST_PERMANENT,
            )
        )
        error = float((weight * (permanent + (1 - permanent) * passing - r) ** 2).sum())
        best = min(best, (error, permanent, float(fading)))
    return {"permanent": best[1], "autocorrelation": best[2]}


def _lost(panel: Panel) -> float:
    """Share of the units seen in the first period that are not in the last."""
    seen = ~np.isnan(panel.wide)
    first = seen[:, 0]
    return float(1 - seen[first, -1].mean()) if first.any() else 0.0


def _of_clusters(panel: Panel, wide: Floats) -> dict[str, float]:
    deviation = np.nan_to_num(wide - np.nanmean(wide, axis=0))
    seen = ~np.isnan(wide)
    n_clusters = int(panel.cluster.max()) + 1
    total, count, squares = np.zeros((3, n_clusters, panel.n_periods))
    np.add.at(total, panel.cluster, deviation)
    np.add.at(count, panel.cluster, seen)
    np.add.at(squares, panel.cluster, deviation**2)
    pairs = float((count * (count - 1)).sum())
    variance = float(squares.sum() / count.sum())
    shared = float((total**2 - squares).sum() / pairs / variance) if pairs and variance else 0.0
    return {
        "cluster_size": max(round(panel.n_units / n_clusters), 1),
        "icc": float(np.clip(shared, 0, 0.99)),
    }


def _shares(study: Study) -> dict[str, dict[str, float]]:
    """Shares of categories among units: of a text nothing is taken over, as it may be a name."""
    schema, found = study.schema, {}
    first = study.data.groupby(schema.unit, sort=False).first()
    for name, column in schema.columns.items():
        if name == schema.unit or column.type not in {"category", "boolean"} or name not in first:
            continue
        counts: Any = first[name].value_counts(normalize=True)
        known = {
            str(key) if column.type == "category" else float(key): float(v)
            for key, v in counts.items()
        }
        if known:
            found[name] = known
    return found  # type: ignore[return-value]
