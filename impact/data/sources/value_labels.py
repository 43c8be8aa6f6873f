"""What codes are said to mean: a file's value labels held against the plan's, and against those of another file.

A column that is read by its codes keeps no label, so labels that were turned around (1 is yes in one wave and no in the next)
would pass for answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from impact.data.intake.spelling import plain
from impact.data.schema import ReadColumn
from impact.data.sources.codes import comparable, missing_codes
from impact.data.sources.source import SourceColumn
from impact.errors import SchemaError

Code = float | str


def refuse_other_labels(column: SourceColumn, declared: ReadColumn, *, name: str) -> None:
    """Refuse value labels that are not the declared ones, or are those of other declared categories.

    Raises
    ------
    SchemaError
        With the codes, which the schema declares.
    """
    if not column.value_labels:
        return
    told = {comparable(code): _alike(text) for code, text in declared.value_labels.items()}
    found: dict[Code, str] = {code: _alike(label) for code, label in column.value_labels.items()}
    other = [code for code in told if code in found and found[code] != told[code]]
    words = {comparable(code): set(map(_alike, texts)) for code, texts in declared.meanings.items()}
    for code in words.keys() & found.keys():
        of_others = set().union(*(texts for each, texts in words.items() if each != code))
        if found[code] in of_others - words[code]:
            other.append(code)
    if other:
        raise SchemaError(
            f"{name}: the file's labels of {_listed(other)} are others than the declared ones; correct the declared "
            "labels, or the codes of the file"
        )


@dataclass(frozen=True)
class LabelsOfFile:
    """The value labels of one column of one source that is read by its codes, those of missing ones left out."""

    source: str
    labels: Mapping[Code, str]

    @classmethod
    def of(cls, column: SourceColumn, declared: ReadColumn, *, source: str) -> "LabelsOfFile":
        """Take them from a column."""
        missing = {code.number for code in missing_codes(declared)}
        known = {} if declared.labelled == "labels" else column.value_labels
        return cls(source, {c: _alike(label) for c, label in known.items() if c not in missing})


def refuse_turned_labels(name: str, files: list[LabelsOfFile]) -> None:
    """Refuse a column whose label stands for one code in a source and for another in the next.

    Raises
    ------
    SchemaError
    """
    for one, other in combinations(files, 2):
        if turned := list(_turned(one.labels, other.labels)):
            raise SchemaError(
                f"{name}: {len(turned)} value labels stand for one code in {one.source} and for another in {other.source}; "
                "read both by their labels (labelled: labels), or give the column another name in one of them and recode it"
            )


def _turned(one: Mapping[Code, str], other: Mapping[Code, str]) -> Iterator[str]:
    """Yield labels that are known in both and share no code."""
    for label in set(one.values()) & set(other.values()):
        codes, others = ({c for c, text in each.items() if text == label} for each in (one, other))
        if not codes & others:
            yield label


def _alike(text: str) -> str:
    return plain(text, frozenset({"case", "accents", "spaces", "punctuation"}))


def _listed(codes: list[Code]) -> str:
    shown = sorted({f"{code:g}" if isinstance(code, float) else str(code) for code in codes})
    return f"{'code' if len(shown) == 1 else 'codes'} {', '.join(shown)}"
