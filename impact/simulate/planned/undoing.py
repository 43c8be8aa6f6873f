"""What rules of an intake may ask while they are undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from impact.simulate.planned.wanted import Wanted

Tables = dict[str, Wanted]


@dataclass(frozen=True)
class Undoing:
    """What rules may ask while they are undone.

    Attributes
    ----------
    tables : dict
        What each table must hold before the rules that were undone.
    fixed : frozenset of str
        Columns that keep their numbers where parts are made to add up.
    generator : Generator
    rounds : mapping
        Table to the labels of the periods that it holds, of tables that are put one below the other.
    """

    tables: Tables
    generator: np.random.Generator
    fixed: frozenset[str] = frozenset()
    rounds: Mapping[str, frozenset[str]] = field(default_factory=dict)
