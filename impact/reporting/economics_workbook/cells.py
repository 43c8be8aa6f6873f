"""What a cell of the workbook may hold: words, a number to change, one that is given, or a formula and the value it has now."""

from dataclasses import dataclass
from typing import Any, Literal

Value = float | str
Number = Literal["money", "amount", "rate", "factor", "count", "year", "yes_no", "text"]
Look = Literal[
    "title",
    "banner",
    "group",
    "heading",
    "heading_of_words",
    "note",
    "label",
    "link",
    "strong",
    "source",
    "assumption",
    "input",
    "input_words",
    "given",
    "yearly",
    "bare",
    "formula",
    "result",
    "of_this_run",
]

NUMBERS: dict[Number, str] = {
    "money": '#,##0_);-#,##0_);"\u2013"_)',
    "amount": "#,##0.00_)",
    "rate": "0.0%_)",
    "factor": "0.000_)",
    "count": '#,##0.0_);-#,##0.0_);"\u2013"_)',
    "year": "0_)",
    "text": "General",
}
INK, LINE_COLOUR = "#26231f", "#c9c2b6"
_PETROL, _GREY = "#084c4d", "#5d574f"
_PLAIN = {"valign": "vcenter", "text_wrap": True, "indent": 1}
_LINED = {"border": 1, "border_color": LINE_COLOUR}
_BOX = {**_PLAIN, **_LINED}
_RIGHT = {"valign": "vcenter", "text_wrap": True, "align": "right"}
_FIGURE = {**_RIGHT, **_LINED}
_INPUT = {"bg_color": "#fff4c2", "font_color": "#1f3f99"}
LOOKS: dict[Look, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _PETROL},
    "banner": {"bold": True, "font_color": "#9c3d1f"},
    "group": {"bold": True, "font_size": 12, "font_color": _PETROL, "bottom": 2},
    "heading": {**_FIGURE, "bold": True, "bg_color": "#e7efee"},
    "heading_of_words": {**_BOX, "bold": True, "bg_color": "#e7efee"},
    "note": {"font_color": _GREY, "text_wrap": True, "valign": "top"},
    "label": _BOX,
    "link": {**_BOX, "font_color": _PETROL, "underline": 1},
    "strong": {**_BOX, "bold": True},
    "source": {**_BOX, "font_color": _GREY},
    "assumption": {**_BOX, "font_color": _GREY, "italic": True},
    "input": {**_FIGURE, **_INPUT},
    "input_words": {**_BOX, **_INPUT},
    "given": {**_FIGURE, "font_color": _GREY},
    "yearly": _RIGHT,
    "bare": _PLAIN,
    "formula": _FIGURE,
    "result": {**_FIGURE, "bold": True, "bg_color": "#e7efee"},
    "of_this_run": {**_FIGURE, "italic": True, "bg_color": "#e4e1dc"},
}


@dataclass(frozen=True)
class Said:
    """Words."""

    text: str
    look: Look = "label"


@dataclass(frozen=True)
class Input:
    """A cell to change; empty where no value is known yet. What lies outside the limits is refused as it is typed."""

    value: Value | None
    number: Number = "text"
    name: str = ""
    limits: tuple[float, float] | None = None

    @property
    def look(self) -> Look:
        """How it looks: words stand at the left."""
        return "input_words" if isinstance(self.value, str) else "input"


@dataclass(frozen=True)
class Given:
    """A value that no formula follows: part of the frame, or of this run alone."""

    value: Value
    number: Number = "text"
    name: str = ""
    look: Look = "given"


@dataclass(frozen=True)
class Formula:
    """A formula, without its equals sign, and the value that it has now, for viewers that do not calculate.

    Attributes
    ----------
    array : bool
        Whether it reckons with whole rows at once.
    """

    formula: str
    value: Value
    number: Number = "text"
    name: str = ""
    look: Look = "formula"
    array: bool = False


Cell = Said | Input | Given | Formula
