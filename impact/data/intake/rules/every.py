"""The closed list of rules, by the name under which a plan writes them."""

from typing import Annotated

from pydantic import Field

from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.rules.rows import Drop, Duplicates, Keep

AnyRule = Annotated[
    Append | WideToLong | Keep | Drop | Duplicates,
    Field(discriminator="rule"),
]
