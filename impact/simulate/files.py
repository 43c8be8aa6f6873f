"""Write the embedded case: data, codebook and truth, the same bytes every time."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.column_table import column_table
from impact.data.schema import read_schema
from impact.simulate.process import Draw, draw
from impact.simulate.programme import ScenarioName, scenario
from impact.simulate.revenue import CITIES, MARKETS, SECTORS
from impact.simulate.truth import Estimates, estimator_bias, known_bias, truth

SEED = 2012


@dataclass(frozen=True)
class Case:
    """Files of one draw: what they are called, of which scenario, from which seed."""

    name: str
    scenario: ScenarioName
    seed: int


CASE = Case("artisans", "three_arms", SEED)
FURTHER = (Case("clear", "three_arms_clear", 2013), Case("null", "three_arms_null", 2014))
"""Seeds are the years that follow: nobody looked for draws that come out well."""
NOT_OF_THE_FAIRS = ["event", "first_event", "marrakech_events"]
"""Columns about firms at events at home alone."""
SIGNIFICANT = 10  # digits kept in the truth file; enough for any comparison, alike on any processor


def frame_of(sample: Draw) -> pd.DataFrame:
    """Return what a survey would record: one row a firm and quarter, revenue blank where there was no answer."""
    n, periods = sample.answered.shape
    unit = np.repeat(np.arange(n), periods)
    quarter = np.tile(np.arange(periods), n)
    fairs = sample.programme.fairs
    name = np.array([*(fair.name for fair in fairs), ""], dtype=object)
    planned = np.array([*(fair.planned_quarter for fair in fairs), ""], dtype=object)
    actual = np.array([*(fair.actual_quarter for fair in fairs), ""], dtype=object)
    answered = sample.answered.ravel()
    revenue = sample.reported.reshape(-1, len(MARKETS))
    columns: dict[str, Any] = {
        "artisan_id": np.array([f"A{i + 1:03d}" for i in range(n)])[unit],
        "quarter": np.array([str(q) for q in sample.quarters])[quarter],
        "city": np.array(CITIES)[sample.city][unit],
        "sector": np.array(SECTORS)[sample.sector][unit],
        "type": np.where(sample.sme, "SME", "mono-artisan")[unit],
        "status": _status(sample),
        "revenue_mad": _blank(revenue.sum(axis=1), answered),
        **{
            f"{market}_revenue_mad": _blank(revenue[:, m], answered)
            for m, market in enumerate(MARKETS)
        },
        "employment": _blank(
            np.repeat(sample.employment, periods), answered & ~sample.exited.ravel()
        ),
        "fair": name[sample.fair][unit],
        "planned_quarter": planned[sample.fair][unit],
        "exhibited": sample.exhibited[unit].astype(int),
        "first_fair": np.where(sample.exhibited, actual[sample.fair], "")[unit],
        **(_arm_columns(sample, unit) if sample.programme.events else {}),
        **{activity: times[unit] for activity, times in sample.exposure.items()},
    }
    return pd.DataFrame(columns)


def compared_with_fairs(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out firms at events at home, which are no comparison for fairs, with what only they have."""
    return frame[frame["arm"] != "event"].drop(columns=NOT_OF_THE_FAIRS).reset_index(drop=True)


def _arm_columns(sample: Draw, unit: np.ndarray) -> dict[str, Any]:
    """Arm, event at home and its quarter, of a programme that has such events."""
    events = sample.programme.events
    name = np.array([*(one.name for one in events), ""], dtype=object)
    quarter = np.array([*(one.quarter for one in events), ""], dtype=object)
    arm = np.select([sample.of_arm("fair"), sample.of_arm("event")], ["fair", "event"], "neither")
    return {
        "arm": arm[unit],
        "event": name[sample.event][unit],
        "first_event": quarter[sample.event][unit],
    }


def _status(sample: Draw) -> np.ndarray:
    total = sample.reported.sum(axis=2)
    status = np.where(total == 0, "idle", "active")
    status = np.where(sample.exited, "exited", status)
    return np.where(sample.answered, status, "non-response").ravel()


def _blank(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    return np.where(kept, values.astype(str), "")


def write_case(folder: Path, *, estimates: Estimates | None = None) -> list[Path]:
    """Write ``artisans.csv``, ``codebook.md`` and ``artisans_truth.json`` beside their schema, each whole or not at all.

    The panel has the firms that fairs are judged by, as the intake plan of the files that arrive leaves them; the truth has
    all arms.

    Parameters
    ----------
    folder : Path
        Where ``artisans.yml`` is.
    estimates : callable, optional
        What estimators find in a draw: their mean errors on this process then stand in the truth file.
    """
    schema = read_schema(folder / "artisans.yml")
    codebook = (
        f"# Codebook of `artisans.csv`\n\n{column_table(schema, 'en')}\n# Dictionnaire des variables\n\n"
        f"{column_table(schema, 'fr')}"
    )
    sample = draw(scenario(CASE.scenario), seed=CASE.seed)
    return [
        _panel(compared_with_fairs(frame_of(sample)), folder / f"{CASE.name}.csv"),
        _truth(CASE, sample, folder, estimates),
        _written(folder / "codebook.md", codebook),
    ]


def write_further_cases(folder: Path, *, estimates: Estimates | None = None) -> list[Path]:
    """Write panel and truth of the cases of `FURTHER`: a clear effect, and none at all."""
    written = []
    for case in FURTHER:
        sample = draw(scenario(case.scenario), seed=case.seed)
        written += [
            _panel(frame_of(sample), folder / f"{case.name}.csv"),
            _truth(case, sample, folder, estimates),
        ]
    return written


def _panel(frame: pd.DataFrame, path: Path) -> Path:
    return _written(path, frame.to_csv(index=False, lineterminator="\n"))


def _truth(case: Case, sample: Draw, folder: Path, estimates: Estimates | None) -> Path:
    facts = {
        "scenario": case.scenario,
        "seed": case.seed,
        **truth(sample),
        "known_bias": known_bias(sample.programme),
    }
    if estimates is not None:
        facts["estimators"] = estimator_bias(sample.programme, estimates)
    told = json.dumps(_rounded(facts), indent=1, sort_keys=True) + "\n"
    return _written(folder / f"{case.name}_truth.json", told)


def _written(path: Path, text: str) -> Path:
    aside = path.with_name(f".{path.name}.partial")
    aside.write_text(text, encoding="utf-8", newline="\n")
    return aside.replace(path)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{SIGNIFICANT}g}")
    return value
