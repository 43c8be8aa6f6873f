"""Appraised programmes to be written as workbooks: the case's own economics file with some of its numbers changed."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import yaml

from impact.economics.appraisal import Appraisal
from impact.economics.yearly_effect import YearlyEffect
from impact.evaluation.appraised import worth_of
from impact.evaluation.economics_file import EconomicsFile
from impact.reporting.economics_workbook import Subject
from impact.reporting.render import Cover

ROOT = Path(__file__).resolve().parents[2]
RAW = yaml.safe_load((ROOT / "data" / "economics.yml").read_text(encoding="utf-8"))
_INDEX = EconomicsFile.model_validate(RAW).price_index
RAW["price_index"] = {"by_year": dict(_INDEX.by_year), "source": _INDEX.source}  # to be changed
FOUND = {"effect": 260_000.0, "low": 90_000.0, "high": 430_000.0, "without": 180_000.0}
"""What a study found, in prices of the outcome's year."""


def raw(**changes):
    """The economics file as plain values; ``persistence={"value": 1.0}`` changes an assumption, other keys a part of the file."""
    told = deepcopy(RAW)
    for name, change in changes.items():
        if name in told["assumptions"]:
            told["assumptions"][name] |= change
        elif isinstance(told.get(name), dict):
            told[name] |= change
        else:
            told[name] = change
    return told


def subject(told=None, *, language="en", found=FOUND, path=None, bounded=True):
    """A programme to be written: ``path`` are effects by year, added to the mean that was found."""
    file = EconomicsFile.model_validate(told or RAW)
    ratio = file.price_index.by_year[file.base_year] / file.price_index.by_year[file.outcome_prices]
    by_year = np.array([0.0, 0.0] if path is None else path) + found["effect"]
    std_error = (found["high"] - found["low"]) / 2 / 1.96
    low, high = (found["low"] * ratio, found["high"] * ratio) if bounded else (-np.inf, np.inf)
    appraisal = Appraisal(
        effect=YearlyEffect(
            by_year * ratio, np.full((len(by_year),) * 2, (std_error * ratio) ** 2)
        ),
        without=found["without"] * ratio,
        assumptions=file.beliefs(),
        costs=file.cost_stream("MAD", language),
        first_benefits=file.first_benefits.year,
        horizon=file.horizon.years,
        hurdle=file.hurdle.rate,
        gain_grows=file.effect.gain_grows,
    )
    horizons = (*file.horizon.others, file.horizon.years)
    worth = worth_of(appraisal, (low, high), horizons=horizons, seed=1, rounds=6)
    return Subject(
        worth=worth, file=file, currency="MAD", cover=cover(language), banner="Only an example."
    )


def cover(language):
    """A cover without words of its own."""
    title = {"en": "Effect of fairs on revenue", "fr": "Effet des salons sur le chiffre d'affaires"}
    return Cover(title[language], "A panel", "Views.", (("Run", "abc"),), language, {})
