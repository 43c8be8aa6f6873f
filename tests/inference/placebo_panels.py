"""Untreated parts of real panels: nobody in them was treated in the periods kept, so every effect found is false."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Untreated:
    """Outcomes of N units in T periods, all untreated; NaN where a unit was not observed."""

    name: str
    what: str
    wide: np.ndarray


def _wide(frame, *, unit, time, outcome):
    return frame.pivot_table(index=unit, columns=time, values=outcome).to_numpy()


def _officers(folder):
    """Officers not trained in the first thirty months, by quarter."""
    frame = pd.read_csv(folder / "r" / "pj_officer.csv.gz")
    frame = frame[(frame["first_trained"] > 30) & (frame["period"] <= 30)]
    quarter = (frame["period"] - 1) // 3
    frame = frame.assign(quarter=quarter)
    return frame.pivot_table("complaints", index="uid", columns="quarter", aggfunc="sum").to_numpy()


def _states(folder):
    """All states before the first of them passed the law (2005)."""
    frame = pd.read_csv(folder / "r" / "castle.csv.gz")
    return _wide(frame[frame["year"] < 2005], unit="sid", time="year", outcome="l_homicide")


def _firms(folder):
    frame = pd.read_csv(folder / "r" / "plm_empluk.csv")
    frame["log_emp"] = np.log(frame["emp"])
    return _wide(frame, unit="firm", time="year", outcome="log_emp")


def _earners(folder):
    """The file has no identifier: seven years a person, one person after the other."""
    frame = pd.read_csv(folder / "r" / "plm_wages.csv")
    return frame["lwage"].to_numpy().reshape(-1, 7)


PANELS = {
    "pj_officer": ("complaints against police officers, by quarter", _officers),
    "castle": ("log homicides of states, by year", _states),
    "plm_empluk": ("log employment of firms, by year, with gaps", _firms),
    "plm_wages": ("log wages of persons, by year", _earners),
}


def untreated(name, reference):
    """One of the panels, from the reference folder."""
    what, read = PANELS[name]
    return Untreated(name, what, read(reference / "data").astype(float))
