"""Which column plays which part in a public-use file; a column without one, or one that cannot play it, is refused by name."""

from dataclasses import dataclass
from typing import NoReturn

import pandas as pd

from impact.data.formulas import would_run
from impact.data.schema import Column, Schema
from impact.disclosure.public_use.choices import PublicUseChoices
from impact.errors import PlanError
from impact.evaluation.study import Study

NUMBERS = frozenset({"number", "integer"})
TIMES = frozenset({"period", "date"})


@dataclass(frozen=True)
class Columns:
    """The columns of a public-use file by their parts.

    Attributes
    ----------
    unit, time : str
    cohort : str or None
        First treated period: known to everybody, never withheld.
    arm : str or None
        Arm of a lot: as the cohort.
    cluster, weight : str or None
    known : tuple of str
        Quasi-identifiers that may be withheld, the most important first.
    sensitive, harmless, dropped : tuple of str
    """

    unit: str
    time: str
    cohort: str | None
    arm: str | None
    cluster: str | None
    weight: str | None
    known: tuple[str, ...]
    sensitive: tuple[str, ...]
    harmless: tuple[str, ...]
    dropped: tuple[str, ...]

    @classmethod
    def of(cls, study: Study, choices: PublicUseChoices) -> "Columns":
        """Give each column of a study its part.

        Raises
        ------
        PlanError
            A column has no part, or none that it can play.
        """
        schema, cohort = study.schema, cohort_of(study)
        arm = None if study.plan.arms is None else study.plan.arms.column
        fixed = {schema.unit, schema.time.column, cohort, arm, schema.cluster, schema.weight}
        made = cls(
            unit=schema.unit,
            time=schema.time.column,
            cohort=cohort,
            arm=arm,
            cluster=None if schema.cluster == schema.unit else schema.cluster,
            weight=schema.weight,
            known=tuple(name for name in choices.quasi_identifiers if name not in fixed),
            sensitive=tuple(choices.sensitive),
            harmless=tuple(choices.harmless),
            dropped=tuple(choices.drop),
        )
        made._refuse(study, choices)
        return made

    @property
    def fixed(self) -> tuple[str, ...]:
        """Quasi-identifiers that are never withheld."""
        return tuple(name for name in (self.cohort, self.arm) if name is not None)

    @property
    def quasi(self) -> tuple[str, ...]:
        """All quasi-identifiers."""
        return (*self.fixed, *self.known)

    @property
    def kept(self) -> tuple[str, ...]:
        """Columns of the file, in its order."""
        design = (self.unit, self.time, *self.fixed, self.cluster, self.weight)
        every = (*design, *self.known, *self.sensitive, *self.harmless)
        return tuple(dict.fromkeys(name for name in every if name is not None))

    def _refuse(self, study: Study, choices: PublicUseChoices) -> None:
        self._refuse_names(study)
        declared, derived = study.schema.columns, starts_from(study.schema)
        design = {self.unit, self.time, self.cluster, self.weight, *self.fixed}
        for name in (*self.sensitive, *self.harmless):
            if name in design:
                _refused(name, "the schema or the plan gives it its part; name it nowhere else")
        for name in self.dropped:
            if name in self.kept:
                _refused(name, "the design needs it; it cannot be dropped")
        if derived is not None and derived not in self.dropped:
            _refused(derived, "it says in each period what the start says once; put it under drop")
        if study.outcome not in self.sensitive:
            _refused(
                study.outcome,
                "the headline outcome is no public use without it; put it under sensitive",
            )
        for name in (*self.known, *self.sensitive, *self.harmless):
            _refuse_kind(name, declared[name], choices)

    def _refuse_names(self, study: Study) -> None:
        """Refuse a name that no column has, and a column that nothing names."""
        declared, told = study.schema.columns, {*self.kept, *self.dropped}
        for name in sorted(told - set(declared) - {self.cohort}):
            _refused(name, "no declared column; choose among those of the schema")
        for name in declared:
            if name not in told:
                _refused(
                    name,
                    "has no part in the file; put it under quasi_identifiers, sensitive, harmless or drop",
                )


def cohort_of(study: Study) -> str | None:
    """Return the column of first treated periods, declared or derived."""
    rule = study.schema.cohort
    return study.plan.cohort or (None if rule is None else rule.column)


def starts_from(schema: Schema) -> str | None:
    """Return the 0/1 column from which first treated periods are derived."""
    return None if schema.cohort is None else schema.cohort.first_period_of


def constant_within(frame: pd.DataFrame, unit: str, name: str) -> bool:
    """Whether a column is the same on all rows of each unit, missing or not."""
    values = frame.groupby(unit, sort=False)[name].nunique(dropna=False)
    return bool(values.max() <= 1)


def _refused(name: str, why: str) -> NoReturn:
    raise PlanError(f"{name}: {why}")


def _refuse_kind(name: str, column: Column, choices: PublicUseChoices) -> None:
    if column.type == "string":
        _refused(name, "a text may name somebody; declare it as a category, or put it under drop")
    groups = choices.recode.get(name, {})
    old = {one for group in groups.values() for one in group.of}
    if groups and column.type != "category":
        _refused(name, "recode is of a category; bands are of a number")
    if not old <= set(column.categories or ()):
        _refused(name, "recode names a category that the schema does not list")
    left = [one for one in column.categories or () if one not in old]
    if set(left) & set(groups):
        _refused(name, "recode gives a group the name of a category that stays; name it anew")
    if any(would_run(code) for code in (*left, *groups)):
        _refused(name, "a spreadsheet would run one of its categories as a formula; recode it")
    numeric = (choices.bands, choices.top, choices.bottom, choices.round)
    if any(name in change for change in numeric) and column.type not in NUMBERS:
        _refused(name, "bands, top, bottom and round are of a number")
    if name in choices.years and column.type not in TIMES:
        _refused(name, "years are of a period or a date")
