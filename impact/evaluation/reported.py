"""What results say of the choices behind them, to be held against the plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from impact.evaluation.certainty import Certainty
from impact.evaluation.parts import Impact
from impact.evaluation.robustness import Robustness
from impact.interval import Refused
from impact.terms import ControlGroup


@dataclass(frozen=True)
class Reported:
    """The choices that results show.

    Attributes
    ----------
    outcomes, secondary, estimators, beside, subgroups : tuple of str
        In the order of the results; ``estimators`` are those of the other choices, ``beside`` those on the same sample.
    families : Mapping
        Name to outcomes.
    refused : frozenset of str
        What was asked and could not be computed.
    level : float
        Of the headline's interval.
    control_group, anticipation
        Of the headline; None where its estimator has none.
    caps : frozenset of str
        Rows without its cap, or with another, beside the headline.
    adjusted : frozenset of str
        Rows that adjust for something known before.
    by_dose : bool
        Whether effects by dose are shown.
    """

    outcomes: tuple[str, ...]
    secondary: tuple[str, ...]
    estimators: tuple[str, ...]
    beside: tuple[str, ...]
    subgroups: tuple[str, ...]
    families: Mapping[str, tuple[str, ...]]
    refused: frozenset[str]
    level: float
    control_group: ControlGroup | None
    anticipation: int | None
    caps: frozenset[str]
    adjusted: frozenset[str]
    by_dose: bool

    @classmethod
    def of(cls, impact: Impact, certainty: Certainty, robustness: Robustness) -> "Reported":
        """Read it off the parts of an evaluation."""
        rows, spec = robustness.alternatives, impact.effects[0].overall.spec
        named = {family: tuple(of["name"]) for family, of in rows.groupby("family", sort=False)}
        return cls(
            outcomes=tuple(one.outcome for one in impact.effects),
            secondary=tuple(one.outcome for one in impact.secondary),
            estimators=named.get("estimator", ()),
            beside=tuple(impact.estimators["name"]),
            subgroups=tuple(dict.fromkeys(impact.subgroups["subgroup"])),
            families={
                one.name: tuple(name for name in one.table["outcome"] if name != "index")
                for one in certainty.families
            },
            refused=frozenset(one.inference for one in certainty.refused),
            level=float(spec["level"]),
            control_group=spec.get("control_group"),
            anticipation=spec.get("anticipation"),
            caps=frozenset(named.get("outliers", ())),
            adjusted=frozenset(named.get("adjustment", ())),
            by_dose=impact.by_dose is not None and not isinstance(impact.by_dose, Refused),
        )
