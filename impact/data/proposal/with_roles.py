"""Columns once it is known who is who: times become periods, ids stay texts, codes of never stand for nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from impact.data.intake.table import Table
from impact.data.proposal.column_types import FEWEST
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.names import UNIT, level_of, named
from impact.data.proposal.proposed import Label, ProposedColumn, ProposedFile, Roles


def standing_for(roles: Roles, known: Sequence[str]) -> tuple[ProposedColumn, ...]:
    """Return columns of the names that stand for a unit or a time that was not found, so that the schema loads."""
    doubt = Doubt.of("stands_for_a_column")
    return tuple(
        ProposedColumn(name, {"type": type_}, Label.same(name), doubts=(doubt,))
        for name, type_ in ((roles.unit, "string"), (roles.time, "period"))
        if name not in known
    )


def as_period(
    column: ProposedColumn, roles: Roles, periods: set[str], *, in_file: bool = False
) -> ProposedColumn:
    """Return a column of times or starts as periods of the panel's frequency."""
    if column.name not in periods:
        return column
    keys = {k: v for k, v in column.keys.items() if k in {"missing", "labelled"}}
    frequency = {"frequency": roles.frequency} if in_file or "frequency" in column.keys else {}
    return replace(column, keys={"type": "period", **frequency, **keys})


def never_is_blank(file: ProposedFile, roles: Roles) -> ProposedFile:
    """Let the intake plan take the codes of never out: they are no periods."""
    treatment = roles.treatment
    if treatment is None:
        return file

    def of(column: ProposedColumn) -> ProposedColumn:
        if column.name != treatment.column:
            return column
        codes = [{"code": code, "reason": "never"} for code in treatment.never]
        return replace(
            column, keys={**column.keys, "missing": [*column.keys.get("missing", ()), *codes]}
        )

    return replace(file, columns=tuple(map(of, file.columns)))


def shown_to_few(
    columns: Sequence[ProposedColumn], table: Table, roles: Roles
) -> Mapping[str, Doubt | None]:
    """Return the columns whose texts must not be listed as categories, each with why: ids, and what only few units have."""
    few: dict[str, Doubt | None] = {roles.unit: None}
    frame = table.frame
    for column in columns:
        if column.type != "category" or column.keys.get("labelled") or column.category_labels:
            continue
        if named(column.name, UNIT):
            of_others = column.name != roles.unit
            few[column.name] = Doubt.of("ids_not_listed") if of_others else None
        elif roles.unit in frame and column.name in frame:
            units = frame.groupby(column.name)[roles.unit].nunique()
            if units.min() < FEWEST:
                few.setdefault(column.name, Doubt.of("texts_of_few_units", fewest=FEWEST))
    return few


def as_text(column: ProposedColumn, few: Mapping[str, Doubt | None]) -> ProposedColumn:
    """Return a column of categories that must not be listed as texts."""
    if column.name not in few or column.type != "category":
        return column
    doubt = few[column.name]
    return replace(column, keys={"type": "string"}, doubts=() if doubt is None else (doubt,))


def as_log(column: ProposedColumn, known: Sequence[str]) -> ProposedColumn:
    """Return a number that is named as the logarithm of another column as one."""
    level = level_of(column.name, known)
    if column.type != "number" or level is None:
        return column
    doubt = Doubt.of("logarithm_of", column=level) if level else Doubt.of("logarithm_by_name")
    return replace(column, keys={**column.keys, "scale": "log"}, doubts=(*column.doubts, doubt))
