"""How scores follow from changes."""

from dataclasses import dataclass

from impact.arrays import Floats


@dataclass(frozen=True)
class Loading:
    """How the score of a unit with one label follows from its changes, under P assignments.

    Its own changes weighted by ``own`` (P, K), less its side's ``mean`` (P, S, K) weighted alike, plus ``constant`` (S, P).
    """

    own: Floats
    mean: Floats
    constant: Floats

    def part(self, assigned: slice) -> "Loading":
        """Return that of some of the assignments."""
        return Loading(self.own[assigned], self.mean[assigned], self.constant[:, assigned])
