"""The closed list of rules, by the name under which a plan writes them."""

from typing import Annotated, get_args

from pydantic import Field

from impact.data.intake.rules.corrected import Correct, Winsorise
from impact.data.intake.rules.derived import Constant, JoinTexts, Log, Share, Subtract, Sum
from impact.data.intake.rules.merge import Merge
from impact.data.intake.rules.money import Deflate, Exchange, Recall
from impact.data.intake.rules.muslim_calendar import MuslimCalendar
from impact.data.intake.rules.periods import FirstPeriod, FiscalYear, PeriodOf, ReadPeriod
from impact.data.intake.rules.pseudonymise import Forget, Pseudonymise
from impact.data.intake.rules.recoded import Arms, Recode
from impact.data.intake.rules.reshape import Append, WideToLong
from impact.data.intake.rules.rounded import Round
from impact.data.intake.rules.rows import Drop, Duplicates, Keep, Sort
from impact.data.intake.rules.rule import Rule
from impact.data.intake.rules.summarise import Summarise

OfRows = Append | WideToLong | Keep | Drop | Duplicates | Merge | Sort | Summarise
OfValues = Recode | Arms | Sum | Subtract | Share | Log | Constant | JoinTexts
OfTime = PeriodOf | ReadPeriod | FiscalYear | FirstPeriod | MuslimCalendar
OfMoney = Deflate | Exchange | Recall
OfErrors = Correct | Winsorise | Round
OfNames = Pseudonymise | Forget

AnyRule = Annotated[
    OfRows | OfValues | OfTime | OfMoney | OfErrors | OfNames, Field(discriminator="rule")
]
RULES: tuple[type[Rule], ...] = get_args(get_args(AnyRule)[0])
