"""Section on certainty: what the design can tell, and whether the answer survives other trends, choices and firms."""

import math
from collections.abc import Sequence

import pandas as pd

from impact.diagnostics.design import DesignCheck
from impact.diagnostics.leave_one_out import LeaveOneOut, WithoutEach
from impact.diagnostics.recommendation import BELOW
from impact.diagnostics.specification_curve import SpecificationCurve
from impact.evaluation.parts import OutcomeEffect
from impact.inference.families import FamilyResult
from impact.interval import Refused
from impact.parameters import percent_of_log
from impact.reporting import figures
from impact.reporting.exhibits import Callout, Exhibit, Exhibits, Table, Text
from impact.reporting.sections.assigned import how_assigned
from impact.reporting.sections.believed_interval import which_interval
from impact.reporting.sections.checks import checks_table
from impact.reporting.sections.evidence import Evidence, but, graded, what_was_made
from impact.reporting.sections.other_trends import other_trends, what_bounds_say
from impact.reporting.voice import Voice
from impact.reporting.words.catalogue import Words
from impact.reporting.words.register import REGISTER, Kind, said, said_why_not


def certainty(voice: Voice, evidence: Evidence) -> Exhibits:
    """Show how sure the headline is: in words, then the design, other trends, other choices, other firms, other outcomes."""
    t, part, effect = voice.t, evidence.certainty, evidence.headline
    shown: list[Exhibit] = [
        Text(f"## {t('How sure are we?')}"),
        Callout("finding", how_sure(voice, evidence)),
        *_design(voice, effect, figures.EffectAxis.of_impact(voice, evidence.impact)),
    ]
    shown += other_trends(voice, part)
    if part.curve is not None:
        shown += [
            Text(f"### {t('Other choices')}\n\n{_curve(voice, part.curve)}"),
            figures.specification_curve(voice, part.curve),
        ]
    if part.leave_one_out is not None:
        whole = part.leave_one_out.of_clusters
        heading = t("Without one cluster") if whole else t("Without one firm")
        shown.append(Text(f"### {heading}\n\n{without_sentence(voice, part.leave_one_out)}"))
    shown += [family_table(voice, family) for family in part.families]
    shown += _checks(voice, evidence)
    return Exhibits(tuple(shown))


def certainty_in_full(voice: Voice, evidence: Evidence) -> list[Exhibit]:
    """Show what the part on certainty leaves to the annex: the design, other trends, checks."""
    return [
        Text(f"## {voice.t('Inference and sensitivity')}"),
        *_design(voice, evidence.headline, figures.EffectAxis.of_impact(voice, evidence.impact)),
        *other_trends(voice, evidence.certainty),
        *_checks(voice, evidence),
    ]


def _checks(voice: Voice, evidence: Evidence) -> list[Exhibit]:
    part, effect = evidence.certainty, evidence.headline
    checks = (*(effect.design.checks() if effect.design else ()), *part.checks)
    return [
        *_without_answer(voice, (*effect.refused, *part.refused)),
        checks_table(
            voice,
            checks,
            label="tab-certainty",
            caption=voice.t("Checks of inference and sensitivity"),
        ),
    ]


def _without_answer(voice: Voice, refused: Sequence[Refused]) -> list[Exhibit]:
    """Name what was asked and has no answer here, and why."""
    if not refused:
        return []
    t = voice.t
    kinds: tuple[Kind, ...] = ("short_inference", "refused")
    words = [
        f"{said(t, kind, one.inference)} ({said_why_not(t, one.error)})"
        for one in refused
        for kind in kinds
        if one.inference in REGISTER[kind]
    ]
    return [Text(t("Not computed: {names}.", names=voice.f.listed(words)))]


def how_sure(voice: Voice, evidence: Evidence) -> str:
    """Say in plain words how far the headline can be trusted: every sentence follows from a figure by rule."""
    part, effect = evidence.certainty, evidence.headline
    sentences = [
        how_assigned(voice),
        graded(voice, evidence.rating),
        *but(voice, evidence.rating),
        *what_was_made(voice, evidence.rating, evidence.checks),
        which_interval(voice, effect),
        *_shared(voice, effect),
        could_find(voice, effect),
    ]
    if part.honest:
        sentences.append(what_bounds_say(voice, part))
    if part.curve is not None:
        sentences.append(_curve(voice, part.curve))
    if part.leave_one_out is not None:
        sentences.append(without_sentence(voice, part.leave_one_out))
    return " ".join(sentences)


def _shared(voice: Voice, effect: OutcomeEffect) -> list[str]:
    """Warn when the interval would not hold if the firms of one event shared shocks."""
    if effect.design is None:
        return []
    rows = effect.design.table
    rows = rows[
        (rows["process"] == "shared_shock") & (rows["estimator"] == effect.design.estimator)
    ]
    mine = rows.loc[rows["inference"] == effect.verdict.believed, "coverage"]
    if mine.empty or float(mine.iloc[0]) >= effect.design.level - BELOW:
        return []
    return [
        voice.t(
            "If firms of one event shared shocks (5% of the variance), it would hold the truth only {coverage} of the time.",
            coverage=voice.f.percent(100 * float(mine.iloc[0])),
        )
    ]


def family_table(voice: Voice, family: FamilyResult) -> Table:
    """Show outcomes tested together."""
    t, f, study = voice.t, voice.f, voice.study
    frame = family.table.assign(
        name=[
            t("Index of all") if name == "index" else study.label(name)
            for name in family.table["outcome"]
        ],
        shown=[
            f.significant(value) if name == "index" else voice.plain(name)(value)
            for name, value in zip(family.table["outcome"], family.table["estimate"], strict=True)
        ],
    )
    adjusted = {
        "p_value": t("p, alone"),
        "p_romano_wolf": "Romano-Wolf",
        "p_holm": "Holm",
        "q_benjamini_hochberg": "Benjamini-Hochberg",
        "q_sharpened": t("q, sharpened"),
    }
    return Table(
        label=f"tab-family-{family.name.replace('_', '-')}",
        caption=t("Outcomes tested together, p-values adjusted for their number"),
        frame=frame,
        headings={"name": t("Outcome"), "shown": t("Effect"), **adjusted},
        formats={"shown": str, **dict.fromkeys(adjusted, f.p_value)},
        notes=(
            t(
                "By {n} permutations, the same for every outcome. Index: standardised outcomes weighted by the inverse of their "
                "covariance (Anderson 2008), in standard deviations of the comparison group before treatment.",
                n=f.number(family.permutations),
            ),
            t("The CSV file also has the adjustment of Westfall and Young."),
        ),
    )


def could_find(voice: Voice, effect: OutcomeEffect) -> str:
    """Say which effect a study of this size finds four times in five."""
    t, detectable = voice.t, effect.verdict.smallest_detectable
    if math.isinf(detectable):
        return t("A study of this size finds no effect, however large, four times in five.")
    return t(
        "A study of this size finds an effect of {mde} four times in five; a smaller one it may well miss.",
        mde=voice.amount(effect.outcome, detectable),
    )


def _design(voice: Voice, effect: OutcomeEffect, axis: figures.EffectAxis) -> list[Exhibit]:
    t, design = voice.t, effect.design
    if voice.study.compares_arms:
        return [
            Text(
                f"### {t('The design')}\n\n"
                + t("It was not simulated: the lot itself says which other draws were possible.")
            ),
            *figures.drawn(figures.inferences(voice, effect, axis)),
        ]
    if design is None:
        why = (
            t("The design could not be simulated: moments have no firm to draw.")
            if voice.study.from_moments
            else t(
                "The design could not be simulated: too few untreated firms or clusters of them, or clusters whose firms "
                "started in different periods."
            )
        )
        return [Text(f"### {t('The design')}\n\n{why}")]
    return [
        Text(
            f"### {t('The design')}\n\n"
            + t(
                "{n} panels were simulated with the firms, starts and gaps of this one, untreated paths drawn from {donors} "
                "of the same strata, without any effect. Each test should find something in {alpha} of them; each interval "
                "should hold zero in the rest.",
                donors=t("whole clusters never treated")
                if voice.in_clusters
                else t("never-treated firms"),
                n=voice.f.number(design.draws),
                alpha=voice.test_size,
            )
        ),
        _design_table(voice, design),
        figures.power_curve(voice, design, effect.verdict.estimate),
        *figures.drawn(figures.inferences(voice, effect, axis)),
    ]


def _design_table(voice: Voice, design: DesignCheck) -> Table:
    t, f, plain = voice.t, voice.f, voice.plain(voice.study.outcome)
    keys = ["estimator", "inference"]
    size = design.table.pivot_table(index=keys, columns="process", values="size", sort=False)
    first = design.table[design.table["process"] == "resampled"].set_index(keys).loc[size.index]
    frame = pd.DataFrame(
        {
            "estimator": [estimator for estimator, _ in size.index],
            "inference": [inference for _, inference in size.index],
            "name": [_test_name(t, design, *key) for key in size.index],
            **{process: list(size[process]) for process in size.columns},
            "median_length": list(first["median_length"]),
            "smallest_detectable": list(first["smallest_detectable"]),
            "percent": list(
                percent_of_log(first["smallest_detectable"])
                if voice.study.column(voice.study.outcome).scale == "log"
                else first["smallest_detectable_percent"]
            ),
        }
    )
    shares = {process: said(t, "process", process) for process in size.columns}

    def share(value: float) -> str:
        return f.percent(100 * value)

    return Table(
        label="tab-design",
        caption=t("What each inference is worth on this design"),
        frame=frame,
        headings={
            "name": t("Inference"),
            **shares,
            "median_length": t("Length"),
            "smallest_detectable": t("Detectable"),
            "percent": "%",
        },
        formats={
            **dict.fromkeys(shares, share),
            "median_length": plain,
            "smallest_detectable": lambda value: voice.detectable(value, plain),
            "percent": lambda value: voice.detectable(value, f.percent),
        },
        notes=(
            t(
                "* the one to believe. First columns: share of panels without any effect in which the test finds one at {alpha}, with "
                "paths resampled, with normal ones, and with events whose firms share shocks (5% of the variance; counted "
                "in the choice where the plan names events). Detectable: found in 80% of such studies.",
                alpha=voice.test_size,
            ),
        ),
    )


def _test_name(t: Words, design: DesignCheck, estimator: str, inference: str) -> str:
    """Name a row of the design table: the headline's inferences plainly, other estimators' with the estimator."""
    name = said(t, "short_inference", inference)
    if estimator != design.estimator:
        return t("{estimator}: {test}", estimator=said(t, "estimator", estimator), test=name)
    return f"{name} *" if inference == design.recommended else name


def _curve(voice: Voice, curve: SpecificationCurve) -> str:
    t, f = voice.t, voice.f
    return t(
        "Of {n} specifications {same} have the same sign and {significant} are beyond chance one by one; the middle one is as "
        "far from zero as this with probability {p} if other firms had been chosen.",
        n=f.number(len(curve.table)),
        same=f.percent(100 * curve.share_same_sign, 0),
        significant=f.percent(100 * curve.share_significant, 0),
        p=f.p_value(curve.joint_p_median),
    )


def _without_one(voice: Voice, without: LeaveOneOut) -> str:
    t, outcome = voice.t, voice.study.outcome
    found = {
        "low": voice.amount(outcome, without.unit_low),
        "high": voice.amount(outcome, without.unit_high),
    }
    if without.largest_share > 1:  # of an effect near zero a share says nothing
        if without.of_clusters:
            return t("Without any one cluster of firms the effect lies between {low} and {high}.", **found)  # fmt: skip
        return t("Without any one firm the effect lies between {low} and {high}.", **found)
    share = voice.f.percent(100 * without.largest_share, 0)
    if without.of_clusters:
        return t(
            "Leaving out any one cluster of firms moves the effect by at most {share} of itself, to between {low} and {high}.",
            share=share,
            **found,
        )
    return t(
        "Leaving out any one firm moves the effect by at most {share} of itself, to between {low} and {high}.",
        share=share,
        **found,
    )


def without_sentence(voice: Voice, without: LeaveOneOut) -> str:
    """Say how far the effect moves without any one firm (or cluster, where these were assigned), cohort or event."""
    t = voice.t
    return " ".join(
        (
            _without_one(voice, without),
            *_reach(
                voice,
                without.cohorts,
                t("Without one of the {n} cohorts it lies between {low} and {high}."),
                t("The range without one cohort is not shown: it would tell of single cohorts."),
            ),
            *_reach(
                voice,
                without.groups,
                t("Without one of the {n} events it lies between {low} and {high}."),
                t("The range without one event is not shown: it would tell of single events."),
            ),
        )
    )


def _reach(voice: Voice, each: WithoutEach, shown: str, hidden: str) -> list[str]:
    """Fill the range in where it may be shown; nothing where there was nothing to leave out."""
    if not each.n:
        return []
    if each.low is None:
        return [hidden]
    low, high = (voice.amount(voice.study.outcome, end) for end in (each.low, each.high))
    return [shown.format(n=voice.f.number(each.n), low=low, high=high)]
