"""When a planned study asks and starts: as data that are there do, as an intake or a programme says, or by default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from impact.data.intake.arrive import is_intake
from impact.data.intake.periods import MONTHS
from impact.data.intake.plan import read_intake_plan
from impact.evaluation.rehearsal.baseline import Baseline
from impact.evaluation.rehearsal.beliefs import Beliefs, Origin, axis_of
from impact.evaluation.study import Study
from impact.simulate.planned.backwards import named_periods, named_starts
from impact.simulate.planned.written_periods import month_of

FIRST_YEAR = 2020  # of a calendar that neither plan nor intake names
ROUNDS_AFTER_LAST = 2  # start, that the default rounds are stretched to

Starts = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Calendar:
    """The rounds of a study.

    Attributes
    ----------
    first : int
        Calendar number of the first round, in steps.
    start : int
        That of the first start.
    starts : tuple of (int, float)
        Rounds after the first start, and the share of the treated who start then.
    """

    first: int
    start: int
    starts: Starts = ((0, 1.0),)


def calendar_of(
    study: Study, beliefs: Beliefs, baseline: Baseline | None, *, options: Mapping[str, float]
) -> tuple[Beliefs, Calendar]:
    """Return the calendar, and the beliefs with the rounds that follow from it and what the command was told."""
    if baseline is not None:
        start = baseline.first + beliefs.whole("before")
        known = Calendar(baseline.first, start, baseline.starts or ((0, 1.0),))
    else:
        beliefs, known = _before_data(study, beliefs)
    beliefs = beliefs.told(options, "option")
    if study.plan.waves == "endline_only":
        beliefs = beliefs.told({"before": 1}, "plan")
    last = beliefs.whole("after") - 1
    starts = tuple((min(after, last), share) for after, share in known.starts)
    return beliefs, Calendar(known.start - beliefs.whole("before"), known.start, starts)


def _before_data(study: Study, beliefs: Beliefs) -> tuple[Beliefs, Calendar]:
    named, starting = _named(study)
    planned = _events(study)
    places = starting or planned
    before, after = beliefs.whole("before"), beliefs.whole("after")
    if not named and not places:
        return beliefs, Calendar(_first(study), _first(study) + before)
    if named and not planned:
        first, end = min(named + starting), max(named + starting)
        start = min(places) if places else first + min(before, max((end - first + 1) // 2, 1))
    else:
        start = min(places)
        last = max(start + after, max(places) + min(after, ROUNDS_AFTER_LAST)) - 1
        first, end = min([start - before, *named]), max([last, *named])
    rounds = {"before": start - first, "after": end - start + 1}
    origin: Origin = "intake" if named or starting else "programme"
    changed = {name: value for name, value in rounds.items() if value != beliefs.whole(name)}
    offsets = [place - start for place in places] or [0]
    shares = tuple((o, offsets.count(o) / len(offsets)) for o in sorted(set(offsets)))
    return beliefs.told(changed, origin), Calendar(first, start, shares)


def _place(study: Study, label: str) -> int:
    axis = axis_of(study)
    number = month_of(label) // MONTHS.get(axis.frequency, 1)
    return (number - axis.origin) // axis.step


def _named(study: Study) -> tuple[list[int], list[int]]:
    """Return the rounds and the starts that an intake names."""
    plan = study.plan
    if not is_intake(plan.data):
        return [], []
    intake = read_intake_plan(study.folder / plan.data)
    cohort = plan.cohort or (study.schema.cohort.column if study.schema.cohort else "")
    periods = named_periods(intake, study.schema.time.column)
    return _places(study, periods), _places(study, named_starts(intake, cohort))


def _places(study: Study, labels: Sequence[str]) -> list[int]:
    return [_place(study, label) for label in labels]


def _events(study: Study) -> list[int]:
    """Return the rounds in which the programme's events were planned."""
    if study.schema.time.frequency == "integer":
        return []
    return sorted(_place(study, event.planned) for event in study.events if event.planned)


def _first(study: Study) -> int:
    if study.schema.time.frequency == "integer":
        return 1
    return _place(study, f"{FIRST_YEAR}-01")
