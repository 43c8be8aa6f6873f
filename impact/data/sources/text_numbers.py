"""Numbers that stand as text: decimal and thousands marks as declared, no digit lost, no mark guessed."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from impact.arrays import Floats, Mask
from impact.data.schema import CsvOptions
from impact.errors import FaultCode

SIGNIFICANT = 17  # decimal digits that a double tells apart; programs write no more
EXACT = 2.0**53  # whole numbers from here on are not all doubles

_MARKS = {
    ".": r"\.",
    ",": ",",
    " ": "[ \u00a0\u2007\u2009\u202f]",  # plain, no-break, figure, thin and narrow no-break space
    "'": "['\u2019]",
}
# ASCII digits only: no other scripts' digits, no hexadecimal, no nan or inf
_NUMBER = r"^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$"
ANY_DECIMALS = 400  # more than a double has, so that nothing is asked of digits after the mark
_ODD_AMONG = 2  # other numbers with a fraction from which on one of three digits stands out
_FEW = 0.1  # share of the numbers with a fraction up to which those of three digits are slips, not a habit
_COULD_BE_GROUPED = r"^[+-]?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|0|[1-9][0-9]{0,2})$"


@dataclass(frozen=True)
class Numbers:
    """Numbers of distinct texts (k,), NaN where there is none; which texts break a rule, the rule, and its code."""

    found: Floats = field(repr=False)
    bad: Mask
    rule: str = ""
    fault: FaultCode = "no_number"


def numbers_of(texts: Any, options: CsvOptions, *, decimals: int | None = None) -> Numbers:
    """Read distinct texts (k,), a pyarrow array without blanks and codes, as numbers.

    Parameters
    ----------
    texts : pyarrow array of text
    options : CsvOptions
    decimals : int, optional
        As declared: how many digits may stand after the decimal mark. Undeclared, a few numbers with three of them among
        numbers with fewer are refused where a thousands mark may be meant.
    """
    import pyarrow.compute as pc

    if not len(texts):
        return Numbers(np.zeros(0), np.zeros(0, dtype=bool))
    if _ambiguous(texts, options):
        rule = (
            "could be thousands or thousandths, as has every number of the column: declare csv.decimal as '.' "
            "or csv.thousands as '.'"
        )
        return _refused(_mask(pc.match_substring(texts, ".")), rule, "marks_ambiguous")
    plain = _without_thousands(texts, options)
    if options.decimal == ",":
        # n.c. is no number at all, whatever its marks
        points = _mask(pc.match_substring(plain, ".")) & _mask(
            pc.match_substring_regex(plain, "[0-9]")
        )
        if points.any():
            return _refused(points, "mixes points with decimal commas", "marks_mixed")
        plain = pc.replace_substring(plain, ",", ".")
    if decimals is not None:
        beyond = _mask(pc.match_substring_regex(plain, rf"\.[0-9]{{{decimals + 1},}}"))
        if beyond.any():
            rule = f"has more than the declared decimals: {decimals}"
            return _refused(beyond, rule, "too_many_decimals")
    elif (slips := _thousands_among_fractions(plain)).any():
        rule = (
            f"has three digits after the decimal mark '{options.decimal}' where others have fewer, and may mean thousands: "
            "write the number without marks, or declare decimals: 3"
        )
        return _refused(slips, rule, "may_be_thousands")
    return _plain_numbers(plain)


def _thousands_among_fractions(plain: Any) -> Mask:
    """Return the few texts (k,) in the shape of grouped thousands, where the fractions of all others are shorter."""
    import pyarrow.compute as pc

    fractions = _mask(pc.match_substring_regex(plain, r"\.[0-9]"))
    long = _mask(pc.match_substring_regex(plain, r"\.[0-9]{3}"))
    grouped = _mask(pc.match_substring_regex(plain, r"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}$"))
    shorter = int((fractions & ~long).sum())
    few = shorter >= _ODD_AMONG and long.sum() <= max(1, _FEW * fractions.sum())
    odd = few and not (long & ~grouped).any()
    return grouped if odd else np.zeros(len(long), dtype=bool)


def _plain_numbers(plain: Any) -> Numbers:
    """Read texts with a decimal point and no thousands marks."""
    import pyarrow.compute as pc

    bad = ~_mask(pc.match_substring_regex(plain, _NUMBER))
    if bad.any():
        return _refused(bad, "cannot be read as a number", "no_number")
    bad = _digits(plain) > SIGNIFICANT
    if bad.any():
        rule = "has more digits than a number keeps (declare it as a string)"
        return _refused(bad, rule, "too_long")
    found = _floats(plain)
    bad = (np.abs(found) >= EXACT) & _mask(pc.match_substring_regex(plain, "^[+-]?[0-9]+$"))
    if bad.any():
        rule = "is too long for a whole number (declare it as a string)"
        return _refused(bad, rule, "too_long")
    return Numbers(found, bad)


def _refused(bad: Mask, rule: str, fault: FaultCode) -> Numbers:
    return Numbers(np.full(len(bad), np.nan), bad, rule, fault)


def _ambiguous(texts: Any, options: CsvOptions) -> bool:
    """Whether every number of a column could be written with points as thousands marks, and nobody said what they are."""
    import pyarrow.compute as pc

    if "decimal" in options.model_fields_set or options.thousands is not None:
        return False
    pointed = pc.match_substring(texts, ".")
    return bool(pc.any(pointed).as_py()) and bool(
        pc.all(pc.match_substring_regex(texts, _COULD_BE_GROUPED)).as_py()
    )


def _without_thousands(texts: Any, options: CsvOptions) -> Any:
    """Take declared thousands marks out where they stand every three digits; elsewhere they stay, and are refused."""
    import pyarrow.compute as pc

    if options.thousands is None:
        return texts
    mark = _MARKS[options.thousands]
    decimal = _MARKS[options.decimal]
    grouped = pc.match_substring_regex(
        texts, f"^[+-]?[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+(?:{decimal}[0-9]*)?$"
    )
    if options.thousands == "." and options.decimal == ",":
        # a point that groups nothing must not pass for a decimal point: it is refused with the commas
        return pc.if_else(grouped, pc.replace_substring(texts, ".", ""), texts)
    return pc.if_else(grouped, pc.replace_substring_regex(texts, mark, ""), texts)


def _digits(plain: Any) -> Any:
    """Count significant digits of each text."""
    import pyarrow.compute as pc

    if pc.max(pc.utf8_length(plain)).as_py() <= SIGNIFICANT:
        return np.zeros(len(plain))
    mantissa = pc.replace_substring_regex(plain, "[eE].*$", "")
    fraction = pc.match_substring(mantissa, ".")
    trimmed = pc.if_else(fraction, pc.replace_substring_regex(mantissa, "0+$", ""), mantissa)
    digits = pc.replace_substring_regex(trimmed, "[^0-9]", "")
    significant = pc.replace_substring_regex(digits, "^0+", "")
    return pc.utf8_length(significant).to_numpy(zero_copy_only=False)


def _floats(plain: Any) -> Floats:
    import pyarrow as pa

    try:
        values = plain.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:  # signs before the number and endless exponents
        values = np.array([float(text) for text in plain.to_pylist()])
    return np.asarray(values, dtype=float)


def _mask(found: Any) -> Mask:
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
