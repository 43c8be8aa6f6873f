"""The study that a codebook belongs to, in both languages; what nobody wrote down is left out."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from impact.data.intake.arrive import is_intake
from impact.data.strict import Words
from impact.evaluation.programme import Programme, Statement
from impact.evaluation.study import Study
from impact.reporting.codebook.variables import Variable, declared_variables, variables_of
from impact.reporting.voice import Voice
from impact.reporting.words.catalogue import Words as Sentences
from impact.reporting.words.nouns import Nouns
from impact.reporting.words.register import Kind, said
from impact.terms import Frequency, Language


@dataclass(frozen=True)
class StudyDescription:
    """What is known of a study beside its variables.

    Attributes
    ----------
    name : str
        The plan's: the identifier.
    title, data_title : Words
        Of the study and of the data.
    file_name, ending : str
        As a run certifies the data; no ending of what a package ships or an intake plan makes.
    source : Words
    units, rows : int or None
        None where nothing is counted.
    unit : Words
        What one row observes, in a period.
    first, last : str
        Periods.
    frequency : str
    kind, assignment : Words
    simulated : bool
    aim, run_by, funded_by, places, selection : Words or None
        Of the programme, from its file: who ran it did not make the data.
    """

    name: str
    title: Words
    data_title: Words
    file_name: str
    ending: str
    source: Words
    units: int | None
    rows: int | None
    unit: Words
    first: str
    last: str
    frequency: Frequency
    kind: Words
    assignment: Words
    simulated: bool
    aim: Words | None
    run_by: Words | None
    funded_by: Words | None
    places: Words | None
    selection: Words | None


@dataclass(frozen=True)
class Codebook:
    """A study, its variables, and what its plan calls things in English and French."""

    study: StudyDescription
    variables: tuple[Variable, ...]
    nouns: tuple[Nouns, Nouns]

    @classmethod
    def of(cls, study: Study, *, file_name: str) -> "Codebook":
        """Describe a study's data, which a run certifies under ``file_name``."""
        nouns, panel = _nouns(study), study.panel(winsorise=0.0)
        counts = int(study.data[study.schema.unit].nunique()), len(study.data)
        first, last = (str(panel.time_axis.label(panel.times[at])) for at in (0, -1))
        told = _description(study, nouns, file_name, counts=counts, periods=(first, last))
        return cls(told, variables_of(study), nouns)

    @classmethod
    def declared(cls, study: Study, *, file_name: str, periods: tuple[str, str]) -> "Codebook":
        """Describe what a study's schema declares, without a count and without reading data: it may leave.

        Parameters
        ----------
        study : Study
        file_name : str
            As a run certifies the data.
        periods : pair of str
            The first and the last, as results tell them.
        """
        nouns = _nouns(study)
        variables = declared_variables(study.schema, study.plan.cohort)
        told = _description(study, nouns, file_name, counts=None, periods=periods)
        return cls(told, variables, nouns)

    def said(self, kind: Kind, code: str) -> Words:
        """Return the words for a code in both languages."""
        return _said(kind, code, self.nouns)


def _said(kind: Kind, code: str, nouns: tuple[Nouns, Nouns]) -> Words:
    english, french = nouns
    return Words(
        en=said(Sentences("en", english), kind, code), fr=said(Sentences("fr", french), kind, code)
    )


def _nouns(study: Study) -> tuple[Nouns, Nouns]:
    english, french = (Voice(study.changed(language=one)).nouns for one in get_args(Language))
    return english, french


def _description(
    study: Study,
    nouns: tuple[Nouns, Nouns],
    file_name: str,
    *,
    counts: tuple[int, int] | None,
    periods: tuple[str, str],
) -> StudyDescription:
    plan, schema = study.plan, study.schema
    source, programme = schema.source, study.programme or Programme()
    unit = plan.words.unit
    made = file_name.startswith("package:") or is_intake(file_name)  # a table, and no file
    return StudyDescription(
        name=plan.name,
        title=plan.title,
        data_title=schema.title,
        file_name=file_name,
        ending="" if made else Path(file_name).suffix[1:].upper(),
        source=Words(en=source, fr=source) if isinstance(source, str) else source,
        units=counts[0] if counts else None,
        rows=counts[1] if counts else None,
        unit=Words(en=unit.one("en"), fr=unit.one("fr")),
        first=periods[0],
        last=periods[1],
        frequency=schema.time.frequency,
        kind=_said("data_kind", _kind_of_data(study), nouns),
        assignment=_said("selection", plan.assignment, nouns),
        simulated=_kind_of_data(study) != "survey",
        aim=_text(programme.aim),
        run_by=_text(programme.run_by),
        funded_by=_text(programme.funded_by),
        places=_text(programme.places),
        selection=_text(programme.selection),
    )


def _kind_of_data(study: Study) -> str:
    if study.rehearsal is not None:
        return "rehearsal"
    return "survey" if study.plan.truth is None else "simulated"


def _text(statement: Statement | None) -> Words | None:
    return None if statement is None else statement.text
