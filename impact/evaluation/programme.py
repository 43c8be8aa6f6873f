"""The programme's events, as planned and delivered."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from impact.data.schema import Words, broken_rules
from impact.data.yaml_file import load_yaml
from impact.errors import PlanError

Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Count = Annotated[int, Field(ge=0)]


class Event(BaseModel):
    """One event; None where no source was found."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: Words
    planned: Month | None = None
    actual: Month | None = None
    places: Count | None = None
    exhibitors: Count | None = None
    source: str = ""


def read_events(path: Path) -> list[Event]:
    """Read a programme file.

    Raises
    ------
    PlanError
        With the place and the rule.
    """
    content = load_yaml(path)
    if not isinstance(content, dict) or not isinstance(content.get("events"), list):
        raise PlanError(f"programme: {path.name} needs a list of events; see data/programme.yml")
    try:
        return TypeAdapter(list[Event]).validate_python(content["events"])
    except ValidationError as problem:
        raise PlanError(f"programme: {path.name}: events.{broken_rules(problem)}") from None
