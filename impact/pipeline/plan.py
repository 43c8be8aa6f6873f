"""The evaluation plan: what is asked of which data, written before the answer is known."""

from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from impact.data.schema import Words, broken_rules
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError
from impact.evaluation.robustness import ESTIMATORS
from impact.evaluation.study import Study
from impact.terms import ControlGroup, Covariance, Language

RunName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Estimators = Literal[
    "callaway_santanna", "difference_in_differences", "two_way_fixed_effects", "event_study"
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PanelModelPlan(_Strict):
    """A fixed-effects model that the plan asks for beside the standard ones."""

    outcome: str
    regressors: Annotated[list[str], Field(min_length=1)]
    time_effects: bool = True
    vcov: Covariance = "clustered"


class Plan(_Strict):
    """One evaluation. Paths are relative to the plan's own folder."""

    name: RunName
    title: Words
    data: str
    data_schema: Annotated[str, Field(alias="schema")]
    outcomes: Annotated[list[str], Field(min_length=1)]
    cohort: str | None = None
    planned_cohort: str | None = None
    comparison_group: ControlGroup = "not_yet_treated"
    anticipation: Annotated[int, Field(ge=0, le=40)] = 0
    placebo_periods: Annotated[int, Field(ge=1, le=40)] = 4
    estimators: list[Estimators] = Field(default_factory=lambda: list(ESTIMATORS))  # type: ignore[arg-type]
    subgroups: list[str] = Field(default_factory=list)
    strata: list[str] = Field(default_factory=list)
    characteristics: list[str] = Field(default_factory=list)
    winsorise: Annotated[float, Field(ge=0, lt=1)] = 0.0
    panel_model: PanelModelPlan | None = None
    treatment_group: str | None = None
    families: dict[str, Annotated[list[str], Field(min_length=2)]] = Field(default_factory=dict)
    placebo_outcomes: list[str] = Field(default_factory=list)
    design_draws: Annotated[int, Field(ge=200, le=100_000)] = 2000
    programme: str | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "MAD"
    permutations: Annotated[int, Field(ge=99, le=1_000_000)] = 1999
    alpha: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 2012
    language: Language = "en"

    def study(self, folder: Path, **changes: Any) -> Study:
        """Return the study, paths made absolute from ``folder`` and some choices changed."""
        values = self.model_dump(exclude={"name", "data", "data_schema", "programme"})
        values["title"] = self.title
        for name in ("outcomes", "estimators", "subgroups", "strata", "characteristics"):
            values[name] = tuple(values[name])
        values["placebo_outcomes"] = tuple(self.placebo_outcomes)
        values["families"] = {name: tuple(columns) for name, columns in self.families.items()}
        values |= {
            "data": self.data if self.data.startswith("package:") else str(folder / self.data),
            "schema_file": str(folder / self.data_schema),
            "programme": str(folder / self.programme) if self.programme else None,
        }
        return Study(**{**values, **changes})

    def inputs(self, folder: Path) -> list[Path]:
        """Return the files that the plan reads, itself not included."""
        names = [
            self.data_schema,
            self.programme,
            None if self.data.startswith("package:") else self.data,
        ]
        return [folder / name for name in names if name]


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises
    ------
    PlanError
        With the key and the rule, and the nearest known key for an unknown one.
    """
    values = load_yaml(path)
    if not isinstance(values, dict):
        raise PlanError(f"{path.name}: a plan is a list of keys and values; see evaluation.yml")
    known = [field.alias or name for name, field in Plan.model_fields.items()]
    for key in values:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            shown = str(key) if str(key).isidentifier() and len(str(key)) <= 40 else "a key"
            raise PlanError(
                f"{path.name}: {shown}: unknown key; {hint}known keys are {', '.join(known)}"
            )
    try:
        return Plan.model_validate(values)
    except ValidationError as problem:
        raise PlanError(f"{path.name}: {broken_rules(problem)}") from None


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
