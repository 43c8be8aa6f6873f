"""Every code that any room emits has words in both languages, and every word belongs to a code that somebody emits."""

import ast
import importlib
import re
import typing
from pathlib import Path

import pytest
from embedded import study_of
from reporting import emitted
from reporting.test_words import NOUNS

import impact.errors
from impact.data.intake.arrive import READ
from impact.data.intake.rules.every import RULES
from impact.data.privacy.names import Identifier
from impact.data.proposal.doubt import DoubtCode
from impact.data.schema import ColumnType
from impact.diagnostics.honest.event_times import TargetWord
from impact.diagnostics.recommendation import Recommendation
from impact.diagnostics.redesign_grid import SELECTIONS
from impact.diagnostics.specification_curve import DIMENSIONS, Adjustment, Choices, Scale
from impact.diagnostics.survey.between_arms import Part
from impact.diagnostics.survey.counted import Kind
from impact.disclosure.figure import Axis
from impact.disclosure.rules import Reason as Withholding
from impact.economics.figure import Why
from impact.errors import FaultCode
from impact.estimators.headline import default_estimator, word_of
from impact.estimators.regressions.many_regressions import Regression
from impact.evaluation.adjusted import GIVEN
from impact.evaluation.answered import Held
from impact.evaluation.appraised import Unappraised
from impact.evaluation.compared_plans import Kind as Departed
from impact.evaluation.completion import Bound, Classification, CompletionCode
from impact.evaluation.departures import Where
from impact.evaluation.drawn_arms import OF_ARMS
from impact.evaluation.excluded import RULE as EXCLUDE
from impact.evaluation.indicators import Level, State
from impact.evaluation.justified import Answer, Doubt
from impact.evaluation.key_classes import BearsOn
from impact.evaluation.programme import Delivered, EventCell
from impact.evaluation.promised import Hypothesis
from impact.evaluation.rating import Verb
from impact.evaluation.reasons import ASKED_BY_THE_PLAN, CHECKS_OF, Reason
from impact.evaluation.rehearsal.beliefs import DEFAULTS, Origin
from impact.evaluation.remarks import RemarkCode
from impact.evaluation.robustness import PanelModels, alternatives
from impact.evaluation.sample_tables import MEETINGS, flow
from impact.evaluation.side_by_side import ESTIMANDS
from impact.evaluation.weighed import Direction
from impact.inference.named import InferenceName
from impact.pipeline.numbers import RESULTS
from impact.pipeline.pages import PAGES
from impact.pipeline.store import CERTIFICATE
from impact.reporting.codebook.variables import Role, Security
from impact.reporting.render.origins import EXPLORER
from impact.reporting.sections.answered_questions import Beside
from impact.reporting.sections.survey import ABOUT
from impact.reporting.sections.worth_sentences import to_interval
from impact.reporting.site.compared import DifferenceKind
from impact.reporting.site.records import RunStatus
from impact.reporting.words.catalogue import Words
from impact.reporting.words.checks import REASONS
from impact.reporting.words.register import REGISTER, said, said_count, said_note, said_why_not
from impact.reporting.words.survey import SURVEY_CHECKS
from impact.simulate.untreated_paths import Process
from impact.terms import Assignment, Averaging, ControlGroup, Frequency, Status

ROOT = Path(__file__).resolve().parents[2]
REPORTING = ROOT / "impact" / "reporting"
EN, FR = Words("en"), Words("fr")


def of(literal):
    return set(typing.get_args(literal))


@pytest.fixture(scope="module")
def study():
    return study_of()


def without_values(codes):
    return {code.partition(":")[0] for code in codes}


def constants():
    """Every text that stands in the code of reporting outside the register."""
    return {
        node.value
        for path in REPORTING.rglob("*.py")
        if path.parent.name != "words"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_check_that_is_made_has_a_name_and_every_reason_a_sentence():
    names, reasons = emitted.check_codes()
    assert set(REGISTER["check"]) == names
    assert set(REGISTER["reason"]) == without_values(reasons)


def test_a_sentence_asks_for_a_value_only_of_a_reason_that_carries_one():
    _, reasons = emitted.check_codes()
    carrying = without_values(code for code in reasons if ":" in code)
    asking = {code for code, found in REASONS.items() if "{n}" in found.sentence}
    assert asking <= carrying


def test_every_row_of_a_survey_checks_table_has_words():
    assert set(REGISTER["survey_share"]) == of(Part)
    assert set(REGISTER["survey_count"]) == of(Kind)


def test_every_check_of_the_data_has_its_place_on_the_page():
    assert set(REGISTER["survey_asked"]) == set(ABOUT)
    placed = [name for names in ABOUT.values() for name in names]
    ours = {"coverage", "zeros", "heavy_tail", "gaps", "always_treated", *SURVEY_CHECKS}
    assert sorted(placed) == sorted(ours)


def test_every_remark_of_an_estimate_has_words():
    codes = emitted.notes()
    assert set(REGISTER["note"]) == without_values(codes)
    carrying = without_values(code for code in codes if ":" in code)
    assert {code for code, words in REGISTER["note"].items() if "{n}" in words} == carrying
    assert said_note(EN, "few_treated_units:3") == "Few treated firms: 3."


def test_every_reason_for_leaving_out_has_words():
    assert set(REGISTER["dropped"]) == emitted.drop_reasons()


def test_every_inference_has_a_long_and_a_short_name():
    assert set(REGISTER["inference"]) == set(REGISTER["short_inference"]) == of(InferenceName)


def test_everything_an_evaluation_may_not_get_has_words():
    kept = {
        text
        for place in emitted.calls("or_refused")
        for text in emitted.texts(emitted.argument(place, 1, "asked"))
    }
    made = {
        text
        for place in emitted.calls("of", method=True)
        if place.module.__name__.startswith("impact.evaluation.")
        and ast.unparse(place.node.func) == "Refused.of"
        and isinstance(place.node.args[0], ast.Constant)
        for text in emitted.texts(place.at(place.node.args[0]))
    }
    assert set(REGISTER["refused"]) == kept | made


def test_every_verdict_and_process_has_words():
    assert set(REGISTER["verdict"]) == of(Recommendation) | {"smallest_cohort", "as_drawn"}
    assert set(REGISTER["process"]) == of(Process)
    assert set(REGISTER["outcome_of_check"]) == of(Status)


def test_every_estimator_side_by_side_and_in_the_design_check_has_words():
    assert set(REGISTER["estimator"]) == set(ESTIMANDS) | {word_of(default_estimator())} | of(
        Regression
    )
    assert set(REGISTER["estimand"]) == {estimand for estimand, _ in ESTIMANDS.values()}


def test_every_target_of_bounds_has_words():
    assert set(REGISTER["target"]) == of(TargetWord)


def test_every_alternative_of_any_plan_has_words(study):
    panel = study.panel()
    closed = study.frame["status"] == "exited"
    blank = study.on(study.frame.assign(revenue_mad=study.frame["revenue_mad"].mask(closed)))
    variants = [
        study,
        blank,
        study.changed(comparison_group="never_treated"),
        study.changed(winsorise=0.0),
        study.changed(winsorise=0.95),
        study.changed(covariates=("type",)),
    ]
    codes = {name for one in variants for name, _, _ in alternatives(one, panel)}
    assert set(REGISTER["alternative"]) == codes | set(OF_ARMS) | {"last_round", GIVEN}


def test_every_stage_of_the_sample_has_words(study):
    assert set(REGISTER["stage"]) == set(flow(study, study.panel())["stage"])


def test_every_rule_of_an_intake_plan_has_words():
    rules = {rule.model_fields["rule"].annotation for rule in RULES}
    assert set(REGISTER["intake_rule"]) == {
        READ,
        EXCLUDE,
        *(name for rule in rules for name in of(rule)),
    }


def reasons_given():
    """Every text that a rule of an intake writes into ``reasons[...]``, by name or as it stands."""
    given = set()
    for path in (ROOT / "impact" / "data" / "intake" / "rules").glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = importlib.import_module(f"impact.data.intake.rules.{path.stem}")
        for node in ast.walk(tree):
            if not (
                isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("reasons[")
            ):
                continue
            for part in ast.walk(node.value):
                name = getattr(module, part.id, None) if isinstance(part, ast.Name) else None
                text = part.value if isinstance(part, ast.Constant) else name
                given |= {text} if isinstance(text, str) else set()
    return given


def test_every_reason_that_a_rule_gives_for_a_missing_cell_has_words():
    given = reasons_given()
    assert {"unmatched", "recoded", "recall_unknown", "never"} <= given
    assert given <= set(REGISTER["missing_reason"])


def counted_by_rules():
    """Every code under which a rule of an intake counts: keys of what `Done` and `NewColumn` take, and of ``counts``."""
    keys = []
    for place in emitted.places():
        node, name = place.node, place.module.__name__
        if not name.startswith("impact.data.intake.rules.") or name.endswith(".new_column"):
            continue
        written = []
        if isinstance(node, ast.Call) and emitted.called(node) in {"Done", "NewColumn"}:
            written = node.args[2:]
        elif (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "counts") or (
            isinstance(node, ast.AugAssign) and ast.unparse(node.target) == "counts"
        ):
            written = [node.value]
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "counts":
            keys.append(place.at(node.slice))
        for part in (part for one in written for part in ast.walk(one)):
            if isinstance(part, ast.Dict):
                keys += [place.at(key) for key in part.keys]
            elif isinstance(part, ast.DictComp):
                keys.append(place.at(part.key))
    constant = [getattr(key.module, getattr(key.node, "id", ""), None) for key in keys]
    return without_values(
        text
        for key, known in zip(keys, constant, strict=True)
        for text in ({known} if isinstance(known, str) else emitted.texts(key))
    )


def test_everything_that_a_rule_counts_has_words():
    codes = counted_by_rules()
    assert codes == set(REGISTER["intake_count"]) | set(MEETINGS.values())
    assert {"correction", "asked_over_months", "others_kept", "never"} <= codes
    carrying = {code for code, words in REGISTER["intake_count"].items() if "{n}" in words}
    assert carrying == {"correction", "asked_over_months"}
    assert said_count(FR, "correction:2") == "Lignes que la correction 2 a changées"


def test_every_choice_of_a_specification_has_words():
    codes = {f"estimator:callaway_santanna_{average}" for average in of(Averaging)}
    codes |= {f"estimator:{name}" for name in (*of(Regression), *OF_ARMS)}
    codes |= {f"controls:{name}" for name in of(ControlGroup) | {"all"}}
    codes |= {f"sample:{name}" for name in Choices().samples}
    codes |= {f"adjustment:{name}" for name in of(Adjustment)}
    codes |= {f"scale:{name}" for name in of(Scale)}
    assert set(REGISTER["choice"]) == codes


def test_every_panel_model_has_words():
    kinds = {
        node.id
        for place in emitted.places()
        if place.owner is PanelModels and isinstance(place.node, ast.Assign)
        for node in ast.walk(place.node.value)
        if isinstance(node, ast.Name) and emitted.names_in(place.node.targets[0]) == ["kinds"]
    }
    assert set(REGISTER["panel_model"]) == kinds


def test_every_error_that_can_take_a_numbers_place_has_words():
    kinds = [
        kind
        for kind in vars(impact.errors).values()
        if isinstance(kind, type) and issubclass(kind, impact.errors.ImpactError)
    ]
    assert {said_why_not(EN, kind.__name__) for kind in kinds} == set(REGISTER["why_not"].values())
    assert said_why_not(EN, "NotIdentifiedError") != said_why_not(EN, "NotAvailableError")


def test_every_concern_verb_and_assignment_has_words():
    # what a plan asks is not made where moments stand in place of data; how much is detectable follows from any of them
    needed = (set(CHECKS_OF) | ASKED_BY_THE_PLAN) - {"detectable_effect"}
    assert set(REGISTER["failed"]) == of(Reason)
    figures = {code.partition(":")[2] for code in REGISTER["taken"]}
    assert {code.partition(":")[0] for code in REGISTER["taken"]} <= of(Reason)
    files = [ROOT / "impact" / "evaluation" / f"{name}.py" for name in ("rating", "reasons")]
    rating = "".join(file.read_text(encoding="utf-8") for file in files)
    assert all(f'"{figure}"' in rating for figure in figures)
    assert set(REGISTER["not_made"]) == needed
    verbs = {f"{verb}:{direction}" for verb in of(Verb) for direction in of(Direction)}
    verbs -= {"very_uncertain:not_noticeably"}  # a zero is told by its evidence alone
    said_elsewhere = constants()
    assert set(REGISTER["finding"]) - said_elsewhere == verbs
    assert set(REGISTER["evidence"]) - said_elsewhere <= of(Verb) <= set(REGISTER["evidence"])
    for kind in ("selection", "selection_in_full", "limit_of_selection"):
        assert set(REGISTER[kind]) == of(Assignment)


def test_every_reason_why_a_figure_is_none_has_words():
    assert set(REGISTER["no_figure"]) == set(REGISTER["no_figure_in_full"]) == of(Why)


def test_every_answer_to_whether_it_was_worth_the_money_has_words():
    answers = {answer for answer in of(Answer) if answer != "cannot_tell"}
    verbs = of(Verb) - {
        "cannot_tell",
        "very_uncertain",
    }  # with as little evidence nothing is answered
    known = answers | {f"below:{verb}" for verb in verbs}
    without = {f"{code}:no_return" for code in known}
    doubts = {f"cannot_tell:{doubt}" for doubt in of(Doubt)}
    assert set(REGISTER["worth"]) == known | without | doubts
    assert set(REGISTER["worth_in_short"]) == known | doubts
    assert set(REGISTER["unappraised"]) == of(Unappraised)
    assert set(REGISTER["needed"]) == of(typing.get_type_hints(to_interval)["return"])


def test_everything_that_is_known_or_not_of_events_and_indicators_has_words():
    assert set(REGISTER["event_cell"]) == {f"event:{cell}" for cell in of(EventCell)}
    assert set(REGISTER["delivery"]) == of(Delivered)
    assert set(REGISTER["figure_state"]) == of(State)
    assert set(REGISTER["indicator_level"]) == {f"level:{level}" for level in of(Level)}
    assert set(REGISTER["classification"]) == {f"class:{kind}" for kind in of(Classification)}
    assert set(REGISTER["bound"]) == of(Bound)
    assert set(REGISTER["completion"]) == of(CompletionCode)


def test_everything_worth_knowing_before_a_run_has_words():
    assert set(REGISTER["preflight"]) == of(RemarkCode)


def test_every_reason_for_which_a_figure_may_not_leave_has_words():
    assert set(REGISTER["withheld"]) == set(REGISTER["withheld_in_full"]) == of(Withholding)
    assert set(REGISTER["merged"]) == of(Axis)


def test_everything_that_a_proposal_doubts_has_words():
    doubted = [
        text
        for call in emitted.calls("of", method=True)
        if ast.unparse(call.node.func) == "Doubt.of"
        for text in emitted.texts(emitted.argument(call, 0, "code"))
    ]
    assert set(REGISTER["doubt"]) == of(DoubtCode) == set(doubted)
    assert set(REGISTER["identifier"]) == of(Identifier)


def test_every_fault_of_cells_has_words():
    """Faults are told of by conversions, whose callers pass the code on."""
    given = [
        *(emitted.argument(call, 0, "code") for call in emitted.calls("on", "Fault")),
        *(emitted.argument(call, 9, "code") for call in emitted.calls("_refuse")),
        *(emitted.argument(call, 2, "fault") for call in emitted.calls("_refused")),
    ]
    texts = {place.node.value for place in given if place and isinstance(place.node, ast.Constant)}
    assert set(REGISTER["fault"]) == of(FaultCode) == texts


def test_everything_that_a_codebook_says_in_codes_has_words():
    assert set(REGISTER["security"]) == of(Security)
    assert set(REGISTER["role"]) == of(Role)
    assert set(REGISTER["column_type"]) == {f"type:{one}" for one in of(ColumnType)}
    assert set(REGISTER["data_kind"]) == {"survey", "simulated", "rehearsal"}
    assert set(REGISTER["time_method"]) == {"panel"}


def test_every_departure_from_a_plan_has_words():
    assert set(REGISTER["bears_on"]) == {f"bears:{one}" for one in of(BearsOn)}
    assert set(REGISTER["departed"]) == {f"departed:{one}" for one in of(Departed)}
    assert set(REGISTER["expected"]) == {f"expects:{one}" for one in of(Hypothesis)}
    assert set(REGISTER["held"]) == {f"held:{one}" for one in of(Held) | of(Beside)}
    assert set(REGISTER["departed_in"]) == {f"found:{one}" for one in of(Where)}


def test_every_length_of_a_period_has_words():
    for kind in ("frequency", "each", "a_period"):
        assert set(REGISTER[kind]) == {f"every:{one}" for one in of(Frequency)}


def test_every_ending_of_a_run_and_every_difference_of_two_has_words():
    assert set(REGISTER["run_status"]) == set(REGISTER["run_status_in_full"]) == of(RunStatus)
    assert set(REGISTER["difference"]) == of(DifferenceKind)


def test_every_dimension_of_specifications_has_a_name_and_every_file_led_to_is_written():
    assert set(REGISTER["dimension"]) == set(DIMENSIONS)
    written = {*PAGES, EXPLORER, RESULTS, CERTIFICATE}
    assert set(REGISTER["run_file"]) <= written


def test_every_numbered_choice_is_said_somewhere():
    assert set(REGISTER["numbered_choice"]) <= constants()


@pytest.mark.parametrize("kind", REGISTER)
def test_every_word_is_there_in_both_languages(kind):
    for code, sentence in REGISTER[kind].items():
        values = dict.fromkeys([*NOUNS, *re.findall(r"{(\w+)}", sentence)], "1")
        for t in (EN, FR):
            assert said(t, kind, code, **values), code


def test_everything_that_a_rehearsal_believes_has_words():
    assert set(REGISTER["belief"]) == {f"belief:{name}" for name in DEFAULTS}
    assert set(REGISTER["belief_default"]) == {f"default:{name}" for name in DEFAULTS}
    assert set(REGISTER["chosen_how"]) == {f"chosen:{name}" for name in SELECTIONS}
    assert set(REGISTER["belief_origin"]) == {f"from:{one}" for one in of(Origin)}


def test_no_section_keeps_a_vocabulary_of_its_own():
    codes = {code for words in REGISTER.values() for code in words}
    for path in REPORTING.rglob("*.py"):
        if path.parent.name == "words":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Dict):
                continue
            keys = {key.value for key in node.keys if isinstance(key, ast.Constant)}
            words = [v for v in node.values if isinstance(v, ast.Call) and emitted.called(v) == "t"]
            assert not (words and len(keys & codes) > 1), f"{path.name}:{node.lineno}"


def test_a_code_that_cannot_be_seen_is_an_error_of_the_reader():
    tree = ast.parse("def f(x):\n    return CheckResult(str(x), 'pass', x)")
    call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call))
    place = emitted.Place(impact.errors, call.args[0], (tree, tree.body[0]))
    with pytest.raises(emitted.UnseenCodeError, match=r"str\(x\)"):
        emitted.texts(place)
