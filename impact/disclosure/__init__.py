"""Nothing leaves that should not: all figures of a run, and of earlier releases of its data, pass one gate together."""

from impact.disclosure.atoms import Atoms, Measure
from impact.disclosure.figure import Figure, Merging, Place, Row
from impact.disclosure.gate import Gate
from impact.disclosure.released import Merged, Released, Withheld, sealed
from impact.disclosure.rules import Rules

__all__ = [
    "Atoms",
    "Figure",
    "Gate",
    "Measure",
    "Merged",
    "Merging",
    "Place",
    "Released",
    "Row",
    "Rules",
    "Withheld",
    "sealed",
]
