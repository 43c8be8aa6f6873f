"""How YAML is written so that it is read as itself, with a comment at each line that is a guess."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from impact.data.proposal.doubt import Doubt
from impact.data.proposal.proposed import Label
from impact.reporting.proposal.speech import Speech

_PLAIN = re.compile(r"[^\W\d][\w .’'()/-]*[\w.)]|[^\W\d]")
_NO_BREAK = "\u00a0\u202f"
_RESOLVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


def scalar(value: Any) -> str:
    """Write a value so that it is read as itself: texts that could be anything else in quotation marks."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _RESOLVED and value.isprintable()
        return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())
    if isinstance(value, Label):
        return flow({"en": value.en, "fr": value.fr})
    if isinstance(value, Mapping):
        return flow(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_inside(each) for each in value)}]"
    return json.dumps(value)


def flow(values: Mapping[str, Any]) -> str:
    """Write keys and values in one line."""
    return f"{{{', '.join(f'{scalar(key)}: {_inside(value)}' for key, value in values.items())}}}"


def _inside(value: Any) -> str:
    """Write a value inside brackets."""
    return scalar(value)


def comment(text: str, *, indent: int = 0) -> str:
    """Write a comment of one line: what it says stays within it; no-break spaces stay what they are."""
    printed = "".join(
        letter if letter.isprintable() or letter in _NO_BREAK else " " for letter in text
    )
    return f"{' ' * indent}# {re.sub(' +', ' ', printed).strip(' ')}"


def guess(text: str, *, indent: int = 0) -> str:
    """Write a comment above a line that is a guess."""
    return comment(f"? {text}", indent=indent)


def guessed(doubts: Sequence[Doubt], *, speech: Speech, indent: int) -> Iterator[str]:
    """Write doubts as comments of their own."""
    for doubt in doubts:
        yield guess(speech.doubt(doubt), indent=indent)


def heading(what: str, *, speech: Speech, decisions: Sequence[Doubt] = ()) -> Iterator[str]:
    """Write what a file is, and what a person must decide."""
    t = speech.t
    guesses = t("Proposed by `impact init`: a line below `{mark}` is a guess.", mark="# ?")
    yield comment(f"{what} {guesses}")
    if decisions:
        yield comment(t("To decide:"))
        for number, decision in enumerate(decisions, start=1):
            yield comment(f"{number}. {speech.doubt(decision)}")
    yield ""
