"""Given results, the sentence; and the negatives: results that must not give it."""

import textwrap
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from impact.check_result import CheckResult, not_applicable
from impact.diagnostics.leave_one_out import LeaveOneOut, WithoutEach
from impact.evaluation.parts import Impact, OutcomeEffect, in_percent, log_in_percent
from impact.evaluation.plan import Plan
from impact.evaluation.rating import rating
from impact.evaluation.reasons import CHECKS_OF, EVERY_TREND, OF_A_LOT, OF_A_RESULT
from impact.evaluation.store import PARTS, every_part
from impact.evaluation.study import Study
from impact.evaluation.weighed import Grounds, Step, Without
from impact.inference.choose import Verdict
from impact.pipeline import NotebookStudy
from impact.reporting.exhibits import Callout, Chapter, Figure, FirstPage, Question, Table, Text
from impact.reporting.formats import escape
from impact.reporting.sections import frame, sample
from impact.reporting.sections.believed_interval import which_interval
from impact.reporting.sections.certainty import certainty, without_sentence
from impact.reporting.sections.checks import checks_table, found
from impact.reporting.sections.comparison import comparison
from impact.reporting.sections.effects import effects
from impact.reporting.sections.evidence import but, finding, graded, what_was_made
from impact.reporting.sections.evidence_elsewhere import evidence_elsewhere
from impact.reporting.sections.findings import Findings
from impact.reporting.sections.first_page import first_page
from impact.reporting.sections.how_sure import how_sure
from impact.reporting.sections.impact import effects_table, estimated, values_of
from impact.reporting.sections.lessons import lessons
from impact.reporting.sections.programme import programme
from impact.reporting.sections.rated import reason_in_a_line
from impact.reporting.sections.references import cited
from impact.reporting.sections.summary_of_findings import summary_of_findings
from impact.reporting.sections.technical_annex import technical_annex
from impact.reporting.sections.telling_percent import telling_percent
from impact.reporting.sections.why import why
from impact.reporting.sections.worth_the_money import worth_the_money
from impact.reporting.voice import Voice, inside_a_sentence
from impact.reporting.words.register import said

INF = float("inf")
EVERY = tuple(
    dict.fromkeys(
        (
            *(name for of in (CHECKS_OF, OF_A_RESULT) for names in of.values() for name in names),
            *EVERY_TREND,
            *(name for names in OF_A_LOT.values() for name in names),
        )
    )
)
SCHEMA = textwrap.dedent("""
    version: 1
    title: {en: Two waves, fr: Deux vagues}
    source: made here
    unit: firm
    time: {column: wave, frequency: year}
    cohort: {column: first}
    cluster: village
    columns:
      firm: {type: integer, label: {en: Firm, fr: Entreprise}}
      wave: {type: integer, label: {en: Wave, fr: Vague}}
      village: {type: integer, label: {en: Village, fr: Village}}
      first: {type: integer, label: {en: First wave, fr: Première vague}}
      sales: {type: number, unit: MAD, minimum: 0, label: {en: Sales, fr: Ventes}}
""")


@pytest.fixture(scope="module")
def two_waves(tmp_path_factory):
    """Sixteen villages of five firms, six of them treated, seen once before and once after."""
    folder = tmp_path_factory.mktemp("two_waves")
    rng = np.random.default_rng(1)
    village = np.repeat(np.arange(16), 5)
    treated = village < 6
    rows = []
    for wave in (2011, 2012):
        gain = 30 * treated * (wave == 2012)
        y = 100 + 10 * rng.standard_normal(80) + 5 * rng.standard_normal(16)[village] + gain
        first = np.where(treated, "2012", "")
        rows.append(pd.DataFrame({"firm": range(80), "wave": wave, "village": village, "first": first, "sales": y.round(2)}))  # fmt: skip
    pd.concat(rows).to_csv(folder / "sales.csv", index=False)
    (folder / "sales.yml").write_text(SCHEMA)
    choices = {
        "name": "two-waves",
        "title": {"en": "Two waves", "fr": "Deux vagues"},
        "data": "sales.csv",
        "schema": "sales.yml",
        "outcomes": ["sales"],
        "design_draws": 200,
        "permutations": 99,
    }
    return Study(Plan.of(choices), folder)


@pytest.fixture(scope="module")
def findings(two_waves):
    parts = every_part(two_waves)
    return Findings(
        quality=parts["data_quality"],
        sample=parts["sample"],
        impact=parts["impact"],
        certainty=parts["certainty"],
        panel_models=parts["panel_models"],
        robustness=parts["robustness"],
        economics=parts["economics"],
        plan=two_waves.plan,
    )


@pytest.fixture(params=["en", "fr"])
def voice(request, two_waves):
    return Voice(two_waves.changed(language=request.param))


def effect(estimate=2015.0, low=500.0, high=3500.0, *, detectable=1800.0, why="smallest_cohort:30"):
    return OutcomeEffect(
        outcome="sales",
        overall=None,
        percent=None,
        intervals=None,
        randomization=None,
        design=None,
        verdict=Verdict("clustered", why, estimate, low, high, 0.01, detectable),
        verdict_percent=None,
    )


def checks(**changed):
    statuses = {**dict.fromkeys(EVERY, "pass"), **changed}
    return [
        CheckResult(
            name,
            status,
            "nothing_to_test",
            statistic=float(status == "warn" or name == "compliance"),
        )
        for name, status in statuses.items()
    ]


def rated(ends, asked, assignment="chosen"):
    """The rating of a result whose checks say all there is to say."""
    low, high = ends
    heavy = any(check.name == "leave_one_out" and check.status == "warn" for check in asked)
    return rating(
        Grounds(
            (low + high) / 2,
            low,
            high,
            tuple(asked),
            assignment,
            breakdown=2.0,
            without=Without(high - low if heavy else 0.0),
        )
    )


def spoken(voice, shown, assignment="chosen", **changed):
    """The finding of an effect whose checks all passed but for those named."""
    verdict = shown.verdict
    ends = verdict.conf_low, verdict.conf_high
    text = finding(voice, shown, rated(ends, checks(**changed), assignment=assignment))
    return text.replace("\u00a0", " ")


TABLE = [
    # language, assignment, sign, checks changed, words that must be there, words that must not
    ("en", "randomised", 1, {}, "2,015 MAD higher** than without", "probably|may be|cannot tell"),
    ("en", "randomised", -1, {}, "2,015 MAD lower** than without", "higher|probably|may be"),
    ("en", "chosen", 1, {}, "probably 2,015 MAD higher**", "may be|cannot tell"),
    ("en", "chosen", 1, {"attrition": "warn"}, "may be 2,015 MAD higher**", "probably|cannot tell"),
    ("fr", "randomised", 1, {}, "2\u202f015 MAD de plus**", "probablement|peut-être"),
    ("fr", "chosen", 1, {}, "probablement 2\u202f015 MAD de plus**", "peut-être"),
    ("fr", "chosen", -1, {}, "probablement 2\u202f015 MAD de moins**", "de plus"),
    ("fr", "chosen", 1, {"attrition": "warn"}, "peut-être 2\u202f015 MAD de plus**", "probablement"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "assignment", "sign", "changed", "there", "absent"), TABLE)
def test_the_verb_of_the_finding(two_waves, language, assignment, sign, changed, there, absent):
    voice = Voice(two_waves.changed(language=language))
    ends = sorted((sign * 500.0, sign * 3500.0))
    text = spoken(voice, effect(sign * 2015.0, *ends), assignment, **changed)
    assert there in text
    assert not [word for word in absent.split("|") if word in text]


@pytest.mark.parametrize("assignment", ["randomised", "chosen", "by_rule"])
def test_five_warnings_do_not_read_as_a_finding(voice, assignment):
    drawn = assignment == "randomised"
    own = ("placebo_outcomes", "joint_balance") if drawn else ("before_trends", "balance")
    five = dict.fromkeys((*own, "attrition", "leave_one_out", "scales"), "warn")
    text = spoken(voice, effect(), assignment, **five)
    if voice.study.plan.language == "en":
        assert "cannot tell what changed because of the programme" in text
        assert "The estimate is 2,015 MAD higher" in text
        assert ("trends may have differed" in text) != drawn
    else:
        assert "ne permet pas de dire ce qui a changé sous l'effet du programme" in text
        assert ("les tendances ont pu différer" in text) != drawn
    for verb in ("MAD higher**", "probably", "may be", "de plus**", "probablement", "peut-être"):
        assert verb not in text


def test_an_interval_with_zero_inside_is_not_no_effect(voice):
    text = spoken(voice, effect(200.0, -900.0, 1300.0), "randomised")
    assert ("cannot tell it from zero" in text) or ("distinguer de zéro" in text)
    assert "1,800" in text or "1\u202f800" in text
    assert "no effect" not in text.lower()
    assert "aucun effet" not in text.lower()


def test_an_infinite_detectable_effect_is_said_in_words(voice):
    shown = effect(200.0, -INF, INF, detectable=INF)
    text = estimated(voice, shown)
    assert "∞" not in text
    assert ("however large" in text) or ("si grand soit-il" in text)
    assert ("any value" in text) or ("toute valeur" in text)


def test_a_percentage_of_an_unbounded_end_is_minus_one_hundred():
    percent = SimpleNamespace(spec={"observed_mean": [100.0]})
    verdict = effect(20.0, -INF, INF).verdict
    assert in_percent(verdict, percent) == (25.0, -100.0, INF)
    assert in_percent(replace(verdict, conf_high=100.0), percent)[2] == INF
    assert in_percent(replace(verdict, conf_low=-1e12), percent)[1] == pytest.approx(-100)


PERCENTAGES = [
    # estimate and ends in percent, ends of the amounts, whether they are told
    ((160.0, 36.0, 900.0), (10.0, 90.0), True),
    ((160.0, 36.0, 5_799.0), (10.0, 90.0), False),
    ((160.0, 36.0, INF), (10.0, 90.0), False),
    ((160.0, 36.0, INF), (10.0, INF), True),
    ((950.0, 36.0, INF), (10.0, INF), False),
    ((-20.0, -100.0, 5.0), (-INF, 5.0), True),
]


@pytest.mark.parametrize(("percent", "ends", "shown"), PERCENTAGES)
def test_a_percentage_of_next_to_nothing_is_not_told(voice, percent, ends, shown):
    found = replace(effect(20.0, *ends), verdict_percent=percent)
    assert telling_percent(voice, found) == (percent if shown else None)
    size = values_of(voice, found)["size"]
    assert ("%" in size) == shown


def test_the_outcome_of_a_noun_with_words_behind_it_is_told_with_of(two_waves):
    offered = {
        "en": ("household with an offer", "households with an offer"),
        "fr": ("ménage avec offre", "ménages avec offre"),
    }
    words = {"treated": offered}
    english = Voice(two_waves.changed(words=words, language="en"))
    own = english.who["own"]
    assert english.about("{Whose} {outcome}") == f"The {own} of households with an offer"
    assert "'" not in english.plainly("so {whose} {outcome} rose")
    assert Voice(two_waves.changed(language="en")).about("{Whose} {outcome}").endswith(f"' {own}")


def test_an_effect_on_a_logarithm_is_also_in_percent_of_the_level(two_waves):
    verdict = effect(np.log(1.2), -INF, np.log(1.5)).verdict
    assert log_in_percent(verdict) == pytest.approx((20.0, -100.0, 50.0))
    columns = {**two_waves.schema.columns}
    columns["sales"] = columns["sales"].model_copy(update={"scale": "log", "unit": "log MAD"})
    logged = two_waves.changed()
    logged.__dict__["schema"] = two_waves.schema.model_copy(update={"columns": columns})
    found = Impact.of(logged).effects[0]
    assert found.percent is None
    assert found.verdict_percent == log_in_percent(found.verdict)
    notes = effects_table(Voice(logged), (found,)).notes
    assert "Of a logarithm: in percent of the level, 100 (exp(effect) − 1), ends alike." in notes
    assert len(effects_table(Voice(two_waves), (found,)).notes) == len(notes) - 1


def test_trends_are_said_alike_only_where_every_check_of_them_passed(voice):
    alike = "moved alike as far", "évoluaient de même, autant"

    def said_of(**changed):
        asked = checks(**changed)
        return " ".join(what_was_made(voice, rated((1.0, 2.0), asked), asked))

    assert any(words in said_of() for words in alike)
    for changed in (
        {"before_trends": "not_applicable"},
        {"before_trends": "warn"},
        {"pretrend_power": "warn"},
        {"honest_smoothness": "not_applicable"},
        dict.fromkeys(CHECKS_OF["trends"], "not_applicable"),
    ):
        assert not any(words in said_of(**changed) for words in alike), changed
    missing = said_of(before_trends="not_applicable")
    assert ("could not be examined" in missing) or ("n'a pu examiner" in missing)


@pytest.mark.parametrize(
    ("change", "words"),
    [(-500.0, ("had dipped below", "tombé au-dessous")), (500.0, ("had jumped", "bondi"))],
)
def test_the_summary_says_which_way_the_outcome_went_just_before_the_start(voice, change, words):
    def said_of(status):
        one = CheckResult("recent_change", status, "last_period_against_earlier:100", change, 0.02)
        asked = [*checks(recent_change=None), one]
        return " ".join(what_was_made(voice, rated((1.0, 2.0), asked), asked))

    assert any(word in said_of("warn") for word in words)
    assert not any(word in said_of("pass") for word in words)


def test_a_check_that_was_not_made_is_named_and_never_passed(voice):
    asked = [not_applicable("before_trends", "no_period_before_the_reference")]
    table = checks_table(voice, asked, label="x", caption="x").frame.iloc[0]
    assert table["outcome"] in {"could not be made", "n'a pu être fait"}
    assert table["found"] in {
        "There is only one period before treatment: trends cannot be examined.",
        "Il n'y a qu'une période avant traitement\u00a0: les tendances ne peuvent être examinées.",
    }
    text = " ".join(what_was_made(voice, rated((1.0, 2.0), asked), asked))
    assert inside_a_sentence(said(voice.t, "check", "before_trends")) in text
    assert said(voice.t, "evidence", "nothing_open") not in text


@pytest.mark.parametrize(
    ("check", "english"),
    [
        (CheckResult("coverage", "pass", "share_of_unit_periods_observed", 0.93), "The outcome is known in 93.0% of firm-periods."),
        (CheckResult("attrition", "pass", "difference_in_response_at_the_end", -0.0513), "Answers in the last period, beneficiaries less others: −5.1 percentage points."),
        (CheckResult("before_trends", "pass", "largest_of_leads:4", 0.654, 0.9), "Periods tested before the last one: 4; largest t 0.654."),
        (CheckResult("placebo_date", "warn", "periods_earlier:2", 2564.2), "Periods by which the start was pretended earlier: 2; effect 2,564 MAD."),
        (CheckResult("pretrend_power", "warn", "trend_detected_half_the_time:121", 2315.7), "A slope of 2,316 MAD a period passes half the time; it would explain 121% of the effect."),
        (CheckResult("design_check", "pass", "holds_and_shortest:crv3_t", 0.049), "Without any effect the test by CRV3, t finds one in up to 4.9% of simulated panels."),
        (CheckResult("specification_curve", "warn", "same_sign:0.969", -0.471, 0.6), "96.9% of specifications have the same sign; the median t is −0.471."),
        (CheckResult("joint_balance", "pass", "tested_without_determined:sales, wave", 1.5, 0.2), "Tested together without Sales, Wave, which the others determine; statistic 1.50."),
        (CheckResult("honest_relative_magnitudes", "pass", "breakdown_relative_magnitudes:inf"), "Zero is excluded until trends part by ∞ times their largest step before."),
    ],
)  # fmt: skip
def test_a_check_says_what_it_found(two_waves, check, english):
    assert found(Voice(two_waves), check).replace("\u00a0", " ") == english


def test_the_grade_in_words_names_what_is_open(two_waves):
    voice = Voice(two_waves)
    limited = rated((1.0, 2.0), checks(leave_one_out="warn"))
    assert graded(voice, limited) == "The evidence is limited: the interval excludes zero."
    assert but(voice, limited) == ["But one firm, cohort or event carries much of the result."]
    assert but(voice, rated((1.0, 2.0), checks())) == []
    unmade = rated((1.0, 2.0), checks(leave_one_out="not_applicable"))
    assert but(voice, unmade) == ["But the weight of single firms could not be examined."]


def test_other_intervals_that_hold_and_include_zero_are_named(two_waves):
    voice, shown = Voice(two_waves), effect()
    including = replace(shown, holding_that_include_zero=("permutation", "crv3_t"))
    text = which_interval(voice, including)
    assert text.endswith("Other intervals that hold include zero: randomization; CRV3, t.")
    assert "include zero" not in which_interval(voice, shown)


def test_an_interval_whose_simulations_were_withheld_says_so(two_waves):
    """As in a release: the verdict leaves, the design check that it rests on stays."""
    shown = effect()
    chosen = replace(shown.verdict, why="design_check:holds_within_error")
    text = which_interval(Voice(two_waves), replace(shown, design=None, verdict=chosen))
    assert "what the simulations found is withheld" in text


@pytest.mark.parametrize(
    ("usual", "times"), [(1000.0, "3.0 times"), (2900.0, None), (np.inf, None)]
)
def test_an_interval_much_longer_than_on_simulated_panels_is_said_to_be(two_waves, usual, times):
    shown = replace(
        effect(), verdict=replace(effect().verdict, believed="permutation")
    )  # 3000 long
    rows = {"inference": ["permutation"], "median_length": [usual], "coverage": [0.95]}
    checked = replace(shown, design=SimpleNamespace(headline=pd.DataFrame(rows)))
    text = which_interval(Voice(two_waves), checked)
    if times is None:
        assert "as long as" not in text
    else:
        assert f"Here it is {times} as long as in most of those panels" in text


def test_the_range_without_a_cohort_says_how_many_it_covers_or_that_it_is_not_shown(two_waves):
    nothing = WithoutEach(0, None, None, 0)
    found = LeaveOneOut(100.0, 90.0, 110.0, 0.1, WithoutEach(5, 80.0, 120.0, 0), nothing, None)
    said_in = {language: Voice(two_waves.changed(language=language)) for language in ("en", "fr")}
    text = without_sentence(said_in["en"], found).replace("\u00a0", " ")
    assert text.endswith("Without one of the 5 cohorts it lies between 80 MAD and 120 MAD.")
    assert "event" not in text
    few = replace(found, cohorts=nothing, groups=WithoutEach(2, None, None, 0))
    assert "without one event is not shown" in without_sentence(said_in["en"], few)
    assert "sans un événement n'est pas montrée" in without_sentence(said_in["fr"], few)
    assert "cohort" not in without_sentence(said_in["en"], few)


def test_of_an_effect_near_zero_nothing_is_said_in_percent_of_it(two_waves):
    nothing = WithoutEach(0, None, None, 0)
    found = LeaveOneOut(3.0, -90.0, 110.0, 36.0, nothing, nothing, None)
    voice = Voice(two_waves)
    assert without_sentence(voice, found).replace("\u00a0", " ") == (
        "Without any one firm the effect lies between −90 MAD and 110 MAD."
    )
    text = without_sentence(voice, replace(found, of_clusters=True))
    assert text.startswith("Without any one cluster of firms")


def test_where_clusters_were_assigned_one_cluster_is_left_out_not_one_firm(two_waves):
    nothing = WithoutEach(0, None, None, 0)
    found = LeaveOneOut(100.0, 90.0, 110.0, 0.1, nothing, nothing, None, of_clusters=True)
    for language, word, other in (
        ("en", "one cluster", "one firm"),
        ("fr", "grappe", "Retirer une entreprise"),
    ):
        text = without_sentence(Voice(two_waves.changed(language=language)), found)
        assert word in text
        assert other not in text


@pytest.mark.parametrize("assignment", ["randomised", "chosen", "by_rule"])
def test_sentences_on_selection_follow_the_plans_assignment(voice, findings, assignment):
    voice = Voice(voice.study.changed(assignment=assignment))
    findings = replace(findings, plan=voice.study.plan)
    texts = " ".join(
        words(exhibits)
        for exhibits in (
            sample.comparability(voice, findings.sample),
            frame.limitations(voice, findings),
            certainty(voice, findings.evidence),
        )
    )
    drawn = "Beneficiaries were drawn by lot.", "Les bénéficiaires ont été tirés au sort."
    assert any(sentence in texts for sentence in drawn) == (assignment == "randomised")
    chose = "chose or were chosen", "ont choisi ou ont été choisis"
    assert any(sentence in texts for sentence in chose) == (assignment == "chosen")


def test_the_grade_of_a_report_starts_from_the_plans_assignment(two_waves, findings):
    parts = {
        kind.name: getattr(findings, "quality" if kind.name == "data_quality" else kind.name)
        for kind in PARTS.values()
    }
    steps = {}
    for assignment in ("randomised", "chosen"):
        study = two_waves.changed(assignment=assignment)
        steps[assignment] = NotebookStudy(
            study=study, parts=dict(parts)
        ).findings.evidence.rating.steps
    assert steps["randomised"] > steps["chosen"]


def test_what_the_plan_assigns_is_what_is_counted(two_waves):
    english, french = Voice(two_waves), Voice(two_waves.changed(language="fr"))
    assert english.assigned(30, 6) == "6 clusters (Village)"
    assert french.assigned(30, 6) == "6 grappes (Village)"
    assert english.assigned(5, 1) == "1 cluster (Village)"
    assert english.assigned(30) == "30 firms"
    assert french.assigned(1) == "1 entreprise"


def words(exhibits):
    """Everything that a reader of the exhibits reads."""
    found = []
    for item in exhibits.items:
        if isinstance(item, (Text, Callout)):
            found.append(item.markdown)
        elif isinstance(item, Chapter):
            found.append(item.title)
        elif isinstance(item, Question):
            found += [item.question, item.sentence]
        elif isinstance(item, FirstPage):
            found += [item.kicker, item.title, item.standfirst, item.how_to_read]
            found += [text for row in item.rows for text in (row.question, row.answer, row.reason, row.where)]  # fmt: skip
            found += [text for fact in item.facts for text in fact]
            found += [item.figure.caption, item.figure.alt]
        elif isinstance(item, Figure):
            found += [item.caption, item.alt]
        elif isinstance(item, Table):
            found += [item.caption, *item.headings.values(), *item.notes, *item.footnotes]
            found += [cell for row in item.cells() for cell in row]
    return "\n".join(found)


PARTS_OF_THE_BOOK = (
    first_page,
    summary_of_findings,
    programme,
    comparison,
    effects,
    why,
    how_sure,
    worth_the_money,
    evidence_elsewhere,
    lessons,
    technical_annex,
)


def report(voice, findings):
    return "\n".join(words(part(voice, findings)) for part in PARTS_OF_THE_BOOK)


def test_a_report_on_two_waves_of_villages_says_that_trends_cannot_be_examined(voice, findings):
    text = report(voice, findings)
    assert ("trends cannot be examined" in text) or ("tendances ne peuvent être examinées" in text)
    assert "moved alike as far as" not in text
    assert "évoluaient de même, autant" not in text
    assert "Estimates before the start show" not in text
    assert "Les estimations antérieures montrent" not in text
    assert "nothing unusual" not in text
    assert "rien d'anormal" not in text
    assert ("6 clusters (Village)" in text) or ("6 grappes (Village)" in text)
    assert "30 firms" not in text
    assert ("whole clusters never treated" in text) or ("grappes entières jamais" in text)
    assert ("to other whole clusters of" in text) or ("d'autres grappes entières" in text)


def test_a_french_report_has_its_signs_and_commas(two_waves, findings):
    import re

    text = report(Voice(two_waves.changed(language="fr")), findings)
    text = re.sub(r"\$\$.*?\$\$", "", text)
    for reference in cited(Voice(two_waves), findings):
        text = text.replace(escape(reference), "")
    assert not re.findall(r"\d\.\d", text)
    assert not re.findall(r".{0,30} [;:!?%»](?=\s|$).{0,10}", text)
    assert not re.findall(r".{0,30}\w[;!?%](?=\s|$).{0,10}", text)
    assert not re.findall(r"\b(?:the|of|and|interval|firms|trends)\b", text)


def test_page_ones_line_names_first_what_leaves_the_direction_open(voice):
    unlike, moved = (Step(reason, "failed", {}) for reason in ("imbalance", "placebo_outcomes"))
    told = replace(
        rated((500.0, 3500.0), checks()), taken=(unlike, moved), contested=("placebo_outcomes",)
    )
    line, plain = (reason_in_a_line(voice, one) for one in (told, replace(told, contested=())))
    placebo, balance = (said(voice.t, "failed", one) for one in ("placebo_outcomes", "imbalance"))
    assert line.index(placebo) < line.index(balance)
    assert plain.index(placebo) > plain.index(balance)


def test_of_a_rule_it_is_said_that_nothing_was_compared_near_its_cut_off(voice):
    text = said(voice.t, "limit_of_selection", "by_rule")
    assert ("no comparison near a cut-off" in text) or ("aucune comparaison autour" in text)
    assert "cut-off" not in said(voice.t, "limit_of_selection", "chosen")
