"""What page one says of drawn cases: the report's own parts, its design check made once a scenario and shared by all seeds."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np

from impact.check_result import CheckResult, not_applicable
from impact.diagnostics.before_trends import before_trend_test
from impact.diagnostics.design import design_check
from impact.diagnostics.leave_one_out import leave_one_out
from impact.diagnostics.recent_change import recent_change
from impact.diagnostics.scales import Scales
from impact.diagnostics.specification_curve import specification_curve
from impact.evaluation import certainty
from impact.evaluation.counterfactual import counterfactual
from impact.evaluation.grounds import grounds_of
from impact.evaluation.parts import SampleAndComparability, in_percent
from impact.evaluation.rating import rating
from impact.evaluation.robustness import Robustness
from impact.evaluation.smallest import smallest_assigned
from impact.evaluation.study import Study
from impact.inference.choose import headline_intervals, headline_verdict
from impact.pipeline.plan import read_plan
from impact.simulate.files import frame_of
from impact.simulate.process import draw
from impact.simulate.programme import scenario
from impact.simulate.truth import truth

ROOT = Path(__file__).resolve().parents[2]
PLANS = {
    "persistent": "evaluation.yml",
    "three_arms": "evaluation.yml",
    "three_arms_clear": "evaluation-clear.yml",
    "three_arms_null": "evaluation-null.yml",
    "three_arms_dip": "evaluation-null.yml",
}
FIRST_SEED = 7001
PERMUTATIONS, CURVE_PERMUTATIONS, DESIGN_DRAWS = 199, 19, 500
"""Fewer than in a run, where p-values are told to the reader; here they are averaged over seeds."""


@dataclass(frozen=True)
class Page:
    """What page one says of one draw, and what is true in it; money in MAD a quarter.

    ``verb`` and ``direction`` make its title, ``reasons`` are what took a step and ``contested`` those that leave the direction open,
    ``conf_low`` and ``conf_high`` (believed) the sentence below it, which follows the verb.
    """

    scenario: str
    seed: int
    effect: float
    declared: float
    percent: float
    estimate: float
    conf_low: float
    conf_high: float
    estimate_percent: float
    low_percent: float
    high_percent: float
    verb: str
    direction: str
    reasons: str
    contested: str
    recent_change: bool


def study_of(name, *, seed, folder):
    """Return the shipped plan of a scenario on a new draw of it, firms of events at home left out, and the draw's truth."""
    sample = draw(scenario(name), seed=seed)
    frame = frame_of(sample)
    if not sample.programme.events:
        frame["arm"] = np.where(frame["fair"] != "", "fair", "neither")
    frame = frame[frame["arm"] != "event"]
    frame.to_csv(folder / "drawn.csv", index=False)
    plan = read_plan(ROOT / PLANS[name])
    (folder / "schema.yml").write_bytes((ROOT / plan.data_schema).read_bytes())
    plan = plan.changed(
        data="drawn.csv",
        schema="schema.yml",
        outcomes=plan.outcomes[:1],
        secondary=(),
        families={},
        permutations=PERMUTATIONS,
        design_draws=DESIGN_DRAWS,
    )
    return Study(plan, folder), truth(sample)


@cache
def shared_design(name):
    """Check the design once: of the seed before the first, which is not scored."""
    with TemporaryDirectory() as folder:
        study, _ = study_of(name, seed=FIRST_SEED - 1, folder=Path(folder))
        return design_check(
            study.panel(),
            study.estimator(),
            group=study.groups,
            draws=DESIGN_DRAWS,
            level=study.level,
            seed=study.plan.seed,
        )


def verdict_of(study, design):
    """Return the headline's estimate and its verdict, as a run makes them from a design check."""
    panel, estimator = study.panel(), study.estimator()
    overall = estimator.fit(panel).aggregate(by="overall")
    intervals = headline_intervals(
        panel,
        estimator,
        group=study.groups,
        permutations=study.plan.permutations,
        level=study.level,
        seed=study.plan.seed,
    )
    verdict = headline_verdict(
        overall,
        intervals.table,
        recommended=(design.recommended, design.why),
        smallest_detectable=float(design.chosen["smallest_detectable"]),
        smallest_cohort=smallest_assigned(panel),
    )
    others = intervals.including_zero(design.holding)
    return overall, verdict, tuple(one for one in others if one != verdict.believed)


def rating_of(study, design, verdict, including_zero):
    """Rate the evidence as a run does, from the parts that the rating reads and no others."""
    panel, estimator, seed = study.panel(), study.estimator(), study.plan.seed
    asked = next(one for one in certainty.BOUNDS if one.restriction == "relative_magnitudes")
    bounds = certainty._bounds(asked, certainty._event_study(study, panel))
    without = leave_one_out(panel, estimator, group=study.groups)
    curve = specification_curve(
        study.panel(winsorise=0.0), permutations=CURVE_PERMUTATIONS, seed=seed
    )
    scales = Scales.of(curve)
    sure = SimpleNamespace(
        honest=() if isinstance(bounds, CheckResult) else (bounds,),
        leave_one_out=without,
        checks=(without.check(), certainty._placebos(study), scales.check()),
        scales=scales,
    )
    return _rated(
        study,
        verdict,
        sure=sure,
        robust=Robustness.of(study),
        design=design,
        including_zero=including_zero,
        before=(before_trend_test(panel, estimator, seed=seed),),
    )


def _rated(study, verdict, *, sure, robust, design=None, including_zero=(), before=()):
    panel = study.panel()
    overall = study.estimator().fit(panel).aggregate(by="overall")
    universal = study.estimator(base_period="universal").fit(panel)
    effect = SimpleNamespace(
        verdict=verdict,
        verdict_percent=(0.0,),
        percent=overall.percent(),
        design=design,
        holding_that_include_zero=including_zero,
    )
    impact = SimpleNamespace(
        effects=(effect,),
        before_trends=before[0] if before else not_applicable("before_trends", "not_asked"),
        counterfactual=counterfactual(universal, overall),
    )
    sample = SampleAndComparability.of(study)
    return rating(
        grounds_of(study.plan, impact=impact, sample=sample, certainty=sure, robustness=robust)
    )


def page_of(name, seed):
    """Evaluate one draw as a run does and return what page one says.

    The rating is made where it can change the title: an interval with zero and relevant effects in it gives "cannot tell" whatever
    the evidence is.
    """
    design = shared_design(name)
    with TemporaryDirectory() as folder:
        study, facts = study_of(name, seed=seed, folder=Path(folder))
        overall, verdict, including_zero = verdict_of(study, design)
        points = verdict.conf_low > 0 or verdict.conf_high < 0
        told = rating_of(study, design, verdict, including_zero) if points else None
        dip = points and recent_change(study.panel(), seed=study.plan.seed).status in {
            "warn",
            "fail",
        }
    return page_with(
        name,
        seed,
        facts["arms"]["fair"],
        verdict,
        in_percent(verdict, overall.percent()),
        told,
        dip,
    )


def page_with(name, seed, true, verdict, percent, told, dip):
    """Put what was found of one draw on its page; without a rating, as of an interval that leaves the direction open."""
    return Page(
        name, seed, true["effect_mad"], true["declared_effect_mad"], true["percent"],
        verdict.estimate, verdict.conf_low, verdict.conf_high, *percent,
        told.verb if told else "cannot_tell", (told.direction if told else None) or "",
        " ".join(step.reason for step in told.taken) if told else "",
        " ".join(told.contested) if told else "",
        dip,
    )  # fmt: skip
