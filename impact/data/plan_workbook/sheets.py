"""The sheets of a plan's workbook: which part of which file stands on each, and what they are called in both languages."""

from dataclasses import dataclass
from typing import Literal

from impact.terms import Language

Part = Literal["plan", "schema", "intake"]


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    part : {"plan", "schema", "intake"}
    root : tuple of str
        The key below which it stands; empty for the whole part.
    en, fr : str
        What it is called.
    apart : tuple of str
        Keys below the root that have a sheet of their own.
    items : int
        How many names lead to a row of a table: 1 for columns by name, 2 for those of a source; 0 where a row is a key.
    """

    part: Part
    root: tuple[str, ...]
    en: str
    fr: str
    apart: tuple[str, ...] = ()
    items: int = 0

    def name(self, language: Language) -> str:
        """Return what it is called."""
        return self.fr if language == "fr" else self.en


SHEETS = (
    Sheet("plan", (), "Plan", "Plan d'évaluation"),
    Sheet("schema", (), "Schema", "Schéma", apart=("columns",)),
    Sheet("schema", ("columns",), "Columns", "Colonnes", items=1),
    Sheet("intake", (), "Intake", "Réception", apart=("sources", "rules")),
    Sheet("intake", ("sources",), "Sources", "Fichiers", apart=("columns",)),
    Sheet("intake", ("sources", "columns"), "Source columns", "Colonnes des fichiers", items=2),
    Sheet("intake", ("rules",), "Rules", "Règles"),
)

HEADINGS: dict[Language, dict[str, str]] = {
    "en": {
        "key": "Key",
        "value": "Value",
        "choices": "What may stand there",
        "meaning": "What it means",
        "where": "Where",
        "column": "Column",
        "source": "Source",
    },
    "fr": {
        "key": "Clé",
        "value": "Valeur",
        "choices": "Valeurs possibles",
        "meaning": "Sens",
        "where": "Où",
        "column": "Colonne",
        "source": "Fichier",
    },
}


def sheet_named(name: str) -> Sheet | None:
    """Return the sheet that is called so in either language; None where none is."""
    return next((sheet for sheet in SHEETS if name.strip() in {sheet.en, sheet.fr}), None)
