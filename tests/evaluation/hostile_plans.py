"""Plans at the edge of what can be asked, drawn from a seed: any panel, any keys, any parameters, some of it wrong."""

import numpy as np
import pandas as pd
from degenerate import PANELS

from impact.evaluation.plan import Plan
from impact.evaluation.study import Study

SCHEMA = """
version: 1
title: {en: Firms, fr: Entreprises}
source: made here
unit: id
time: {column: t, frequency: integer}
cohort: {column: g}
%s
columns:
  id: {type: integer, label: {en: Firm, fr: Entreprise}}
  t: {type: integer, label: {en: Period, fr: Période}}
  g: {type: integer, label: {en: First period, fr: Première période}}
  planned: {type: integer, label: {en: Planned period, fr: Période prévue}}
  village: {type: integer, label: {en: Village, fr: Village}}
  w: {type: number, label: {en: Weight, fr: Poids}}
  y: {type: number, unit: MAD, label: {en: Outcome, fr: Résultat}}
  other: {type: number, label: {en: Other outcome, fr: Autre résultat}}
  zeros: {type: number, label: {en: Nearly always zero, fr: Presque toujours nul}}
  flat: {type: number, label: {en: Never changes, fr: Ne change jamais}}
  holes: {type: number, label: {en: Often blank, fr: Souvent en blanc}}
  log: {type: number, scale: log, label: {en: Logarithm, fr: Logarithme}}
  sex: {type: boolean, label: {en: Woman, fr: Femme}}
  trade: {type: category, categories: [a, b, c, d], label: {en: Trade, fr: Métier}}
  fair: {type: string, label: {en: Fair, fr: Salon}}
  met: {type: boolean, label: {en: Met, fr: Rencontre}}
  dose: {type: integer, label: {en: Fairs, fr: Salons}}
"""
MOVING = ("y", "other", "zeros", "holes", "log")
OUTCOMES = (*MOVING, "flat")
COLUMNS = (*OUTCOMES, "sex", "trade", "fair", "met", "dose", "planned", "g", "village", "w")
WRONG = ("id", "t", "no_such", "Y", "", "sex", "trade", 3, None, ["y"], {"y": 1}, True)


def data_of(name, generator):
    """A degenerate panel with what a real one has beside it, some of it degenerate too."""
    frame, told = PANELS[name]
    made = frame().reset_index(drop=True)
    firm, n = made["id"], len(made)
    if name not in {"usual"} and generator.random() < 0.1:
        made = made[generator.random(n) < 0.9].reset_index(drop=True)
        firm, n = made["id"], len(made)
    start = made["g"].astype("Int64")
    if generator.random() < 0.25:
        start = start.mask(firm < generator.integers(1, 6), 0)  # treated from the first period on
    shift = generator.integers(-1, 2)
    rare = generator.random(n) < 0.02
    return told, made.assign(
        g=start,
        planned=(start + shift).where((firm % 5 != 0) | (generator.random() < 0.5)),
        other=generator.normal(size=n).cumsum() + 100,
        zeros=np.where(rare, 5.0, 0.0),
        flat=4.0,
        holes=np.where(generator.random(n) < generator.choice([0.1, 0.5, 0.9]), np.nan, made["y"]),
        log=np.log1p(np.abs(generator.normal(size=n))),
        sex=(firm % generator.integers(1, 4) == 0).astype(int),
        trade=pd.Series(list("abcd"))[firm % generator.integers(1, 5)].to_numpy(),
        fair=("f" + (firm % generator.integers(1, 6)).astype(str)).where(start.notna()),
        met=(generator.random(n) < generator.choice([0, 0.1, 1])).astype(int),
        dose=(firm % generator.integers(1, 5)).where(start.notna(), 0),
    )


def some(generator, pool, most=3, *, least=1):
    """A few of a pool, each once, in any order."""
    n = int(generator.integers(least, most + 1))
    return [pool[i] for i in generator.permutation(len(pool))[:n]]


def choices_of(generator):
    """Values for some keys of a plan, each likely to be allowed."""
    pick = generator.choice
    made = {
        "outcomes": some(generator, MOVING if generator.random() < 0.9 else OUTCOMES, 2),
        "planned_cohort": "planned",
        "assignment": str(pick(["randomised", "chosen", "by_rule"])),
        "comparison_group": str(pick(["not_yet_treated", "never_treated"])),
        "anticipation": int(pick([0, 0, 0, 0, 1, 1, 2, 40])),
        "placebo_periods": int(pick([1, 2, 4, 40])),
        "subgroups": some(generator, ("sex", "trade", "fair", "village", "dose", "y")),
        "strata": some(generator, ("sex", "trade", "village", "dose"), 2),
        "characteristics": some(generator, COLUMNS, 5),
        "winsorise": float(pick([0, 0.51, 0.95, 0.99])),
        "treatment_group": str(pick(["fair", "trade", "sex", "village", "met"])),
        "families": {
            "one": some(generator, MOVING, 4, least=2),
            "two": some(generator, MOVING, 3, least=2),
        },
        "placebo_outcomes": some(generator, MOVING, 2),
        "secondary": some(generator, OUTCOMES, 4),
        "exposure": some(generator, ("met", "dose", "sex", "zeros", "holes"), 2),
        "dose": str(pick(["dose", "met", "zeros", "y", "sex"])),
        "relevant_effect": float(pick([0.1, 10, 1000])),
        "panel_model": {
            "outcome": str(pick(MOVING)),
            "regressors": some(generator, ("met", "other", "zeros", "holes", "y"), 2)
            if generator.random() < 0.8
            else some(generator, ("sex", "dose", "g")),
            "time_effects": bool(generator.random() < 0.5),
            "vcov": str(pick(["clustered", "robust", "iid"])),
        },
        "survey": survey_of(generator),
        "alpha": float(pick([0.001, 0.05, 0.49])),
        "seed": int(generator.integers(0, 2**32)),
        "language": str(pick(["en", "fr"])),
    }
    return {key: value for key, value in made.items() if generator.random() < 0.35}


def survey_of(generator):
    """How the survey was held, by columns that fit or nearly do."""
    pick = generator.choice
    made = {
        "enumerator": str(pick(["trade", "fair", "sex", "village"])),
        "duration": str(pick(["dose", "y", "zeros", "holes", "flat"])),
        "status": {"column": "trade", "exit": [str(pick(["a", "d"]))], "nonresponse": ["b"]},
        "employment": str(pick(["dose", "zeros", "holes"])),
        "entered": str(pick(["planned", "g", "dose", "trade"])),
        "back_check": {"y": str(pick(["other", "holes", "flat"]))},
    }
    return {key: value for key, value in made.items() if generator.random() < 0.5}


def spoilt(choices, generator):
    """The same with a wrong value or column somewhere, as somebody may write it."""
    keys = [key for key in Plan.keys() if key not in {"data", "schema", "name", "design_draws"}]  # noqa: SIM118 (a function of ours)
    key = str(generator.choice(keys))
    value = WRONG[int(generator.integers(len(WRONG)))]
    listed = [value] if generator.random() < 0.5 else value
    return {**choices, key: listed}


def parameters_of(generator):
    """What may be set on the command line."""
    pool = [
        {"outcome": str(generator.choice(OUTCOMES))},
        {"cohort": "planned"},
        {"cohort": "dose"},
        {"anticipation": 1},
        {"comparison_group": "never_treated"},
        {"alpha": 0.2},
        {"alpha": 0},
        {"permutations": 99},
        {"permutations": 1},
        {"seed": -1},
        {"language": "de"},
        {"outcom": "y"},
    ]
    return pool[int(generator.integers(len(pool)))] if generator.random() < 0.3 else {}


def hostile(seed, folder):
    """Return how the study of a seed is made, so that what refuses the plan itself counts too."""
    generator = np.random.default_rng([2012, seed])
    name = sorted(PANELS)[seed % len(PANELS)] if generator.random() < 0.35 else "usual"
    told, frame = data_of(name, generator)
    frame.to_csv(folder / "firms.csv", index=False)
    roles = "".join(f"{role}: {column}\n" for role, column in told.items())
    if generator.random() < 0.8:
        roles += "missing_outcome: drop\n"
    (folder / "firms.yml").write_text(SCHEMA % roles, encoding="utf-8")
    choices = choices_of(generator)
    if generator.random() < 0.2:
        choices = spoilt(choices, generator)
    parameters = parameters_of(generator)
    plan = {
        "name": "firms",
        "title": {"en": "Firms", "fr": "Entreprises"},
        "data": "firms.csv",
        "schema": "firms.yml",
        "outcomes": ["y"],
        "design_draws": 200,
        "permutations": 99,
        **choices,
    }
    return lambda: Study(Plan.of(plan).told(parameters), folder)
