"""Checks over every arm of a lot that has several: whether they were alike before, and whether they answered alike."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from impact.check_result import CheckResult, not_applicable
from impact.diagnostics.several_groups import balance_among, response_among
from impact.errors import ImpactError
from impact.evaluation.arms import DrawnArms, PlannedArms
from impact.evaluation.study import Study
from impact.evaluation.who_answered import has_answered, whoever_was_asked


def of_all_arms(study: Study) -> tuple[CheckResult, ...]:
    """Test all arms together; nothing where the plan names none."""
    planned = study.plan.arms
    if planned is None or study.arms is None:
        return ()
    return (
        _or_not_made("balance_of_arms", lambda: _balance(study, planned)),
        _or_not_made("attrition_of_arms", lambda: _response(study, planned)),
    )


def _balance(study: Study, planned: PlannedArms) -> CheckResult:
    everyone = study.panel_of_all(
        tuple(dict.fromkeys((*study.plan.characteristics, planned.column)))
    )
    code = DrawnArms.of(planned, everyone).code
    own = everyone.covariates[list(study.plan.characteristics)]
    known = replace(everyone, covariates=own, complete=None)
    return balance_among(known, code, permutations=study.plan.permutations, seed=study.plan.seed)


def _response(study: Study, planned: PlannedArms) -> CheckResult:
    asked = whoever_was_asked(study)
    answered = has_answered(asked)
    if study.plan.waves == "endline_only" and answered.all():
        return not_applicable("attrition_of_arms", "file_of_answers_alone")
    code = DrawnArms.of(planned, asked).code
    return response_among(
        asked,
        np.asarray(code),
        answered,
        permutations=study.plan.permutations,
        seed=study.plan.seed,
    )


def _or_not_made(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    try:
        return check()
    except ImpactError as problem:
        return not_applicable(name, f"not_computed:{type(problem).__name__}")
