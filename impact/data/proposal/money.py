"""Of which currency amounts seem to be, by the words of their names and labels; a closed list."""

import re
from dataclasses import replace

from impact.data.proposal.proposed import ProposedColumn

_WORDS = {
    "MAD": r"mad|dhs?|dirhams?|درهم",
    "EUR": r"eur|euros?|€",
    "USD": r"usd|us[ _]?\$|dollars?|\$",
    "GBP": r"gbp|pounds?|£",
    "XOF": r"xof|f?cfa|francs? cfa",
    "TND": r"tnd",
    "DZD": r"dzd",
    "EGP": r"egp",
    "INR": r"inr|rupees?",
    "KES": r"kes|shillings?",
}
_CURRENCIES = {
    code: re.compile(rf"(?:^|[\W\d_])(?:{words})(?:$|[\W\d_])", re.IGNORECASE)
    for code, words in _WORDS.items()
}


def currency_of(column: ProposedColumn) -> str | None:
    """Return the one currency that a column's name and labels speak of; None where it is none or several.

    Examples
    --------
    >>> from impact.data.proposal.money import currency_of
    >>> from impact.data.proposal.proposed import Label, ProposedColumn
    >>> currency_of(ProposedColumn("ca_dh", {"type": "number"}, Label.same("Ca dh")))
    'MAD'
    """
    words = f"{column.name} {column.label.en} {column.label.fr}"
    found = [code for code, pattern in _CURRENCIES.items() if pattern.search(words)]
    return found[0] if len(found) == 1 else None


def with_unit(column: ProposedColumn, outcomes: tuple[str, ...]) -> ProposedColumn:
    """Return an outcome with its currency as its unit, so that the report writes amounts of money."""
    currency = currency_of(column) if column.name in outcomes else None
    if currency is None or column.type not in {"number", "integer"}:
        return column
    return replace(column, keys={**column.keys, "unit": currency})
