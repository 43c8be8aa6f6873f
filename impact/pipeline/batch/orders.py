"""Which runs a grid or a table asks for: a name and the parameters of each, checked before any of them starts."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any, NoReturn

from impact.data.schema import Schema
from impact.errors import PlanError
from impact.evaluation.plan import CHANGEABLE, NAMED, Plan, printed
from impact.evaluation.plan_check import check_columns
from impact.terms import nearest

EVERY = "*"
OF_A_CELL = "|"  # between labels that one run keeps together
ONLY = "only"
LONGEST = 60  # of a name, as the plan's own
MOST = 10_000  # runs of a batch


@dataclass(frozen=True)
class Order:
    """One run of a batch: its name under the reports folder, and what it is told beside the plan."""

    name: str
    told: Mapping[str, Any]


Choices = tuple[tuple[str, str], ...]
"""What one run is told, as it was written: key and value."""


def orders_of_grid(plan: Plan, schema: Schema, axes: Sequence[str]) -> tuple[Order, ...]:
    """Return the runs of all combinations of axes, such as ``city=Fes,Marrakech``, ``sector=*`` or ``outcome=a,b``.

    Parameters
    ----------
    plan : Plan
    schema : Schema
        Of its data: an axis is a parameter or a column by whose labels firms are kept.
    axes : sequence of str

    Raises
    ------
    PlanError
        An axis that is none, or a value that the plan refuses.
    """
    found: dict[str, list[str]] = {}
    for axis in axes:
        key, sign, values = axis.partition("=")
        if not sign or not values or key in found:
            raise PlanError(f"--grid: write {printed(key)}=value,value once, or {printed(key)}=*")
        written = [value.strip() for value in values.split(",")]
        found[key] = _every(key, plan, schema) if written == [EVERY] else written
        if len(set(found[key])) < len(found[key]):
            raise PlanError(f"--grid {printed(key)}: a value stands twice; name each once")
    if not found:
        raise PlanError("a batch: name its runs with --grid key=value,value or --table FILE")
    rows = [tuple(zip(found, values, strict=True)) for values in product(*found.values())]
    return _orders(plan, schema, [(None, row) for row in rows])


def orders_of_table(plan: Plan, schema: Schema, path: Path) -> tuple[Order, ...]:
    """Return the runs of a CSV table: a column a key, a row a run; empty cells are as in the plan, ``name`` names the run.

    Raises
    ------
    PlanError
        The table, with the row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            heads, *rows = list(csv.reader(file, strict=True)) or [[]]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise PlanError(f"{path.name}: cannot be read as a table; write CSV in UTF-8") from None
    if not rows or len(set(heads)) < len(heads) or "" in heads:
        raise PlanError(
            f"{path.name}: a table of runs has a row of different keys, then a row a run"
        )
    named: list[tuple[str | None, Choices]] = []
    for number, row in enumerate(rows, start=2):
        if len(row) != len(heads):
            raise PlanError(f"{path.name}: row {number} has {len(row)} cells for {len(heads)} keys")
        cells = {key: cell.strip() for key, cell in zip(heads, row, strict=True) if cell.strip()}
        named.append((cells.pop(NAMED, None), tuple(cells.items())))
    return _orders(plan, schema, named)


def _every(key: str, plan: Plan, schema: Schema) -> list[str]:
    """Return all values that ``*`` stands for."""
    if key == "outcome":
        return list(plan.outcomes)
    column = schema.columns.get(key)
    if column is None and key not in CHANGEABLE:
        _refuse_unknown(key, plan, schema)
    if column is None or key in CHANGEABLE:
        raise PlanError(f"--grid {printed(key)}: * is every label of a column, or every outcome")
    if column.type == "boolean":
        return ["true", "false"]
    if column.categories is None:
        raise PlanError(
            f"--grid {printed(key)}: its schema lists no categories, and what else stands in it is not written into names; "
            "name the labels"
        )
    return list(column.categories)


def _orders(
    plan: Plan, schema: Schema, rows: Sequence[tuple[str | None, Choices]]
) -> tuple[Order, ...]:
    if len(rows) > MOST:
        raise PlanError(f"a batch: {len(rows):,} runs are more than {MOST:,}; ask for less")
    orders: dict[str, Order] = {}
    for name, row in rows:
        order = _order(plan, schema, name, row)
        if order.name in orders:
            raise PlanError(f"{order.name}: two runs of this name; name each once")
        orders[order.name] = order
    return tuple(orders.values())


def _refuse_unknown(key: str, plan: Plan, schema: Schema) -> NoReturn:
    plan.refuse_choice(key)
    known = ["outcome", *(name for name in CHANGEABLE if name != ONLY), *schema.columns]
    raise PlanError(
        f"{printed(key)}: neither a parameter nor a column; {nearest(key, known)}see docs/batches.md"
    )


def _order(plan: Plan, schema: Schema, name: str | None, row: Choices) -> Order:
    told: dict[str, Any] = {}
    for key, value in row:
        if key in schema.columns and key not in {"outcome", *CHANGEABLE}:
            told.setdefault(ONLY, {})[key] = value.split(OF_A_CELL)
        elif key in {"outcome", *CHANGEABLE} - {ONLY}:
            told[key] = _value(plan, key, value)
        else:
            _refuse_unknown(key, plan, schema)
    if plan.only and ONLY in told:
        told[ONLY] = {**{key: list(labels) for key, labels in plan.only.items()}, **told[ONLY]}
    told[NAMED] = name or name_of(plan.name, row)
    changed = plan.told(told)
    check_columns(changed, schema)
    return Order(changed.name, told)


def _value(plan: Plan, key: str, text: str) -> str | int | float:
    """Return what a text stands for under a key: what the plan accepts first of text, whole number and number."""
    refusal: PlanError | None = None
    for value in _readings(text):
        try:
            plan.told({key: value})
        except PlanError as problem:
            refusal = problem
        else:
            return value
    raise refusal or PlanError(f"{key}: no value")


def _readings(text: str) -> Iterator[str | int | float]:
    for kind in (str, int, float):
        try:
            yield kind(text)
        except ValueError:
            continue


def name_of(plan: str, row: Choices) -> str:
    """Return a run's name: the plan's and its values in plain small letters, with a digest where that loses what tells apart.

    Examples
    --------
    >>> from impact.pipeline.batch.orders import name_of
    >>> name_of("crafts", (("city", "Fès"), ("sector", "building crafts")))
    'crafts-fes-building-crafts'
    """
    plain = [_plain(value) for _, value in row]
    name = "-".join([plan, *filter(None, plain)])
    told_apart = all(plain) and all(_is_kept(value) for _, value in row)
    if told_apart and len(name) <= LONGEST:
        return name
    digest = sha256(repr(row).encode()).hexdigest()[:8]
    return f"{name[: LONGEST - 9].rstrip('-')}-{digest}"


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _is_kept(text: str) -> bool:
    """Whether letters and digits all have a plain form, and only single spaces, points, hyphens or underscores part them."""
    decomposed = [
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    ]
    plain = "".join(decomposed)
    return plain.isascii() and re.fullmatch(r"[A-Za-z0-9]+([ ._-][A-Za-z0-9]+)*", plain) is not None
