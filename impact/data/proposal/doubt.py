"""What is guessed of files or must be decided, as codes with what they are about; their sentences are in `reporting.words`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from impact.errors import Fault, Rows

DoubtCode = Literal[
    "no_cell_filled",
    "stored_as_moments",
    "stored_otherwise",
    "read_as_text",
    "cannot_be_read",
    "rare_texts",
    "word_for_nothing",
    "number_for_nothing",
    "read_by_codes",
    "labels_or_codes",
    "missing_in_file",
    "not_as_asked",
    "asked_of_some",
    "made_long",
    "century_guessed",
    "identifying_by_name",
    "identifying_by_content",
    "under_pseudonyms",
    "moved_rows",
    "two_rows_of_names",
    "notes_at_the_end",
    "several_sheets",
    "thousands_or_decimals",
    "day_or_month_first",
    "encoding",
    "identifying_left_out",
    "of_file",
    "columns_guessed",
    "labels_in_one_language",
    "which_outcome",
    "no_outcome",
    "blank_outcome",
    "no_unit_and_time",
    "rows_repeat",
    "parted_by",
    "not_parted",
    "other_units",
    "periods_apart",
    "start_by",
    "start_never",
    "start_marked",
    "start_by_others",
    "start_may_be_told",
    "no_start",
    "goes_back",
    "no_treatment",
    "treated_without_start",
    "wave_by_name",
    "not_in_every_file",
    "no_shared_key",
    "belongs_by",
    "key_repeats",
    "stands_for_a_column",
    "ids_not_listed",
    "texts_of_few_units",
    "logarithm_of",
    "logarithm_by_name",
]

Value: TypeAlias = "str | int | float | Rows | Fault | Doubt"


@dataclass(frozen=True)
class Doubt:
    """What is unsure, or must be decided.

    Attributes
    ----------
    code : str
    values : mapping
        What it is about: names of columns and files, counts, shares, rows, what cells break, doubts that are part of the
        sentence; never a cell.

    Examples
    --------
    >>> from impact.data.proposal.doubt import Doubt
    >>> Doubt.of("periods_apart", n=4)
    Doubt(code='periods_apart', values={'n': 4})
    """

    code: DoubtCode
    values: Mapping[str, Value]

    @classmethod
    def of(cls, code: DoubtCode, **values: Value) -> "Doubt":
        """Make one of its code and what it is about."""
        return cls(code, values)


def listed(names: Sequence[str]) -> str:
    """Write names of columns one after the other, the same in every language."""
    return ", ".join(names)
