"""Which interval is believed and why, and what the design check saw of it."""

import math
from collections.abc import Sequence

from impact.evaluation.parts import OutcomeEffect
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

LONGER = 1.5  # times its usual length on simulated panels from which an interval tells of something they do not have


def which_interval(voice: Voice, effect: OutcomeEffect) -> str:
    """Say which interval is believed and why, and which others that hold include zero."""
    verdict, design = effect.verdict, effect.design
    code, _, detail = verdict.why.partition(":")
    values = {"name": said(voice.t, "inference", verdict.believed), "n": detail}
    if code == "design_check" and design is None:  # it stayed inside when the run was released
        return voice.t(
            "The interval shown is {name}, chosen by simulating this design; what the simulations found is withheld.",
            **values,
        )
    if code == "design_check" and design is not None:
        code = detail
        values |= {
            "n": voice.f.number(design.draws // 2),
            "coverage": voice.f.percent(100 * _worst_coverage(effect, verdict.believed)),
            "usual": voice.f.percent(100 * _worst_coverage(effect, "clustered")),
        }
    sentence = said(voice.t, "verdict", code, **values)
    if (times := times_as_long(effect)) > LONGER:
        sentence += " " + voice.t(
            "Here it is {times} times as long as in most of those panels, so the study detects less here than the panels say.",
            times=voice.f.number(times, 1),
        )
    if not effect.holding_that_include_zero:
        return sentence
    return f"{sentence} {includes_zero(voice, effect.holding_that_include_zero)}"


def times_as_long(effect: OutcomeEffect) -> float:
    """Return the believed interval's length over the median one on simulated panels; 1 where none were, or it has no end."""
    if effect.design is None:
        return 1.0
    rows = effect.design.headline
    usual = rows.loc[rows["inference"] == effect.verdict.believed, "median_length"].max()
    length = effect.verdict.conf_high - effect.verdict.conf_low
    return float(length / usual) if math.isfinite(length) and usual > 0 else 1.0


def includes_zero(voice: Voice, inferences: Sequence[str]) -> str:
    """Name the inferences that hold on this design and whose interval includes zero."""
    names = voice.f.listed([said(voice.t, "short_inference", name) for name in inferences])
    return voice.t("Other intervals that hold include zero: {names}.", names=names)


def _worst_coverage(effect: OutcomeEffect, inference: str) -> float:
    assert effect.design is not None  # noqa: S101 (narrowing for mypy; the caller checked)
    rows = effect.design.headline
    return float(rows.loc[rows["inference"] == inference, "coverage"].min())
