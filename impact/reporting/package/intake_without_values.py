"""An intake plan as it may leave: every rule, but no value that a condition, a code or a correction says of single rows.

A correction names a firm and its true amount, a condition its id: such a plan is data. Conditions on categories, yes-or-no
columns and periods stay, as they are about groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OF_GROUPS = {"category", "boolean", "period"}
"""Types of columns whose values are no one's."""
TESTS = {"is", "is_not", "one_of", "none_of", "at_least", "at_most", "above", "below"}
WITHHELD = "(withheld)"


@dataclass
class _Reader:
    """Walks a plan and counts what it takes out."""

    groups: set[str]
    withheld: int = field(default=0)

    def rule(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.rule(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        made = {key: self.rule(one) for key, one in value.items()}
        if TESTS & made.keys() and made.get("column") not in self.groups:
            made |= {key: self._out(made[key]) for key in TESTS & made.keys()}
        if "corrections" in made:
            made["corrections"] = [self._correction(one) for one in made["corrections"]]
        for key in ("codes", "starts"):
            if isinstance(made.get(key), Mapping) and made.get("column") not in self.groups:
                self.withheld += len(made[key])
                made[key] = {f"{WITHHELD} {at}": to for at, to in enumerate(made[key].values(), 1)}
        if isinstance(made.get("never"), list) and made.get("column") not in self.groups:
            made["never"] = self._out(made["never"])
        return made

    def _correction(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """Take out which rows, whatever column says so, and what they become."""
        tests = [
            {key: self._out(said) if key in TESTS else said for key, said in test.items()}
            for test in one.get("where", [])
        ]
        value = {"value": self._out(one["value"])} if "value" in one else {}
        return {**one, "where": tests, **value}

    def _out(self, value: Any) -> Any:
        if value == WITHHELD:
            return value
        self.withheld += len(value) if isinstance(value, list) else 1
        return WITHHELD


def without_values(plan: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """Return an intake plan without values of single rows, and how many were taken out.

    Parameters
    ----------
    plan : mapping
        As its file has it.
    """
    rules = plan.get("rules") or []
    reader = _Reader(_of_groups(plan, rules))
    return {**plan, "rules": [reader.rule(rule) for rule in rules]}, reader.withheld


def _of_groups(plan: Mapping[str, Any], rules: list[Any]) -> set[str]:
    """Return the columns that every file and rule which makes them declares to be of a type of groups."""
    types: dict[str, set[str]] = {}
    for source in (plan.get("sources") or {}).values():
        for name, column in (source.get("columns") or {}).items():
            types.setdefault(name, set()).add(str(column.get("type")))
    for rule in rules:
        if isinstance(rule, Mapping) and "new" in rule:
            made = rule.get("type") or ("period" if "frequency" in rule else "unknown")
            types.setdefault(str(rule["new"]), set()).add(str(made))
    return {name for name, told in types.items() if told <= OF_GROUPS}
