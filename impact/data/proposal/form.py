"""A questionnaire as an XLSForm: it says of columns what no data file does, in both languages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from impact.data.proposal.column_types import fault_of
from impact.data.proposal.doubt import Doubt
from impact.data.proposal.look import WORKBOOKS, sheets_of
from impact.data.proposal.missing_words import reason_of_label
from impact.data.proposal.proposed import Label, ProposedColumn, ProposedFile
from impact.data.schema import CsvOptions
from impact.data.sources.apart import Apart
from impact.data.sources.archive import check_archive
from impact.data.sources.source import SourceTable
from impact.errors import SourceError

_TYPES: Mapping[str, str] = {
    "integer": "integer", "range": "number", "decimal": "number", "date": "date", "text": "string",
    "calculate": "string", "string": "string", "barcode": "string",
}  # fmt: skip
_NOT_ASKED = frozenset({"note", "group", "repeat", "survey", "meta"})
_BOUND = re.compile(r"\.\s*(>=|<=)\s*(-?[0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True)
class Question:
    """What a form says of one column."""

    name: str
    keys: Mapping[str, Any]
    label: Label
    category_labels: Mapping[str, Label]
    conditional: bool = False


@dataclass(frozen=True)
class Form:
    """A form's questions by name, options of multiple choice as ``question/option``."""

    file: str
    questions: Mapping[str, Question]


def is_form(path: Path, apart: Apart) -> bool:
    """Whether a file is an XLSForm: a workbook with a sheet ``survey`` whose first row names ``type`` and ``name``."""
    if path.suffix.lower() not in WORKBOOKS or not path.is_file():
        return False
    survey = {name.strip().lower(): rows for name, rows in sheets_of(path, apart).items()}.get(
        "survey"
    )
    return survey is not None and {"type", "name"} <= {
        cell.strip().lower() for cell in survey.get(1, [])
    }


def read_form(path: Path) -> Form:
    """Read an XLSForm.

    Raises
    ------
    SourceError
        Not a valid form.
    """
    from pyxform.errors import PyXFormError
    from pyxform.xls2json import parse_file_to_json

    if path.suffix.lower() != ".xls":
        check_archive(path)
    try:
        survey = parse_file_to_json(str(path), warnings=[])
    except PyXFormError:
        raise SourceError(
            f"{path.name}: not a valid XLSForm; check it with the tool that it was made for"
        ) from None
    found = [question for asked in _asked(survey) for question in _questions(asked)]
    return Form(path.name, {question.name: question for question in found})


def with_form(file: ProposedFile, form: Form, source: SourceTable) -> ProposedFile:
    """Return a file whose columns are what the form says, where the data agree."""
    held = source.named()
    options = CsvOptions.model_validate(file.layout.get("csv", {}))
    columns = []
    for column in file.columns:
        question = _question_of(column.name, form)
        if question is None:
            columns.append(column)
            continue
        keys = dict(question.keys)
        fault = fault_of(held[column.name], keys, options)
        doubts: list[Doubt] = []
        if fault is not None:
            asked = Doubt.of("not_as_asked", type=str(keys["type"]), fault=fault)
            doubts = [asked, *column.doubts]
            keys = dict(column.keys)
        if question.conditional:
            doubts.append(Doubt.of("asked_of_some"))
        agreed = {} if fault else question.category_labels
        columns.append(ProposedColumn(column.name, keys, question.label, agreed, tuple(doubts)))
    return replace(file, columns=tuple(columns))


def _asked(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for child in part.get("children", ()):
        if child.get("children"):
            yield from () if child.get("name") == "meta" else _asked(child)
        elif child.get("type") not in _NOT_ASKED:
            yield child


def _questions(asked: Mapping[str, Any]) -> Iterator[Question]:
    """Return the column of a question, and those of its options."""
    name, kind, bind = asked["name"], str(asked.get("type", "")), asked.get("bind", {})
    label, conditional = _label(asked.get("label"), name), "relevant" in bind
    choices = asked.get("choices", ())
    if kind.startswith("select one") and choices:
        keys, words = _of_choices(choices)
        yield Question(name, keys, label, words, conditional)
        return
    if kind.startswith("select all"):
        yield Question(name, {"type": "string"}, label, {}, conditional)
        for choice in choices:
            option = _label(choice.get("label"), choice["name"])
            both = Label(f"{label.en}: {option.en}", f"{label.fr} : {option.fr}")
            yield Question(f"{name}/{choice['name']}", {"type": "boolean"}, both, {}, conditional)
        return
    keys = {"type": _TYPES.get(kind, "string")}
    if keys["type"] in {"integer", "number"}:
        keys |= _bounds(str(bind.get("constraint", "")))
    yield Question(name, keys, label, {}, conditional)


def _of_choices(choices: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], dict[str, Label]]:
    labels = {
        str(choice["name"]): _label(choice.get("label"), str(choice["name"])) for choice in choices
    }
    nothing = {
        code: why
        for code, label in labels.items()
        if (why := reason_of_label(label.en) or reason_of_label(label.fr))
    }
    answers = {code: label for code, label in labels.items() if code not in nothing}
    missing = [{"code": code, "reason": why} for code, why in nothing.items()]
    keys: dict[str, Any] = {"missing": missing} if missing else {}
    if set(answers) == {"0", "1"}:
        return {"type": "boolean", **keys}, {}
    return {"type": "category", "categories": list(answers), **keys}, answers


def _bounds(constraint: str) -> dict[str, float]:
    """Read the bounds that a constraint states by itself; one that allows for anything else states none."""
    if re.search(r"\bor\b|\bif\b|not\(", constraint):
        return {}
    names = {">=": "minimum", "<=": "maximum"}
    return {names[sign]: _plain(float(bound)) for sign, bound in _BOUND.findall(constraint)}


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _label(label: Any, name: str) -> Label:
    """Return a label in both languages; one that is not there is the other, or the name."""
    if not isinstance(label, Mapping):
        return Label.same(_words(label) or name)
    by_language = {str(language).casefold(): _words(text) for language, text in label.items()}

    def of(code: str, begins: str) -> str:
        return next(
            (
                t
                for n, t in by_language.items()
                if f"({code})" in n or n.startswith(begins) or n == code
            ),
            "",
        )

    other = next(filter(None, by_language.values()), name)
    en, fr = of("en", "english"), of("fr", "fran") or of("fr", "french")
    return Label(en or fr or other, fr or en or other)


def _words(text: Any) -> str:
    """Return a label's words without markup and answers of other questions."""
    return re.sub(
        r"\s+", " ", re.sub(r"\$\{[^}]*\}|[*_#]{1,3}|<[^>]*>", " ", str(text or ""))
    ).strip()


def _question_of(column: str, form: Form) -> Question | None:
    """Return the question of a column: its name may follow its groups', an option its question's."""
    parts = re.split(r"[/.:]", column)
    names = [column, parts[-1], "/".join(parts[-2:])]
    names += [f"{column[: at.start()]}/{column[at.end() :]}" for at in re.finditer("_", column)]
    return next((form.questions[name] for name in reversed(names) if name in form.questions), None)
