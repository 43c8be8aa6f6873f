"""What only the data can refuse of a batch's runs, before any of them starts: labels that nobody has, starts that are none."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from impact.evaluation.part_of_firms import refuse_labels
from impact.evaluation.plan_check import check_named
from impact.evaluation.rehearsal.baseline import files_of_data
from impact.evaluation.study import Study
from impact.pipeline.batch.orders import ONLY, Order
from impact.pipeline.plan import study_of

COHORT = "cohort"


def hold_to_data(whole: Study, orders: Sequence[Order]) -> None:
    """Refuse files that the plan names, labels and columns of starts that no run could be made of.

    A part of the firms that is empty, or too small for what is estimated, is the matter of its run.

    Parameters
    ----------
    whole : Study
        Of all firms, as `whole_of` gives it: its data are read here once.
    orders : sequence of Order

    Raises
    ------
    PlanError
        A label that no row has, or a column by which firms are kept that changes within a firm.
    ImpactError
        As reading the data, a file of the plan, or a panel of the starts.
    """
    check_named(whole)
    if whole.from_moments:
        return
    asked: dict[str, dict[str, None]] = {}
    for order in orders:
        for column, labels in order.told.get(ONLY, {}).items():
            asked.setdefault(column, {}).update(dict.fromkeys(labels))
    labels_of = {column: tuple(labels) for column, labels in asked.items()}
    refuse_labels(whole.data, labels_of, unit=whole.schema.unit)
    for cohort in dict.fromkeys(order.told[COHORT] for order in orders if COHORT in order.told):
        replace(whole, plan=whole.plan.changed(cohort=cohort)).panel_of_all()


def whole_of(study: Study) -> Study:
    """Return the study of all firms, whichever part of them its plan keeps."""
    return replace(study, plan=study.plan.changed(only={}))


def hold_plan_to_data(plan_path: Path, orders: Sequence[Order]) -> bool:
    """Hold a batch that is only listed to the data of its plan; return False where these are not there yet.

    Raises
    ------
    ImpactError
        As `hold_to_data`.
    """
    whole = whole_of(study_of(plan_path, {}))
    files = files_of_data(whole)  # none of a packaged data set
    if files and not any(path.is_file() for path in files):
        return False
    hold_to_data(whole, orders)
    return True
