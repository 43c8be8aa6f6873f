"""A small study of firms with names, telephone numbers, few of some trades, and three who started alone."""

import numpy as np
import pandas as pd
import yaml

from impact.disclosure.public_use.choices import choices_of
from impact.evaluation.plan import Plan
from impact.evaluation.study import Study

NAME, PHONE, REVENUE = "Zoulikha Tazrouti", "06 61 84 72 95", 48273.61
UNITS, PERIODS = 120, 6
LABEL = {"en": "x", "fr": "x"}
COLUMNS = {
    "firm": {"type": "string"},
    "t": {"type": "integer"},
    "start": {"type": "integer"},
    "city": {"type": "category", "categories": ["fes", "rabat"]},
    "trade": {"type": "category", "categories": ["wood", "wool", "clay", "gold"]},
    "sme": {"type": "boolean"},
    "age": {"type": "integer", "minimum": 0},
    "open": {"type": "category", "categories": ["yes", "no"]},
    "revenue": {"type": "number", "unit": "MAD", "minimum": 0},
    "staff": {"type": "integer", "minimum": 0},
    "note": {"type": "string"},
}
SCHEMA = {
    "version": 1,
    "title": {"en": "Firms", "fr": "Entreprises"},
    "source": "made here",
    "unit": "firm",
    "time": {"column": "t", "frequency": "integer"},
    "cohort": {"column": "start"},
    "missing_outcome": "drop",
    "identifiers": {name: {"keep": "made up for a test"} for name in ("firm", "note")},
    "columns": {name: {**told, "label": {"en": name.title(), "fr": name.title()}} for name, told in COLUMNS.items()},
}  # fmt: skip
PLAN = {
    "name": "named-firms",
    "title": {"en": "Firms", "fr": "Entreprises"},
    "data": "firms.csv",
    "schema": "firms.yml",
    "outcomes": ["revenue"],
    "secondary": ["staff"],
    "strata": ["city"],
    "subgroups": ["sme"],
    "characteristics": ["trade", "age"],
    "permutations": 99,
    "design_draws": 200,
}
CHOICES = {
    "version": 1,
    "k": 4,
    "quasi_identifiers": ["city", "sme", "trade"],
    "sensitive": ["revenue", "staff"],
    "drop": ["age", "open", "note"],
    "top": {"revenue": {"quantile": 0.98}},
    "round": {"revenue": {"digits": 2}},
}


def firms(*, alone=0, seed=3):
    """24 firms start in period 3 and 20 in period 5; ``alone`` of them in period 4 instead."""
    rng = np.random.default_rng(seed)
    start = np.full(UNITS, np.nan)
    start[:24], start[24:44], start[:alone] = 3, 5, 4
    i = np.repeat(np.arange(UNITS), PERIODS)
    names = [NAME, *(f"Atelier {number:03d} {chr(97 + number % 26)}" for number in range(1, UNITS))]
    frame = pd.DataFrame({"firm": np.array(names)[i], "t": np.tile(np.arange(1, PERIODS + 1), UNITS)})  # fmt: skip
    frame["start"] = pd.array(start[i], dtype="Int64")
    frame["city"] = rng.choice(["fes", "rabat"], UNITS, p=[0.7, 0.3])[i]
    frame["trade"] = rng.choice(["wood", "wool", "clay", "gold"], UNITS, p=[0.4, 0.3, 0.25, 0.05])[i]  # fmt: skip
    frame["sme"] = rng.integers(0, 2, UNITS)[i]
    frame["age"] = rng.integers(18, 70, UNITS)[i]
    frame["open"] = rng.choice(["yes", "no"], len(frame), p=[0.95, 0.05])
    level = rng.lognormal(9.5, 0.6, UNITS)[i]
    after = frame["t"].to_numpy() >= np.nan_to_num(start[i], nan=99)
    frame["revenue"] = (level * np.exp(rng.normal(0, 0.1, len(i)) + 0.5 * after)).round(2)
    frame.loc[2, "revenue"] = REVENUE
    frame.loc[rng.choice(len(frame), 40, replace=False), "revenue"] = np.nan
    frame["staff"] = rng.poisson(30, len(frame))
    frame["note"] = np.where(i == 0, f"call {PHONE}", "")
    return frame


def study_of(folder, frame=None, **choices):
    (firms() if frame is None else frame).to_csv(folder / "firms.csv", index=False)
    for name, values in (("firms.yml", SCHEMA), ("evaluation.yml", {**PLAN, **choices})):
        (folder / name).write_text(yaml.safe_dump(values, allow_unicode=True))
    return Study(Plan.of({**PLAN, **choices}), folder)


def choices(**changes):
    return choices_of({**CHOICES, **changes}, name="choices")
