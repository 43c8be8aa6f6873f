"""Write the embedded case: data, codebook and truth, the same bytes every time."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from impact.data.schema import Schema, read_schema
from impact.simulate.bias import known_bias
from impact.simulate.programme import ScenarioName, scenario
from impact.simulate.simulation import simulate

SEED = 2012
SIGNIFICANT = 10  # digits kept in the truth file; enough for any comparison, alike on any processor


def write_case(folder: Path, *, name: ScenarioName = "persistent", seed: int = SEED) -> list[Path]:
    """Write ``artisans.csv``, ``codebook.md`` and ``artisans_truth.json`` beside their schema, ``artisans.yml``.

    Everything is written aside first and then moved into place, so that a full disk leaves the old files as they were.

    Raises
    ------
    SchemaError
        If ``artisans.yml`` is missing or contradicts itself.
    """
    schema = read_schema(folder / "artisans.yml")
    programme = scenario(name)
    case = simulate(programme, seed=seed)
    facts = {
        "scenario": name,
        "seed": seed,
        **case.truth.to_dict(),
        "known_bias": known_bias(programme),
    }
    texts = {
        "artisans.csv": case.frame.to_csv(index=False, lineterminator="\n"),
        "artisans_truth.json": json.dumps(_rounded(facts), indent=1, allow_nan=False) + "\n",
        "codebook.md": _codebook(schema),
    }
    return _write_all(folder, texts)


def _codebook(schema: Schema) -> str:
    return (
        f"# Codebook of `artisans.csv`\n\n{schema.codebook('en')}\n"
        f"# Dictionnaire des variables\n\n{schema.codebook('fr')}"
    )


def _write_all(folder: Path, texts: dict[str, str]) -> list[Path]:
    aside = {folder / name: folder / f".{name}.partial" for name in texts}
    try:
        for (path, partial), text in zip(aside.items(), texts.values(), strict=True):
            partial.write_text(text, encoding="utf-8", newline="\n")
        return [partial.replace(path) for path, partial in aside.items()]
    finally:
        for partial in aside.values():
            partial.unlink(missing_ok=True)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{SIGNIFICANT}g}")
    return value
