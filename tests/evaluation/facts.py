"""A small study made by hand: two cohorts, an activity that some of the comparison group met, two subgroups."""

import numpy as np
import pandas as pd

from impact.evaluation.plan import Plan
from impact.evaluation.study import Study

SCHEMA = """
version: 1
title: {en: Firms, fr: Entreprises}
source: made here
unit: id
time: {column: t, frequency: integer}
cohort: {column: g}
columns:
  id: {type: integer, label: {en: Firm, fr: Entreprise}}
  t: {type: integer, label: {en: Period, fr: Période}}
  g: {type: integer, label: {en: First period, fr: Première période}}
  town: {type: string, label: {en: Town, fr: Ville}}
  met: {type: integer, label: {en: Fairs visited, fr: Salons visités}}
  told: {type: boolean, label: {en: Was told, fr: A été informé}}
  y: {type: number, unit: MAD, minimum: 0, label: {en: Outcome, fr: Résultat}}
  still: {type: number, unit: MAD, label: {en: Same for ever, fr: Toujours le même}}
"""
TREATED, UNTREATED, PERIODS = 15, 60, 8


def firms(*, effects=(10.0, 10.0), of_town=0.0, spill=0.0, n_met=30, seed=7):
    """Cohorts of periods 4 and 6 with constant effects, ``of_town`` more in town b; ``n_met`` untreated met an activity."""
    rng = np.random.default_rng(seed)
    n = 2 * TREATED + UNTREATED
    cohort = np.repeat([4.0, 6.0, np.nan], [TREATED, TREATED, UNTREATED])
    town = np.where(np.arange(n) % 2, "b", "a")
    met = np.isnan(cohort) & (np.arange(n) >= n - n_met)
    frame = pd.DataFrame({"id": np.repeat(np.arange(n), PERIODS), "t": np.tile(np.arange(1, PERIODS + 1), n)})  # fmt: skip
    i = frame["id"].to_numpy()
    frame["g"] = pd.array(cohort[i], dtype="Int64")
    frame["town"], frame["still"] = town[i], 5.0
    frame["met"] = np.where(met[i] & (frame["t"] == 5), 1, 0)
    frame["told"] = False
    after = frame["t"].to_numpy() >= np.nan_to_num(cohort[i], nan=99)
    gain = np.where(cohort[i] == 4, effects[0], effects[1]) + of_town * (town[i] == "b")
    base = 100 + rng.normal(0, 5, n)[i] + 2.0 * frame["t"] + rng.normal(0, 3, len(frame))
    frame["y"] = base + gain * after + spill * (met[i] & (frame["t"] >= 4))
    return frame


def firms_with_few():
    """Cohorts of 6 and 15; a town in which five of the treated live."""
    frame = firms()
    frame = frame[~(frame.g.eq(4).fillna(False) & (frame.id >= 6))]
    frame["town"] = np.where(frame.id.isin([0, 1, 2, 15, 16]) | (frame.id > 60), "b", "a")
    return frame


def study_of(folder, frame, **choices):
    frame.to_csv(folder / "firms.csv", index=False)
    (folder / "firms.yml").write_text(SCHEMA)
    chosen = {
        "name": "firms",
        "title": {"en": "Firms", "fr": "Entreprises"},
        "data": "firms.csv",
        "schema": "firms.yml",
        "outcomes": ["y"],
        "subgroups": ["town"],
        "exposure": ["met", "told"],
        "design_draws": 200,
        "permutations": 199,
    }
    return Study(Plan.of({**chosen, **choices}), folder)
