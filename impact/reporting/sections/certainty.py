"""Section on certainty: what the design can tell, and whether the answer survives other trends, choices and firms."""

import pandas as pd

from impact.diagnostics.design_check import DesignCheck
from impact.diagnostics.leave_one_out import LeaveOneOut
from impact.diagnostics.specification_curve import SpecificationCurve
from impact.evaluation.certainty import Certainty
from impact.evaluation.parts import Impact, OutcomeEffect
from impact.reporting import certainty_figures, figures
from impact.reporting.exhibits import Callout, Exhibit, Exhibits, Table, Text
from impact.reporting.sections.checks import checks_table
from impact.reporting.sections.impact import inference_name, which_interval
from impact.reporting.voice import Voice


def certainty(voice: Voice, impact: Impact, part: Certainty) -> Exhibits:
    """Show how sure the headline is: in words, then the design, the other trends, the other choices, the other firms."""
    t = voice.t
    effect = impact.effects[0]
    shown: list[Exhibit] = [
        Text(f"## {t('How sure are we?')}"),
        Callout("finding", how_sure(voice, impact, part)),
        *_design(voice, effect),
    ]
    if part.curve is not None:
        shown += [
            Text(f"### {t('Other choices')}\n\n{_curve(voice, part.curve)}"),
            certainty_figures.specification_curve(voice, part.curve),
        ]
    if part.leave_one_out is not None:
        shown.append(Text(f"### {t('Without one firm')}\n\n{_without(voice, part.leave_one_out)}"))
    checks = (*(effect.design.checks() if effect.design else ()), *part.checks)
    shown.append(
        checks_table(
            voice, checks, label="tab-certainty", caption=t("Checks of inference and sensitivity")
        )
    )
    return Exhibits(tuple(shown))


def how_sure(voice: Voice, impact: Impact, part: Certainty) -> str:
    """Say in plain words how far the headline can be trusted: every sentence follows from a figure by rule."""
    effect = impact.effects[0]
    sentences = [which_interval(voice, effect), _could_find(voice, effect)]
    if part.curve is not None:
        sentences.append(_curve(voice, part.curve))
    if part.leave_one_out is not None:
        sentences.append(_without(voice, part.leave_one_out))
    return " ".join(sentences)


def _could_find(voice: Voice, effect: OutcomeEffect) -> str:
    t, verdict = voice.t, effect.verdict
    return t(
        "A study of this size finds an effect of {mde} four times in five; a smaller one it may well miss.",
        mde=voice.amount(effect.outcome, verdict.smallest_detectable),
    )


def _design(voice: Voice, effect: OutcomeEffect) -> list[Exhibit]:
    t, design = voice.t, effect.design
    if design is None:
        return [
            Text(
                f"### {t('The design')}\n\n"
                + t(
                    "The design could not be simulated: too few untreated firms, or clusters above the firm."
                )
            )
        ]
    names = {name: inference_name(t, name) for name in design.power["inference"].unique()}
    return [
        Text(
            f"### {t('The design')}\n\n"
            + t(
                "{n} panels were simulated with the firms, starts and gaps of this one, untreated paths drawn from never-treated "
                "firms of the same strata, and no effect. Each test should find something in {alpha} of them; each interval "
                "should hold zero in the rest.",
                n=voice.f.number(design.draws),
                alpha=voice.f.percent(100 * (1 - design.level), 0),
            )
        ),
        _design_table(voice, design),
        certainty_figures.power_curve(voice, design, names),
        *_interval_forest(voice, effect),
    ]


def _design_table(voice: Voice, design: DesignCheck) -> Table:
    t, f, plain = voice.t, voice.f, voice.plain(voice.study.outcome)
    rows = design.table[design.table["estimator"] == "callaway_santanna"]
    size = rows.pivot_table(index="inference", columns="process", values="size", sort=False)
    first = rows[rows["process"] == "resampled"].set_index("inference")
    frame = pd.DataFrame(
        {
            "inference": list(first.index),
            "name": [
                inference_name(t, name) + (" *" if name == design.recommended else "")
                for name in first.index
            ],
            **{process: list(size[process]) for process in size.columns},
            "median_length": list(first["median_length"]),
            "smallest_detectable": list(first["smallest_detectable"]),
            "percent": list(first["smallest_detectable_percent"]),
        }
    )
    shares = {
        "resampled": t("Found, paths resampled"),
        "gaussian": t("Found, normal paths"),
        "shared_shock": t("Found, events share shocks"),
    }

    def share(value: float) -> str:
        return f.percent(100 * value)

    return Table(
        label="tab-design",
        caption=t("What each inference is worth on this design"),
        frame=frame,
        headings={
            "name": t("Inference"),
            **{name: words for name, words in shares.items() if name in frame},
            "median_length": t("Median length"),
            "smallest_detectable": t("Smallest detectable"),
            "percent": t("In percent"),
        },
        formats={
            **dict.fromkeys([name for name in shares if name in frame], share),
            "median_length": plain,
            "smallest_detectable": plain,
            "percent": f.percent,
        },
        notes=(
            t(
                "* the one to believe. Found: share of panels without any effect in which the test found one at {alpha}. "
                "Events that share shocks (5% of the variance) are shown as a warning and do not count in the choice.",
                alpha=f.percent(100 * (1 - design.level), 0),
            ),
        ),
    )


def _interval_forest(voice: Voice, effect: OutcomeEffect) -> list[Exhibit]:
    t = voice.t
    if effect.intervals is None:
        return []
    rows = effect.intervals.assign(
        estimate=effect.verdict.estimate,
        words=[inference_name(t, name) for name in effect.intervals["inference"]],
    )
    first = rows["inference"] == effect.verdict.believed
    ordered = pd.concat([rows[first], rows[~first]])
    bounded = ordered[ordered[["conf_low", "conf_high"]].abs().max(axis=1) < float("inf")]
    return [
        figures.forest(
            voice,
            bounded,
            label="fig-intervals",
            caption=t(
                "The same effect with the {level} interval of every inference; the one to believe first.",
                level=voice.confidence,
            ),
        )
    ]


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


def _without(voice: Voice, without: LeaveOneOut) -> str:
    t, outcome = voice.t, voice.study.outcome
    sentence = t(
        "Leaving out any one firm moves the effect by at most {share} of itself, to between {low} and {high}.",
        share=voice.f.percent(100 * without.largest_share, 0),
        low=voice.amount(outcome, without.unit_low),
        high=voice.amount(outcome, without.unit_high),
    )
    known = without.table["estimate"].dropna()
    if known.empty:
        return sentence
    return (
        sentence
        + " "
        + t(
            "Without one cohort or one event it lies between {low} and {high}.",
            low=voice.amount(outcome, float(known.min())),
            high=voice.amount(outcome, float(known.max())),
        )
    )
