"""What earlier releases of the same data told: equations, in a chain where each entry holds the digest of the one before.

A public-use file of the data is an entry too, by its name: it is no set of equations, and nothing is proven beside it.

The log says which units an atom has, so it stays inside with the data. It is text, one entry a line; whoever keeps runs
writes it.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impact.arrays import Floats, Integers
from impact.disclosure.atoms import Atoms
from impact.disclosure.equations import Equation, equations_of
from impact.disclosure.figure import LINEAR, QUADRATIC, Row
from impact.disclosure.released import Released
from impact.errors import DisclosureError

START = "0" * 64  # what the first entry follows


@dataclass(frozen=True, eq=False)
class Earlier:
    """The equations of one release.

    Attributes
    ----------
    run : str
    units : ndarray, (N,)
    times : ndarray, (T,)
    of_unit : ndarray of int, (N,)
        Atoms of that release.
    cell : ndarray of int, (K,)
        Those that differ by their gaps alone.
    sums, spreads : tuple of Equation
        Linear in outcomes, or quadratic in directions.
    public_use : str
        Of a file of single units, its name; then there is nothing else.
    """

    run: str
    units: NDArray[Any] = field(repr=False)
    times: Floats
    of_unit: Integers = field(repr=False)
    cell: Integers = field(repr=False)
    sums: tuple[Equation, ...] = field(repr=False)
    spreads: tuple[Equation, ...] = field(repr=False)
    public_use: str = ""

    @classmethod
    def of_public_use(cls, name: str, *, run: str) -> "Earlier":
        """Keep that a public-use file was made."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(run, nothing.astype(object), np.zeros(0), nothing, nothing, (), (), name)

    @classmethod
    def of(cls, released: Released, atoms: Atoms, *, run: str) -> "Earlier":
        """Keep what a release told."""
        return cls(
            run,
            atoms.units,
            atoms.times,
            atoms.of_unit,
            atoms.cell,
            tuple(equations_of(released.figures, LINEAR)),
            tuple(equations_of(released.figures, QUADRATIC)),
        )


def appended(log: str, entry: Earlier) -> str:
    """Return a log with one more entry at its end.

    Raises
    ------
    DisclosureError
        When the log is not whole.
    """
    read(log)
    lines = log.splitlines()
    held = {
        "salt": secrets.token_hex(16),  # nobody who guesses an entry can hold it to its digest
        "previous": _digest(lines[-1]) if lines else START,
        "run": entry.run,
        "units": [str(unit) for unit in entry.units.tolist()],
        "times": entry.times.tolist(),
        "of_unit": entry.of_unit.tolist(),
        "cell": entry.cell.tolist(),
        "sums": list(map(_plain, entry.sums)),
        "spreads": list(map(_plain, entry.spreads)),
        "public_use": entry.public_use,
    }
    return "\n".join([*lines, json.dumps(held, sort_keys=True, separators=(",", ":")), ""])


def digests(log: str) -> tuple[str, ...]:
    """Return the digest of each entry: that of the last one stands for all before it."""
    return tuple(map(_digest, log.splitlines()))


def read(log: str) -> tuple[Earlier, ...]:
    """Return every entry of a log.

    Raises
    ------
    DisclosureError
        When an entry does not follow the one before it.
    """
    found: list[Earlier] = []
    previous = START
    for number, line in enumerate(log.splitlines(), start=1):
        try:
            held = json.loads(line)
            follows = held["previous"] == previous
            found.append(_entry(held))
        except (ValueError, KeyError, TypeError):
            follows = False
        if not follows:
            raise DisclosureError(
                f"log of releases, line {number}: changed or lost since it was written; restore it, as nothing can be released "
                "beside figures that are not known"
            )
        previous = _digest(line)
    return tuple(found)


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()


def _plain(equation: Equation) -> dict[str, Any]:
    return {
        "measure": equation.measure,
        "told": _numbers(equation.told),
        "exposed": _numbers(equation.exposed),
    }


def _numbers(row: Row) -> list[list[float]]:
    return [row.atom.tolist(), row.period.tolist(), row.weight.tolist()]


def _equation(held: dict[str, Any]) -> Equation:
    return Equation(held["measure"], _row(held["told"]), _row(held["exposed"]))


def _row(numbers: list[list[float]]) -> Row:
    atom, period = (np.array(each, dtype=np.int64) for each in numbers[:2])
    return Row(atom, period, np.array(numbers[2], dtype=float))


def _entry(held: dict[str, Any]) -> Earlier:
    return Earlier(
        held["run"],
        np.array(held["units"], dtype=object),
        np.array(held["times"], dtype=float),
        np.array(held["of_unit"], dtype=np.int64),
        np.array(held["cell"], dtype=np.int64),
        tuple(map(_equation, held["sums"])),
        tuple(map(_equation, held["spreads"])),
        str(held.get("public_use", "")),
    )
