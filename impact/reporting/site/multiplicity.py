"""How many results of several would look like findings if nothing had changed anywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from impact.reporting.site.records import RunRecord

ROUNDING = 1e-12  # of one minus the level


@dataclass(frozen=True)
class Multiplicity:
    """What many runs tell together.

    Attributes
    ----------
    tests : int
        Headlines with a p-value, each hypothesis once (`strictest`).
    below : int
        Of these, p-values of at most the size of their test.
    by_chance : float
        How many would be on average if nothing had changed in any: the sum of the sizes.
    below_holm : int
        How many stay once Holm's rule counts all of them.
    """

    tests: int
    below: int
    by_chance: float
    below_holm: int

    @classmethod
    def of(cls, runs: Sequence[RunRecord]) -> "Multiplicity":
        """Count over those that found something: no rehearsal, and none that is blind."""
        asked = strictest(
            (one.question, one.headline.p_value, 1 - one.level)
            for one in runs
            if one.finds and one.headline is not None and one.headline.p_value is not None
        )
        p_values = [p for p, _ in asked.values()]
        sizes = [size + ROUNDING for _, size in asked.values()]
        return cls(
            tests=len(asked),
            below=sum(p <= size for p, size in zip(p_values, sizes, strict=True)),
            by_chance=sum(size for _, size in asked.values()),
            below_holm=sum(p <= size for p, size in zip(holm(p_values), sizes, strict=True)),
        )


def strictest(tests: Iterable[tuple[str, float, float]]) -> dict[str, tuple[float, float]]:
    """Return each hypothesis once, in the order in which they came: its largest p-value and its smallest size.

    So neither another seed nor another size can be picked after the fact, whatever the order of the runs.

    Parameters
    ----------
    tests : iterable of (str, float, float)
        Hypothesis, p-value and size of each test.
    """
    found: dict[str, tuple[float, float]] = {}
    for asked, p_value, size in tests:
        known_p, known_size = found.get(asked, (p_value, size))
        found[asked] = max(known_p, p_value), min(known_size, size)
    return found


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm's p-values, in the order given.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6(2).
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = largest
    return adjusted
