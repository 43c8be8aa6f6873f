"""The sheet of keys of a plan's workbook: what may stand in columns, files and each rule, and what it means."""

from collections.abc import Iterator
from dataclasses import dataclass

from impact.data.french import typeset
from impact.data.intake.conditions import Condition
from impact.data.intake.plan import ArrivingColumn, ArrivingFile
from impact.data.intake.rules.corrected import Correction
from impact.data.intake.rules.every import RULES
from impact.data.intake.rules.summarise import Summary
from impact.data.plan_workbook.french import MEANINGS
from impact.data.plan_workbook.french_keys import FRENCH
from impact.data.plan_workbook.keys import Key, Model, choices_of, keys_of
from impact.data.schema import Column
from impact.terms import Language

NAME: dict[Language, str] = {"en": "Keys", "fr": "Clés"}


@dataclass(frozen=True)
class Group:
    """Keys that stand together.

    Attributes
    ----------
    code : str
        Of its French meanings; of a rule its name.
    model : type
    en, fr : str
        Where they stand.
    shared : str
        The group whose French meanings it shares.
    """

    code: str
    model: Model
    en: str
    fr: str
    shared: str = ""

    def known(self) -> Iterator[Key]:
        """Return its keys that have a meaning; that of ``rule`` is the rule's own name."""
        return (key for key in keys_of(self.model) if key.meaning and key.path != ("rule",))

    def meaning(self, key: Key, language: Language) -> str:
        """Return what a key means; empty where French has no words for it."""
        if language == "en":
            return key.meaning
        path = ".".join(key.path)
        shared = MEANINGS["schema"] if self.shared == "schema" else FRENCH.get(self.shared, {})
        return typeset(FRENCH.get(self.code, {}).get(path) or shared.get(path, ""))


def _of_rule(rule: Model) -> Group:
    (name,) = choices_of(rule.model_fields["rule"].annotation)
    return Group(name, rule, f"Rules: {name}", f"Règles : {name}", "rules")


OF_SCHEMA = (Group("columns", Column, "Columns", "Colonnes", "cells"),)
OF_INTAKE = (
    Group("sources", ArrivingFile, "Sources", "Fichiers", "schema"),
    Group("source_columns", ArrivingColumn, "Source columns", "Colonnes des fichiers", "cells"),
    *map(_of_rule, RULES),
    Group("condition", Condition, "Rules: where", "Règles : where"),
    Group("summary", Summary, "Rules: summarise, columns", "Règles : summarise, columns"),
    Group("correction", Correction, "Rules: correct, corrections", "Règles : correct, corrections"),
)


def explained(language: Language, *, intake: bool) -> Iterator[tuple[str, str, str, str]]:
    """Return where a key stands, its path, the words that may stand there and what it means, key by key.

    Parameters
    ----------
    language : {"en", "fr"}
    intake : bool
        Whether the workbook has an intake plan.
    """
    for group in (*OF_SCHEMA, *OF_INTAKE) if intake else OF_SCHEMA:
        where = typeset(group.fr) if language == "fr" else group.en
        for key in group.known():
            choices = "  ".join(key.choices)
            yield where, ".".join(key.path), choices, group.meaning(key, language)
