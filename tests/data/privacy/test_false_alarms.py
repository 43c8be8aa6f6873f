"""The scan over data sets that hold no direct identifier: what it suspects there, and no more."""

import importlib
import pkgutil

import linearmodels.datasets
import pandas as pd
import pytest

from impact.data.privacy.identifiers import Looked, suspicions


def suspected(frame):
    types = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}
    columns = [
        Looked(str(name), (str(name),), types.get(frame[name].dtype.kind, "string"), frame[name])
        for name in frame
    ]
    return [f"{one.column}: {one.what}" for one in suspicions(columns)]


@pytest.mark.longer
def test_of_the_reference_data_only_names_of_schools_are_suspected(reference):
    """50 files, 1,059 columns: one, and it is true."""
    found = {}
    for path in sorted([*reference.rglob("*.csv"), *reference.rglob("*.csv.gz")]):
        if alarms := suspected(pd.read_csv(path, low_memory=False)):
            found[path.name] = alarms
    names = [f"{column}: name of a person or firm" for column in ("name", "sname", "dname")]
    assert found == {"apiclus1.csv": names}  # of schools and their districts


def test_of_the_packaged_panels_nothing_is_suspected():
    """11 data sets, 271 columns."""
    read = 0
    for module in pkgutil.iter_modules(linearmodels.datasets.__path__):
        dataset = importlib.import_module(f"linearmodels.datasets.{module.name}")
        if hasattr(dataset, "load"):
            assert suspected(dataset.load()) == [], module.name
            read += 1
    assert read > 8
