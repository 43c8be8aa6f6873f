"""The closed list of rules, by the name under which a plan writes them."""

from typing import Annotated, get_args

from pydantic import Field

from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.rules.rows import Drop, Duplicates, Keep, Sort
from impact.data.intake.rules.rule import Rule

AnyRule = Annotated[
    Append | WideToLong | Keep | Drop | Duplicates | Sort,
    Field(discriminator="rule"),
]
RULES: tuple[type[Rule], ...] = get_args(get_args(AnyRule)[0])
