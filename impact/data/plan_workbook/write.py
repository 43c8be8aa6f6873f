"""Write a plan, its schema and its intake plan as a workbook: a row a key or a column, lists to choose from, no formula."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impact.data.french import typeset
from impact.data.plan_workbook.cells import cell_of
from impact.data.plan_workbook.explained import NAME, explained
from impact.data.plan_workbook.french import MEANINGS
from impact.data.plan_workbook.keys import Key as KnownKey
from impact.data.plan_workbook.keys import Model, choices_at, field_kinds, keys_of, rows_model
from impact.data.plan_workbook.paths import Key, flattened, read_path, written
from impact.data.plan_workbook.sheets import HEADINGS, SHEETS, Part, Sheet
from impact.terms import Language

SPARE_ROWS = 200  # below the last one, with lists to choose from
LISTED = 255  # letters that a list to choose from may have
WIDTHS = (34, 60, 34, 90)  # letters: key, value, what it may be, what it means
EXPLAINED = ("where", "key", "choices", "meaning")  # columns of the sheet of keys
EXPLAINED_WIDTHS = (30, 26, 34, 100)  # letters
LINE_HEIGHT = 15.0  # points
COLUMN_KEYS = frozenset(
    {
        "unit", "time.column", "cohort.column", "cohort.first_period_of", "cluster", "weight", "outcomes", "cohort",
        "planned_cohort", "subgroups", "strata", "characteristics", "covariates", "placebo_outcomes", "measures",
        "secondary", "exposure", "dose", "treatment_group", "panel_model.outcome", "panel_model.regressors", "arms.column",
    }
)  # fmt: skip
"""Keys of plan and schema that name columns of the schema."""


@dataclass(frozen=True)
class Filed:
    """One part: the model that checks it, and its values as its file has them."""

    model: Model
    values: Mapping[str, Any]


def write_plan_workbook(path: Path, parts: Mapping[Part, Filed], *, language: Language) -> None:
    """Write the workbook.

    Parameters
    ----------
    path : Path
    parts : mapping
        Plan, schema, intake plan: those that there are.
    language : {"en", "fr"}
        Of sheets and headings.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        look = {
            "head": book.add_format({"bold": True, "bg_color": "#E8EDF2", "bottom": 1}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "top": book.add_format({"valign": "top"}),
        }
        for sheet in SHEETS:
            if sheet.part in parts:
                page = book.add_worksheet(sheet.name(language))
                page.freeze_panes(1, sheet.items or 1)
                page.set_landscape()
                page.fit_to_pages(1, 0)
                filed = parts[sheet.part]
                if sheet.items:
                    _Table(page, look, sheet, language).write(filed)
                else:
                    _Keys(page, look, sheet, language).write(filed)
        if "schema" in parts:
            _explain(book, look, language, intake="intake" in parts)


def _explain(book: Any, look: Mapping[str, Any], language: Language, *, intake: bool) -> None:
    """Write what the keys of columns, files and rules mean; a sheet that is not read back."""
    page, words = book.add_worksheet(NAME[language]), HEADINGS[language]
    page.freeze_panes(1, 2)
    for place, (head, width) in enumerate(zip(EXPLAINED, EXPLAINED_WIDTHS, strict=True)):
        page.set_column(place, place, width)
        page.write_string(0, place, words[head], look["head"])
    for row, texts in enumerate(explained(language, intake=intake), start=1):
        for place, text in enumerate(texts):
            page.write_string(row, place, text, look["wrap"])
        lines = max(-(-len(text) // EXPLAINED_WIDTHS[n]) for n, text in enumerate(texts))
        page.set_row(row, LINE_HEIGHT * lines)


@dataclass(frozen=True)
class _Page:
    page: Any
    look: Mapping[str, Any]
    sheet: Sheet
    language: Language

    def _head(self, *names: str) -> None:
        for place, name in enumerate(names):
            self.page.write_string(0, place, name, self.look["head"])

    def _cell(self, row: int, column: int, value: Any) -> None:
        made = cell_of(value)
        if isinstance(made, bool):
            self.page.write_boolean(row, column, made, self.look["top"])
        elif isinstance(made, (int, float)):
            self.page.write_number(row, column, made, self.look["top"])
        else:
            self.page.write_string(row, column, made, self.look["wrap"])

    def _choose(
        self, row: int, column: int, choices: Sequence[str], *, last: int | None = None
    ) -> None:
        """Offer words where there are some; anything else may still be typed, and is refused when it is read."""
        plain = all(word.strip() and "," not in word for word in choices)  # a comma parts the list
        if choices and plain and sum(len(word) + 1 for word in choices) <= LISTED:
            rule = {"validate": "list", "source": list(choices), "error_type": "warning"}
            self.page.data_validation(row, column, row if last is None else last, column, rule)

    def _choose_column(self, row: int, column: int) -> None:
        of_columns = next(s for s in SHEETS if s.part == "schema" and s.items).name(self.language)
        source = f"='{of_columns}'!$A$2:$A${SPARE_ROWS * 5}"
        self.page.data_validation(
            row,
            column,
            row,
            column,
            {"validate": "list", "source": source, "error_type": "warning"},
        )


class _Keys(_Page):
    """A row a key, those that are not used too, and for each what may stand there and what it means."""

    def write(self, filed: Filed) -> None:
        words = HEADINGS[self.language]
        self._head(words["key"], words["value"], words["choices"], words["meaning"])
        for place, width in enumerate(WIDTHS):
            self.page.set_column(place, place, width)
        for row, (path, value, known) in enumerate(self._rows(filed), start=1):
            self.page.write_string(row, 0, path, self.look["top"])
            if value is not None:
                self._cell(row, 1, value)
            offered = self._offer(row, filed.model, path, known)
            meaning = self._meaning(known)
            if meaning:
                self.page.write_string(row, 3, meaning, self.look["wrap"])
            self._make_room(row, (path, str(value or ""), offered, meaning))

    def _make_room(self, row: int, texts: Sequence[str]) -> None:
        """Give a row the height of its longest text: not every spreadsheet does so by itself."""
        lines = max(
            sum(-(-len(line) // width) or 1 for line in text.split("\n"))
            for text, width in zip(texts, WIDTHS, strict=True)
        )
        if lines > 1:
            self.page.set_row(row, LINE_HEIGHT * lines)

    def _meaning(self, known: KnownKey | None) -> str:
        if known is None or self.language == "en":
            return "" if known is None else known.meaning
        return typeset(MEANINGS[self.sheet.part].get(".".join(known.path), ""))

    def _offer(self, row: int, model: Model, path: str, known: KnownKey | None) -> str:
        """Offer the words that a key may have, or columns of the schema where it names one; return what is shown of them."""
        if known is not None and ".".join(known.path) in COLUMN_KEYS:
            self._choose_column(row, 1)
            return ""
        plain = [part.value if isinstance(part, Key) else part for part in read_path(path)]
        choices = choices_at(model, (*self.sheet.root, *plain))
        self._choose(row, 1, choices)
        shown = "  ".join(json.dumps(word) if len(word) == 1 else word for word in choices)
        if choices:
            self.page.write_string(row, 2, shown, self.look["wrap"])
        return shown

    def _rows(self, filed: Filed) -> list[tuple[str, Any, KnownKey | None]]:
        """Return path, value and what is known of the key: known keys in their order, each with its values below it."""
        values = _below(filed.values, self.sheet)
        pairs = list(flattened(values)) if values not in ({}, []) else []
        known = () if self.sheet.root else keys_of(filed.model)
        rows: list[tuple[str, Any, KnownKey | None]] = []
        used: set[int] = set()
        for key in known:
            if key.path[0] in self.sheet.apart:
                continue
            own = [n for n, (path, _) in enumerate(pairs) if _begins(path, key.path)]
            rows += [(written(pairs[n][0]), pairs[n][1], key) for n in own]
            used |= set(own)
            if not own:
                first = (1,) if key.is_list else ()
                rows.append((written((*map(Key, key.path), *first)), None, key))
        rows += [(written(p), v, None) for n, (p, v) in enumerate(pairs) if n not in used]
        return rows


class _Table(_Page):
    """A row a column, keys side by side."""

    def write(self, filed: Filed) -> None:
        words = HEADINGS[self.language]
        model = _row_model(filed.model, self.sheet)
        keys = list(keys_of(model))
        leads = (words["source"], words["column"])[-self.sheet.items :]
        self._head(*leads, *(".".join(key.path) for key in keys))
        self.page.set_column(0, len(leads) - 1, 26)
        self.page.set_column(len(leads), len(leads) + len(keys), 18)
        rows = list(_items(filed.values, self.sheet))
        for row, (names, item) in enumerate(rows, start=1):
            for place, name in enumerate(names):
                self._cell(row, place, name)
            for place, key in enumerate(keys, start=len(names)):
                value = _at(item, key.path)
                if value is not None:
                    self._cell(row, place, value)
        for place, key in enumerate(keys, start=len(leads)):
            self._choose(1, place, key.choices, last=len(rows) + SPARE_ROWS)


def _below(values: Mapping[str, Any], sheet: Sheet) -> Any:
    """Return what stands on a sheet of keys: without what has a sheet of its own."""
    found: Any = values
    for name in sheet.root:
        found = found.get(name, {})
    if not sheet.root:
        return {key: value for key, value in found.items() if key not in sheet.apart}
    if isinstance(found, list):
        return found
    return {
        name: {key: value for key, value in item.items() if key not in sheet.apart}
        for name, item in found.items()
    }


def _items(
    values: Mapping[str, Any], sheet: Sheet
) -> list[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """Return the rows of a table with the names that lead to them."""
    if sheet.items == 1:
        return [((name,), item) for name, item in values.get(sheet.root[0], {}).items()]
    outer, inner = sheet.root
    return [
        ((source, name), item)
        for source, below in values.get(outer, {}).items()
        for name, item in below.get(inner, {}).items()
    ]


def _row_model(model: Model, sheet: Sheet) -> Model:
    """Return the model of a row of a table."""
    for name in sheet.root:
        within = rows_model(field_kinds(model)[name])
        if within is None:
            raise TypeError(f"{name} is no mapping of models")
        model = within
    return model


def _at(item: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = item
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _begins(path: tuple[Any, ...], key: tuple[str, ...]) -> bool:
    names = [part.value if isinstance(part, Key) else part for part in path[: len(key)]]
    return names == list(key)
