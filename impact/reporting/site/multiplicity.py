"""How many results of several would look like findings if nothing had changed anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from impact.reporting.site.records import RunRecord


@dataclass(frozen=True)
class Multiplicity:
    """What many runs tell together.

    Attributes
    ----------
    tested : int
        Runs with a headline and a p-value.
    apart : int
        Of these, intervals that exclude zero.
    by_chance : float
        How many would on average if nothing had changed in any: the sum of the sizes of their tests.
    after_holm : int
        How many p-values stay at most the size of the tests once Holm's rule counts all of them.
    """

    tested: int
    apart: int
    by_chance: float
    after_holm: int

    @classmethod
    def of(cls, runs: Sequence[RunRecord]) -> "Multiplicity":
        """Count over those that found something: no rehearsal, and none whose starts were permuted."""
        found = [
            (one.headline.effect, one.headline.p_value, 1 - one.level)
            for one in runs
            if one.finds and one.headline is not None
        ]
        tested = [(span, p, size) for span, p, size in found if span is not None and p is not None]
        adjusted = holm([p for _, p, _ in tested])
        return cls(
            tested=len(tested),
            apart=sum(span.excludes_zero for span, _, _ in tested),
            by_chance=sum(size for _, _, size in tested),
            after_holm=sum(
                p <= size + 1e-12 for p, (_, _, size) in zip(adjusted, tested, strict=True)
            ),
        )


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
