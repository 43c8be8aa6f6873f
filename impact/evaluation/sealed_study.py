"""A study of which pages may ask what its plan says, and nothing of its data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from impact.errors import DisclosureError
from impact.evaluation.study import Study


@dataclass(frozen=True)
class SealedStudy(Study):
    """A study without its data: what pages ask of it was read before, and its rows are refused.

    Attributes
    ----------
    sizes : mapping of str to float
        What `usual_size` said of each numeric column: it decides how numbers are written, and is not written itself.
    """

    sizes: Mapping[str, float] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, study: Study) -> "SealedStudy":
        """Seal a study, with what its plan is held to, its main estimator's name and the names of its arms."""
        known = {*study.plan.outcomes, *study.measured, *study.plan.placebo_outcomes}
        known |= {name for names in study.plan.families.values() for name in names}
        sealed = cls(
            study.plan,
            study.folder,
            written=study.written,
            locked=study.locked,
            blinding=study.blinding,
            reasons=study.reasons,
            sizes={name: study.usual_size(name) for name in sorted(known)},
        )
        # where cached properties keep what they read
        vars(sealed).update(main=study.main, arms=study.arms)
        return sealed

    def usual_size(self, name: str) -> float:
        """Return what was read before."""
        return self.sizes[name]

    @property
    def data(self) -> Any:
        """Refuse the data.

        Raises
        ------
        DisclosureError
            Always.
        """
        raise DisclosureError("a released page asks for data, not for a part; make it of a part")
