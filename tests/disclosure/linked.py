"""Panels of firms in small cohorts and sectors, and the tables that are shown of them."""

import numpy as np
import pandas as pd

import impact
from impact.disclosure import Atoms, Figure, Place, Row


def panel(*, sizes, never=60, periods=8, sectors=3, seed=1, gaps=0.0, first=4.0):
    """Firms with log-normal revenue; ``sizes`` of the cohorts, which start one after another from period ``first``."""
    generator = np.random.default_rng(seed)
    start = np.concatenate([np.full(n, first + at) for at, n in enumerate(sizes)])
    cohort = np.append(start, np.full(never, np.nan))
    n = len(cohort)
    unit, time = np.repeat(np.arange(n), periods), np.tile(np.arange(1, periods + 1), n)
    level = np.exp(generator.normal(10, 0.7, n))
    y = level[unit] * np.exp(generator.normal(0, 0.3, n * periods))
    frame = pd.DataFrame({"id": unit, "t": time, "y": y, "g": cohort[unit]})
    frame["sector"] = generator.integers(sectors, size=n)[unit]
    frame = frame[generator.random(len(frame)) >= gaps]
    return impact.Panel.from_frame(
        frame, unit="id", time="t", outcome="y", cohort="g", covariates=["sector"]
    )


def atoms_of(of):
    sector = of.covariates["sector"].to_numpy()
    first = np.searchsorted(of.unit_index, np.arange(of.n_units))
    return Atoms.of(of, levels={"sector": sector[first]})


def mean(atoms, place, chosen, period, **how):
    """The mean of some atoms (K,) in a period, as a figure with its value."""
    at = np.flatnonzero(chosen & atoms.observed[:, period])
    weights = np.zeros((atoms.n_atoms, len(atoms.times)))
    weights[at, period] = 1 / max(atoms.n[at].sum(), 1)
    value = float((weights * atoms.total("y")).sum())
    return Figure(
        place=place, kind="mean", value=value, measure="y", rows=(Row.of(weights),), **how
    )


def count(atoms, place, chosen, period=0, **how):
    at = np.flatnonzero(chosen & atoms.observed[:, period])
    weights = np.zeros((atoms.n_atoms, len(atoms.times)))
    weights[at, 0] = 1.0
    value = float(atoms.n[at].sum())
    return Figure(
        place=place, kind="count", value=value, measure="units", rows=(Row.of(weights),), **how
    )


def tables(atoms, *, by=("cohort", "sector", "treated")):
    """Means and counts by period: of all, of the treated, of cohorts, of sectors, of the treated of sectors."""
    treated, sector = np.isfinite(atoms.cohort), atoms.levels["sector"]
    groups = {("all", ""): np.ones(atoms.n_atoms, bool), ("treated", ""): treated}
    if "cohort" in by:
        groups |= {("cohort", f"{g:g}"): atoms.cohort == g for g in np.unique(atoms.cohort)}
    if "sector" in by:
        groups |= {("sector", str(s)): sector == s for s in np.unique(sector)}
    if "treated" in by:
        groups |= {("of", str(s)): treated & (sector == s) for s in np.unique(sector)}
    groups = {name: chosen for name, chosen in groups.items() if chosen.any()}
    made = []
    for (table, row), chosen in groups.items():
        importance = 1 if table in {"all", "treated"} else 2
        for period in range(len(atoms.times)):
            name = f"{row}/{period}"
            made += [
                mean(
                    atoms,
                    Place("means", table, name, "mean"),
                    chosen,
                    period,
                    importance=importance,
                ),
                count(
                    atoms, Place("means", table, name, "n"), chosen, period, importance=importance
                ),
            ]
    return made
