"""Numbers rounded to what was asked: whole dirhams, whole persons."""

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from impact.data.intake.rules.new_column import ColumnRule, NewColumn, first_reasons
from impact.data.intake.rules.rule import Name
from impact.data.intake.table import Table


class Round(ColumnRule):
    """Round numbers to a number of decimals, halves to the even neighbour, so that sums are not pushed upwards."""

    rule: Literal["round"] = Field(description="`round`")
    column: Name = Field(description="a number")
    decimals: Annotated[int, Field(ge=0, le=9)] = Field(
        default=0, description="decimals that are left: `0` for whole numbers"
    )

    def column_of(self, table: Table) -> NewColumn:
        """Round; touched are the rows whose number changes."""
        numbers = table.numbers(self.column)
        rounded = np.round(numbers, self.decimals)
        changed = int((rounded != numbers)[~np.isnan(numbers)].sum())
        reasons = first_reasons(table, [self.column])
        return NewColumn(rounded, table.kinds[self.column], reasons, touched=changed)
