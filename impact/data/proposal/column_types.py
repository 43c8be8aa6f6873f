"""What a column seems to be: its type, codes that stand for nothing, categories; and what is guessed about it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from impact.arrays import Floats
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.marks import MOSTLY, number_texts
from impact.data.proposal.missing_words import (
    numbers_for_nothing,
    reason_of_label,
    words_for_nothing,
)
from impact.data.proposal.proposed import Label, LeftOut, ProposedColumn
from impact.data.schema import CsvOptions, ReadColumn
from impact.data.sources.codes import whole_text
from impact.data.sources.conversions import convert
from impact.data.sources.source import SourceColumn
from impact.errors import DataError, Fault, ImpactError

MAX_CATEGORIES = 20
FEWEST = 3  # on which a category stands before its text is written into a file that leaves the data
_ISO_DAY = re.compile(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
_LAST_YEAR = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}")
_LEADING_ZERO = re.compile(r"0[0-9]+")
_TRUTH = frozenset({"true", "false"})


def column_of(column: SourceColumn, options: CsvOptions) -> ProposedColumn | LeftOut:
    """Say what a column seems to be; checked by converting it.

    Parameters
    ----------
    column : SourceColumn
    options : CsvOptions
        How its text is written.
    """
    if column.cells.null_count == len(column.cells) and column.kind != "other":
        return LeftOut(column.name, Doubt.of("no_cell_filled"))
    if column.kind == "datetime":
        return LeftOut(column.name, Doubt.of("stored_as_moments"))
    if column.kind == "other":
        return LeftOut(column.name, Doubt.of("stored_otherwise"))
    label = Label.same(column.label.strip() or readable(column.name))
    guessed = (_of_text if column.kind == "text" else _of_stored)(column, options)
    if guessed is None:
        return LeftOut(column.name, Doubt.of("no_cell_filled"))
    keys, doubts = guessed
    said = _said_of_letters(column)
    if said:
        keys = {**keys, "missing": [*keys.get("missing", ()), *said]}
    doubts += _lettered(column, [one["code"] for one in said])
    fault = fault_of(column, keys, options)
    if fault is not None:
        keys, doubts = {"type": "string"}, [Doubt.of("read_as_text", fault=fault)]
        fault = fault_of(column, keys, options)
    if fault is not None:
        return LeftOut(column.name, Doubt.of("cannot_be_read", fault=fault))
    return ProposedColumn(column.name, keys, label, doubts=tuple(doubts))


def readable(name: str) -> str:
    """Write a column's name as words: ``ca_total`` as ``Ca total``."""
    words = re.sub(r"[_.\s]+", " ", name).strip()
    return (words[:1].upper() + words[1:]) or name


def fault_of(column: SourceColumn, keys: Mapping[str, Any], options: CsvOptions) -> Fault | None:
    """Return what the table of conversions says against a type; None where it converts."""
    try:
        convert(
            column,
            ReadColumn.model_validate(dict(keys)),
            name="column",
            options=options,
            frequency="integer",
        )
    except DataError as problem:
        return problem.fault or Fault("unfit")
    return None


Guess = tuple[dict[str, Any], list[Doubt]]


def _of_text(column: SourceColumn, options: CsvOptions) -> Guess | None:
    counts = text_counts(typed_texts(column))
    if not counts and column.numbers is None:
        return None
    words = words_for_nothing(counts)
    texts = [text for text in counts if text not in words]
    if not texts and column.numbers is None:
        return None
    like = number_texts(texts)
    if column.numbers is not None or (like and not any(map(_LEADING_ZERO.fullmatch, like))):
        return _of_number_texts(column, words, options)
    if {text.casefold() for text in texts} <= _TRUTH:
        return {"type": "boolean", **_missing(words)}, []
    for pattern in (_ISO_DAY, _LAST_YEAR):
        if sum(map(bool, map(pattern.fullmatch, texts))) >= MOSTLY * len(texts):
            return {"type": "date", **_missing(words)}, []
    return _of_words(column, counts, words)


def _of_words(column: SourceColumn, counts: Mapping[str, int], words: Mapping[str, str]) -> Guess:
    texts = {text: count for text, count in counts.items() if text not in words}
    repeated = len(texts) <= MAX_CATEGORIES and len(texts) * 2 <= len(column.cells)
    if not repeated:
        return {"type": "string"}, []
    if min(texts.values()) < FEWEST:
        rare = sum(count < FEWEST for count in texts.values())
        doubt = Doubt.of("rare_texts", n=len(texts), rare=rare, fewest=FEWEST)
        return {"type": "string"}, [doubt]
    doubts = [Doubt.of("word_for_nothing", codes=_listed(words))] if words else []
    return {"type": "category", "categories": sorted(texts), **_missing(words)}, doubts


def _of_number_texts(column: SourceColumn, words: Mapping[str, str], options: CsvOptions) -> Guess:
    keys = {"type": "number", **_missing(words)}
    try:
        made = convert(
            column,
            ReadColumn.model_validate(keys),
            name="column",
            options=options,
            frequency="integer",
        )
    except ImpactError:
        return keys, []  # `column_of` falls back and says why
    return _of_numbers(np.asarray(made.cells, dtype=float), column.name, keys)


def _of_stored(column: SourceColumn, options: CsvOptions) -> Guess:
    import pyarrow as pa

    del options
    if column.kind == "boolean":
        return {"type": "boolean"}, []
    if column.kind == "date":
        return {"type": "date"}, []
    cells = column.cells.cast(pa.float64(), safe=False)  # ids too long for a number stay texts
    values = cells.fill_null(np.nan).to_numpy(zero_copy_only=False)
    if column.value_labels:
        return _of_labelled(column, values)
    return _of_numbers(values, column.name, {})


def _of_numbers(values: Floats, name: str, keys: Mapping[str, Any]) -> Guess:
    known = values[~np.isnan(values)]
    codes = () if start_like(name) else numbers_for_nothing(known)
    doubts = [Doubt.of("number_for_nothing", codes=_listed(codes))] if codes else []
    answers = known[~np.isin(known, codes)]
    missing = [*keys.get("missing", ()), *codes]
    declared = {**keys, "type": _number_type(answers), **({"missing": missing} if missing else {})}
    return declared, doubts


def _number_type(values: Floats) -> str:
    distinct = np.unique(values)
    if not (distinct == np.floor(distinct)).all() or not (np.abs(distinct) < 2.0**53).all():
        return "number"
    return "boolean" if np.array_equal(distinct, [0.0, 1.0]) else "integer"


def start_like(name: str) -> bool:
    """Whether a name is one of starts, where 9999 means never rather than nothing."""
    return (
        re.search(r"first|start|treat|cohort|debut|début|entree|entrée|never", name.casefold())
        is not None
    )


def _of_labelled(column: SourceColumn, values: Floats) -> Guess:
    """Labels where every answer has one, codes where only some do; codes whose label says so stand for nothing."""
    labels = column.value_labels
    known = np.unique(values[~np.isnan(values)])
    nothing = {code: why for code, label in labels.items() if (why := reason_of_label(label))}
    codes = {"missing": [
        {"code": int(code) if code == int(code) else code, "reason": why} for code, why in nothing.items() if code in known
    ]}  # fmt: skip
    kept = codes if codes["missing"] else {}
    answers = known[~np.isin(known, list(nothing))]
    bare = [value for value in answers if value not in labels]
    words = [labels[value] for value in answers if value in labels]
    if bare or not answers.size:
        return {"type": _number_type(answers), "labelled": "codes", **kept}, []
    if set(answers) <= {0.0, 1.0}:
        return {"type": "boolean", "labelled": "codes", **kept}, []
    if len(words) > MAX_CATEGORIES or len(set(words)) < len(words):
        keys = {"type": _number_type(answers), "labelled": "codes", **kept}
        return keys, [Doubt.of("read_by_codes")]
    listed = [labels[code] for code in sorted(labels) if code not in nothing]
    keys = {"type": "category", "labelled": "labels", "categories": listed, **kept}
    return keys, [Doubt.of("labels_or_codes")]


def _said_of_letters(column: SourceColumn) -> list[dict[str, str]]:
    """Return the missing codes whose label in the file is a reason of the closed list, as `.a` "Refused" of Stata."""
    return [
        {"code": code, "reason": why}
        for code in _missing_in_file(column)
        if (why := reason_of_label(column.reason_labels.get(code, "")))
    ]


def _missing_in_file(column: SourceColumn) -> list[str]:
    """Return the letters or user-missing codes that the file itself marks as missing."""
    if column.reasons is None:
        return []
    import pyarrow.compute as pc

    return sorted(filter(None, pc.unique(column.reasons).to_pylist()))


def _lettered(column: SourceColumn, said: Sequence[str]) -> list[Doubt]:
    """Ask why cells are missing by the file's own codes whose label does not say it."""
    codes = [code for code in _missing_in_file(column) if code not in said]
    if not codes:
        return []
    example = f"{{code: {codes[0]}, reason: ...}}"
    return [Doubt.of("missing_in_file", codes=_listed(codes), example=example)]


def _missing(words: Mapping[str, str]) -> dict[str, Any]:
    if not words:
        return {}
    return {"missing": [{"code": word, "reason": why} for word, why in sorted(words.items())]}


def _listed(codes: Any) -> str:
    return ", ".join(f"`{whole_text(code) if isinstance(code, float) else code}`" for code in codes)


def typed_texts(column: SourceColumn) -> Any:
    """Return the cells of a column that are text in the file; a workbook's number cells are none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if column.numbers is None:
        return column.cells
    return pc.if_else(column.numbers.is_valid(), pa.scalar(None, column.cells.type), column.cells)


def text_counts(cells: Any) -> dict[str, int]:
    """Count the distinct texts of a column, without spaces around them and without blanks."""
    import pyarrow.compute as pc

    counted = pc.value_counts(pc.utf8_trim_whitespace(cells))
    values, counts = counted.field("values").to_pylist(), counted.field("counts").to_pylist()
    return {text: count for text, count in zip(values, counts, strict=True) if text}
