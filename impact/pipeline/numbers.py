"""numbers.json of a run: each numeral of its rendered reports and where it comes from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impact.data.yaml_file import load_yaml
from impact.reporting.ledger import LEDGER, ledger_of, write_ledger
from impact.reporting.sources import Sources
from impact.reporting.words.catalogue import Words, sentences

RESULTS = "results.json"


def write_numbers(
    folder: Path,
    *,
    notebook: Path,
    words: Words,
    inputs: Mapping[str, Path],
    facts: Mapping[str, Any],
) -> None:
    """Write numbers.json into a run's folder.

    Parameters
    ----------
    folder, notebook : Path
        The run's folder with its reports and results.json, and the executed notebook that they are made of.
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
    sources = Sources(
        files={RESULTS: results, **read, "run.json": facts},
        sentences=sentences(words.language, words.nouns),
        decimal="," if words.language == "fr" else ".",
    )
    ledger = ledger_of(
        folder,
        notebook=notebook,
        sources=sources,
        language=words.language,
        estimate=results["headline"]["estimate"],
    )
    write_ledger(ledger, folder / LEDGER)
