"""What can be known to be wrong with a plan that names moments in place of data."""

from impact.errors import PlanError
from impact.evaluation.study import Study


def check_moments(study: Study) -> None:
    """Refuse moments that are not the plan's, and choices that only the units could carry out.

    Raises
    ------
    PlanError
        For the key, the rule and the remedy.
    ImpactError
        What reading the file or estimating the headline raises.
    """
    plan, moments, time = study.plan, study.moments, study.schema.time
    if moments.outcome != study.outcome:
        raise PlanError(
            f"outcomes: the moments are of {moments.outcome} and the first outcome is {study.outcome}; name that of the file"
        )
    if (moments.time_axis.frequency, moments.time_axis.step) != (time.frequency, time.step):
        raise PlanError(
            "schema: its periods are not those of the moments; declare the frequency and step that the offices used"
        )
    if (study.cluster is None) != (moments.clusters is None):
        raise PlanError(
            "assigned_by: only one of schema and moments has clusters above the unit; make the moments with the schema's, or "
            "take assigned_by: unit"
        )
    if plan.waves != "panel":
        raise PlanError("waves: moments are sums over paths of the same units; take waves: panel")
    if plan.arms is not None:
        raise PlanError("arms: moments have cohorts and no arms; name the data, or leave arms out")
    if plan.winsorise:
        raise PlanError(
            "winsorise: sums cannot be capped; cap outcomes before the moments are made, and take winsorise: 0"
        )
    study.estimator().fit(moments).aggregate(by="overall")
