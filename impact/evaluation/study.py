"""A study: the data, the question, and the choices that were written down before."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.panel import Panel
from impact.data.readers import declared_outcome, panel_of, read_frame
from impact.data.schema import Column, Schema, Words, read_schema
from impact.data.yaml_file import load_yaml
from impact.errors import MissingColumnError, PlanError
from impact.estimators.comparisons.callaway_santanna import CallawaySantAnna
from impact.terms import ControlGroup, Language


@dataclass(frozen=True)
class Study:
    """What is evaluated and how; everything a part of the evaluation needs to know.

    Attributes
    ----------
    data, schema : str
        Data file (or ``package:`` name) and schema file, absolute or relative to the working folder.
    outcomes : tuple of str
        The first is the headline.
    cohort, planned_cohort : str or None
        Columns of first treated periods: actual, and as planned (intention to treat).
    winsorise : float
        Share at which outcomes are capped from above within each period (0.99), or 0 for raw values.
    permutations : int
        Draws of randomization inference.
    alpha : float
        One minus the confidence level.
    treatment_group : str or None
        Column of the event or fair through which a unit was treated: units of one group may share shocks.
    families : Mapping
        Name of each family of outcomes to its columns; adjusted for testing several.
    placebo_outcomes : tuple of str
        Outcomes that the programme could not have moved.
    design_draws : int
        Simulated panels a process of the design check.
    programme : str or None
        File with the programme's events.
    panel_model : Mapping or None
        A further fixed-effects model: outcome, regressors, time_effects, vcov.
    """

    title: Words
    data: str
    schema_file: str
    outcomes: tuple[str, ...]
    cohort: str | None = None
    planned_cohort: str | None = None
    comparison_group: ControlGroup = "not_yet_treated"
    anticipation: int = 0
    placebo_periods: int = 4
    subgroups: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    characteristics: tuple[str, ...] = ()
    estimators: tuple[str, ...] = ()
    winsorise: float = 0.0
    panel_model: Mapping[str, Any] | None = None
    treatment_group: str | None = None
    families: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    placebo_outcomes: tuple[str, ...] = ()
    design_draws: int = 2000
    programme: str | None = None
    currency: str = "MAD"
    permutations: int = 1999
    alpha: float = 0.05
    seed: int = 2012
    language: Language = "en"

    @property
    def outcome(self) -> str:
        """The headline outcome."""
        return self.outcomes[0]

    @property
    def level(self) -> float:
        """Confidence level."""
        return 1 - self.alpha

    @cached_property
    def schema(self) -> Schema:
        """The declared schema."""
        return read_schema(self.schema_file)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The data, read once."""
        return read_frame(
            self.data if self.data.startswith("package:") else Path(self.data), schema=self.schema
        )

    def panel(
        self,
        outcome: str | None = None,
        *,
        winsorise: float | None = None,
        cohort: str | None = None,
    ) -> Panel:
        """Return the panel of an outcome (the headline by default), capped as the study or the caller says."""
        name = outcome or self.outcome
        declared_outcome(self.schema, name)
        covariates = tuple(dict.fromkeys((*self.characteristics, *self.subgroups)))
        for column in (*covariates, *self.strata):
            if column not in self.schema.columns:
                raise MissingColumnError(
                    f"{column}: named in the plan but not declared in the schema"
                )
        panel = panel_of(
            self.frame,
            schema=self.schema,
            outcome=name,
            cohort=cohort or self.cohort,
            covariates=covariates,
            strata=self.strata,
        )
        return winsorised(panel, self.winsorise if winsorise is None else winsorise)

    def estimator(self, **changes: Any) -> CallawaySantAnna:
        """Return the study's main estimator with some of its choices changed."""
        main = CallawaySantAnna(
            control_group=self.comparison_group, anticipation=self.anticipation, level=self.level
        )
        return replace(main, **changes)

    @cached_property
    def groups(self) -> "pd.Series | None":
        """Group through which each unit was treated, indexed by its label; none without a column for it."""
        if self.treatment_group is None:
            return None
        if self.treatment_group not in self.schema.columns:
            raise MissingColumnError(
                f"{self.treatment_group}: named in the plan but not declared in the schema"
            )
        return self.frame.groupby(self.schema.unit)[self.treatment_group].first()

    def column(self, name: str) -> Column:
        """Return a column's declaration."""
        return self.schema.columns[name]

    def label(self, name: str) -> str:
        """Return a column's label in the study's language."""
        if name not in self.schema.columns:
            return name
        return self.schema.columns[name].label.in_language(self.language)

    def unit(self, name: str) -> str:
        """Return a column's unit in the study's language."""
        return self.schema.columns[name].unit_in(self.language)

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The programme's events, as planned and delivered; none without a programme file."""
        if self.programme is None:
            return []
        content = load_yaml(Path(self.programme))
        if not isinstance(content, dict) or not isinstance(content.get("events"), list):
            raise PlanError(
                f"{Path(self.programme).name}: needs a list of events; see data/programme.yml"
            )
        return list(content["events"])


def winsorised(panel: Panel, share: float) -> Panel:
    """Cap the outcome at its ``share`` quantile within each period, pooled over groups; 0 leaves it as it is."""
    if not share:
        return panel
    if not 0.5 < share < 1:
        raise PlanError("winsorise: a share between 0.5 and 1, such as 0.99, or 0 for none")
    cap = np.nanquantile(panel.wide, share, axis=0)
    return panel.with_outcome(np.minimum(panel.y, cap[panel.time_index]), panel.outcome)
