"""numbers.json of a run: each numeral of its rendered reports and where it comes from."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impact.data.yaml_file import load_yaml
from impact.reporting.ledger import LEDGER, ledger_of, write_ledger
from impact.reporting.render.tracing import Passage
from impact.reporting.sections.references import OF_METHODS
from impact.reporting.sources import Sources
from impact.reporting.words.catalogue import Words, sentences
from impact.terms import Language

RESULTS = "results.json"


def sources_of(
    folder: Path, *, words: Words, inputs: Mapping[str, Path], facts: Mapping[str, Any]
) -> Sources:
    """Return all that a report's numerals may come from.

    Parameters
    ----------
    folder : Path
        The run's folder with its results.json.
    words : Words
        The report's language and nouns.
    inputs : Mapping
        Name to path of the plan and the files that it names; data are not read, only results account for them.
    facts : Mapping
        What run.json will say of the run.
    """
    results = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    read = {
        name: load_yaml(path)
        for name, path in inputs.items()
        if path.suffix in {".yml", ".yaml", ".json"}
    }
    return Sources(
        files={RESULTS: results, **read, "run.json": facts, "references": list(OF_METHODS)},
        sentences=sentences(words.language, words.nouns),
        decimal="," if words.language == "fr" else ".",
    )


def write_numbers(
    folder: Path,
    *,
    passages: Sequence[Passage],
    sources: Sources,
    language: Language,
    estimate: float,
) -> None:
    """Write numbers.json into a run's folder, as `ledger_of` finds it there."""
    ledger = ledger_of(
        folder, passages=passages, sources=sources, language=language, estimate=estimate
    )
    write_ledger(ledger, folder / LEDGER)
