"""What the evidence allows to be said: the finding in its verb, the grade in words, and what stays open."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from impact.check_result import CheckResult
from impact.evaluation.certainty import Certainty
from impact.evaluation.grounds import grounds_of
from impact.evaluation.parts import Impact, OutcomeEffect, SampleAndComparability
from impact.evaluation.plan import Plan
from impact.evaluation.rating import Rating, rating
from impact.evaluation.reasons import EVERY_TREND
from impact.evaluation.robustness import Robustness
from impact.evaluation.weighed import Grounds, state_of
from impact.reporting.sections.impact import estimated, values_of
from impact.reporting.voice import Voice, inside_a_sentence
from impact.reporting.words.register import said
from impact.terms import Assignment


@dataclass(frozen=True)
class Evidence:
    """The parts of an evaluation that speak for or against its headline."""

    impact: Impact
    sample: SampleAndComparability
    certainty: Certainty
    robustness: Robustness
    plan: Plan

    @property
    def headline(self) -> OutcomeEffect:
        """The first outcome's effect."""
        return self.impact.effects[0]

    @property
    def assignment(self) -> Assignment:
        """How beneficiaries came to take part."""
        return self.plan.assignment

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every check that was asked about the headline."""
        return self.grounds.checks

    @cached_property
    def grounds(self) -> Grounds:
        """What speaks for and against the headline."""
        return grounds_of(
            self.plan,
            impact=self.impact,
            sample=self.sample,
            certainty=self.certainty,
            robustness=self.robustness,
        )

    @cached_property
    def rating(self) -> Rating:
        """How far the headline may be believed."""
        return rating(self.grounds)


def finding(voice: Voice, effect: OutcomeEffect, found: Rating) -> str:
    """Say what was found about an outcome in the verb that its evidence allows; never "no effect" for "cannot tell"."""
    if found.direction is None:
        return estimated(voice, effect)
    code = f"{found.verb}:{found.direction}"
    sentence = said(voice.t, "finding", code, **values_of(voice, effect))
    return " ".join([sentence, *but(voice, found)])


def graded(voice: Voice, found: Rating) -> str:
    """Grade the evidence in words."""
    if found.direction == "not_noticeably":
        return said(voice.t, "evidence", "not_noticeably")
    return said(voice.t, "evidence", found.verb if found.direction else "includes_zero")


def but(voice: Voice, found: Rating) -> list[str]:
    """Say what speaks against relying on a result."""
    if not found.taken:
        return []
    t = voice.t
    words = [
        said(t, "failed" if one.state == "failed" else "not_made", one.reason)
        for one in found.taken
    ]
    return [said(t, "evidence", "open", open=voice.f.listed(words))]


def what_was_made(voice: Voice, found: Rating, checks: Sequence[CheckResult]) -> list[str]:
    """Say of trends only what was examined, and name every check that could not be made: not made is not passed."""
    codes = [] if found.taken or not found.direction else ["nothing_open"]
    sentences = [said(voice.t, "evidence", code) for code in codes]
    return [*sentences, *trends_before(voice, found, checks), *unmade(voice, checks)]


def trends_before(voice: Voice, found: Rating, checks: Sequence[CheckResult]) -> list[str]:
    """Say what the periods before the start showed, never more than was examined."""
    trends_open = state_of(checks, EVERY_TREND)[0] != "passed"
    trends = {
        "passed": "no_difference_found" if trends_open else "groups_moved_alike",
        "could_not_be_made": "trends_not_examined",
    }
    codes = [trends[found.trends]] if found.trends in trends else []
    return [said(voice.t, "evidence", code) for code in (*codes, *_just_before(checks))]


def unmade(voice: Voice, checks: Sequence[CheckResult]) -> list[str]:
    """Name every check that could not be made."""
    t = voice.t
    names = dict.fromkeys(c.name for c in checks if c.status == "not_applicable")
    if not names:
        return []
    listed = voice.f.listed([inside_a_sentence(said(t, "check", name)) for name in names])
    return [said(t, "evidence", "not_made", checks=listed)]


def _just_before(checks: Sequence[CheckResult]) -> list[str]:
    """Which way the outcome of the treated went just before the start, where that is unusual enough to warn of."""
    return [
        "dipped_just_before" if check.statistic < 0 else "jumped_just_before"
        for check in checks
        if check.name == "recent_change" and check.status == "warn" and check.statistic is not None
    ]
