"""Which notebook and cell of a run computed a part of its results, and which first showed an exhibit."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impact.reporting.bundle import exhibit_in
from impact.reporting.tree import structure

SHOWN_BY = {
    "data_quality": "data_quality",
    "sample": "sample_flow",
    "impact": "impact",
    "panel_models": "panel_models",
    "certainty": "certainty",
    "robustness": "robustness",
    "economics": "worth_it",
}
"""Part of the results to the section whose cell computes it."""
_CALL = re.compile(r"\bstudy\.(\w+)\(\)")


@dataclass(frozen=True)
class Place:
    """A cell of a notebook, counted from 1."""

    notebook: str
    cell: int


@dataclass(frozen=True)
class Places:
    """Cells by section called and by label of exhibit shown."""

    sections: Mapping[str, Place]
    exhibits: Mapping[str, Place]

    def of_key(self, key: str) -> Place | None:
        """Return the cell that computed what a key of results.json names; the headline's is the impact's."""
        found = re.match(r"results\.json#parts\.(\w+)", key)
        part = found.group(1) if found else "impact" if "#headline" in key else ""
        return self.sections.get(SHOWN_BY.get(part, ""))


def places_of(folder: Path) -> Places:
    """Read the executed notebooks of a run, the report last."""
    sections: dict[str, Place] = {}
    exhibits: dict[str, Place] = {}
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells, 1):
            place = Place(path.name, number)
            for call in _CALL.findall("".join(cell["source"])):
                sections.setdefault(call, place)
            for label in _labels(cell):
                exhibits.setdefault(label, place)
    return Places(sections, exhibits)


def _labels(cell: Mapping[str, Any]) -> list[str]:
    exhibits = (exhibit_in(output.get("data", {})) or {} for output in cell.get("outputs", []))
    return [
        node["c"][0][0]
        for exhibit in exhibits
        for node in structure(exhibit.get("blocks", []))
        if node["t"] in {"Table", "Figure"}
    ]
