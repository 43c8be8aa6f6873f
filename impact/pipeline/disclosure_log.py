"""disclosure.json of a release: the rules, and each figure that stays inside with its reason in both languages."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, get_args

from impact.disclosure import Released, Rules, Withheld
from impact.disclosure.declared.kept_back import KeptBack
from impact.disclosure.released import Merged
from impact.reporting.formats import Formats
from impact.reporting.sections.disclosure_log import limit_in_words
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import said
from impact.terms import Language

DISCLOSURE = "disclosure.json"


def write_disclosure(
    released: Released, kept_back: KeptBack, rules: Rules, folder: Path, *, no_kit: str
) -> None:
    """Write the log into a released folder; it names places, never a value."""
    content = {
        "rules": asdict(rules),
        "released": len(released.figures),
        "no_kit": no_kit,
        "not_proven_beside": list(kept_back.public_files),
        "withheld": [_told(several) for several in kept_back.columns()],
        "merged": [_said_of(each) for each in kept_back.merged],
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True)
    (folder / DISCLOSURE).write_text(text + "\n", encoding="utf-8")


def _said_of(merged: Merged) -> dict[str, Any]:
    """Say which figures left as one, and by which rule."""
    told: dict[str, Any] = {
        "figures": [str(place) for place in merged.places],
        "as": str(merged.place),
    }
    for language in get_args(Language):
        n = Formats(language).number(merged.fewest)
        told[f"rule_{language}"] = said(Words(language), "merged", merged.axis, n=n)
    return told


def _told(several: Sequence[Withheld]) -> dict[str, Any]:
    """Say of the figures of one column that share a reason where they stood and which rule it was."""
    first = several[0]
    told = {
        "part": first.place.part,
        "table": first.place.table,
        "column": first.place.column,
        "rows": [each.place.row for each in several if each.place.row],
        "figures": len(several),
        "reason": first.reason,
        "with": sorted({str(place) for each in several for place in each.with_places}),
    }
    for language in get_args(Language):
        limit = limit_in_words(Formats(language), first.limit)
        told[f"rule_{language}"] = said(Words(language), "withheld_in_full", first.reason, n=limit)
    return told
