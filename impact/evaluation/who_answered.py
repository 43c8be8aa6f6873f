"""Who answered at all: of an endline alone the panel holds those who did, the file whoever was to be asked."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from impact.arrays import Floats
from impact.check_result import CheckResult, not_applicable
from impact.data.panel import Panel
from impact.diagnostics.balance import attrition, response
from impact.evaluation.arms import DrawnArms
from impact.evaluation.study import Study

EVERYONE = "all"  # row of the check's table: both groups together


def attrition_of(study: Study, panel: Panel) -> CheckResult:
    """Check that both groups answer alike in the last period; of an endline by the file, where the panel has answers alone.

    Not made where every unit of an endline's file answered: whoever was drawn and not found is not in it then, or nobody was
    lost, and nothing tells which.
    """
    if study.plan.waves != "endline_only":
        return attrition(panel)
    drawn = of_headline(study, whoever_was_asked(study))
    answered = has_answered(drawn)
    if answered.all():
        return not_applicable("attrition", "file_of_answers_alone")
    found = response(drawn, answered)
    everyone = pd.DataFrame({"group": [EVERYONE], "seen_at_end": [answered.mean()]})
    return replace(found, table=pd.concat([found.table, everyone], ignore_index=True))


def share_lost(checks: Sequence[CheckResult]) -> float | None:
    """Read the share of an endline's file that did not answer off its check; None where it was not made."""
    tables = [one.table for one in checks if one.name == "attrition" and one.table is not None]
    rows = [table.set_index("group")["seen_at_end"] for table in tables]
    return next((1 - float(row[EVERYONE]) for row in rows if EVERYONE in row.index), None)


def whoever_was_asked(study: Study) -> Panel:
    """Return the panel of all units of the file, of every arm: 1 in the rows that have the headline outcome, 0 in others."""
    data = study.data
    asked = study.on(data.assign(**{study.outcome: data[study.outcome].notna().astype(float)}))
    columns = () if study.plan.arms is None else (study.plan.arms.column,)
    return asked.panel_of_all(columns)


def has_answered(asked: Panel) -> Floats:
    """Return 1 for each unit with an answer in the last period, else 0, (N,)."""
    return np.asarray(np.nan_to_num(asked.wide[:, -1]))


def of_headline(study: Study, asked: Panel) -> Panel:
    """Keep the two arms that page one compares."""
    if study.plan.arms is None or study.arms is None:
        return asked
    control, first = study.arms.labels[:2]
    return DrawnArms.of(study.plan.arms, asked).compared(asked, first, control)
