"""Small intake plans and tables, made in the tests."""

import json
from pathlib import Path

import pandas as pd

from impact.data.intake.arrive import arrive
from impact.data.intake.rules.rule import Done
from impact.data.intake.table import Kind, Table


def table(kinds, **columns):
    """A table of one source called ``wave``; kinds are names of types, ``period:quarter`` of a period."""
    made = {}
    for name, cells in columns.items():
        numeric = kinds[name] in {"number", "integer", "boolean"}
        made[name] = pd.Series(cells, dtype=float if numeric else object)
    declared = {name: Kind(*kind.split(":")) for name, kind in kinds.items()}
    return Table.of_source(pd.DataFrame(made), kinds=declared, sources=("wave",), name="wave")


def apply(rule, *, folder=Path(), **tables) -> Done:
    """What a rule makes of tables by name."""
    return rule.apply(tables, folder=folder)


def arrived(folder, plan, **files):
    """What an intake plan makes of files, all written into one folder."""
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    path = folder / "intake.yml"
    # JSON is YAML, without the anchors that a writer of YAML puts where an object repeats
    path.write_text(json.dumps({"version": 1, **plan}, ensure_ascii=False), encoding="utf-8")
    return arrive(path)


def cells(made, name):
    """A column as plain values, None where missing."""
    return [None if pd.isna(value) else value for value in made.frame[name]]
