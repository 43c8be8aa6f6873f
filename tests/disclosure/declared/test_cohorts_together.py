"""Small neighbouring cohorts leave as one: the row that brute force gives, and nothing that solves for either of them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from disclosure.attacker import solved
from disclosure.declared.stored_parts import computed_parts, numbers_in
from evaluation.facts import firms, study_of

from impact.disclosure import Gate, Place, Rules
from impact.disclosure.declared.cohorts import declare_by_cohort, with_small_cohorts
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.declare import declare, may_leave
from impact.disclosure.declared.estimates import declare_estimate
from impact.disclosure.declared.kept_back import KeptBack
from impact.evaluation.store import encode
from impact.pipeline.disclosure_log import DISCLOSURE, write_disclosure
from impact.reporting.sections.disclosure_log import disclosure_log
from impact.reporting.sections.impact import by_cohort_table
from impact.reporting.voice import Voice

SIZES = {4: 4, 5: 6, 6: 12}
TOGETHER = "cohort=4+cohort=5"


def few_firms():
    """Cohorts of 4, 6 and 12 firms, and 60 without the programme."""
    frame = firms(seed=11)
    frame = frame[~frame.id.isin([4, 5, 6, 7, 8, 27, 28, 29])].copy()
    frame.loc[frame.id.between(9, 14), "g"] = 5
    return frame


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("few")
    return study_of(folder, few_firms(), permutations=99, subgroups=[], exposure=[])


@pytest.fixture(scope="module")
def stored(study):
    return computed_parts(study)


@pytest.fixture(scope="module")
def with_cohorts(stored, study):
    return with_small_cohorts(stored, study)


@pytest.fixture(scope="module")
def declared(study, with_cohorts):
    return declare(study, with_cohorts)


@pytest.fixture(scope="module")
def released(declared):
    figures, atoms = declared
    return Gate().release(figures, atoms)


@pytest.fixture(scope="module")
def left(with_cohorts, released):
    return may_leave(with_cohorts, released)


def by_hand():
    """Each cohort's average over its periods of the change since the last one before, less that of those not treated yet."""
    wide = few_firms().pivot_table(index="id", columns="t", values="y")
    first = few_firms().groupby("id")["g"].first().astype(float).fillna(np.inf)
    effects = {}
    for g in SIZES:
        each = [
            (wide[t] - wide[g - 1])[first == g].mean() - (wide[t] - wide[g - 1])[first > t].mean()
            for t in range(g, 9)
        ]
        effects[g] = float(np.mean(each))
    return effects


def test_the_run_itself_shows_no_cohort_and_the_release_shows_two_rows(stored, left):
    assert stored["impact"]["values"]["by_cohort"] is None
    table = left[0]["impact"].by_cohort.table
    assert list(table["term"]) == [TOGETHER, "cohort=6"]
    assert list(table["n_treated"]) == [10, 12]


def test_the_merged_row_is_the_number_that_brute_force_gives(left):
    effects, table = by_hand(), left[0]["impact"].by_cohort.table
    expected = [(4 * 5 * effects[4] + 6 * 4 * effects[5]) / (4 * 5 + 6 * 4), effects[6]]
    assert table["estimate"].to_numpy() == pytest.approx(expected, rel=1e-10)


def test_its_error_is_that_of_the_average(study, left):
    """From each firm's own score, at the shares of firms and periods that are given."""
    panel = study.panel()
    fitted = study.estimator().fit(panel).aggregate(by="cohort")
    scores = fitted.influence(panel)
    factor = fitted.vcov[2, 2] / (scores[:, 2] ** 2).sum()
    expected = np.sqrt(factor * ((scores[:, :2] @ [20 / 44, 24 / 44]) ** 2).sum())
    table = left[0]["impact"].by_cohort.table
    assert table["std_error"][0] == pytest.approx(expected, rel=1e-10)
    reach = table["conf_high"][0] - table["estimate"][0]
    assert reach == pytest.approx(1.959963984540054 * expected, rel=1e-9)


def test_no_number_of_a_small_cohort_is_in_what_leaves(study, left):
    fitted = study.estimator().fit(study.panel()).aggregate(by="cohort")
    out = np.array(list(numbers_in([encode(part) for part in left[0].values()])))
    for value in (*fitted.params[:2], *fitted.std_errors[:2]):
        assert not np.isclose(out, value, rtol=1e-7, atol=0).any()


def told(single, figures, atoms):
    """What linear figures say of one more; None where they do not."""
    held = atoms.total(single.measure)
    wanted = np.zeros_like(held)
    (row,) = single.rows
    np.add.at(wanted, (row.atom, row.period), row.weight)
    out = [
        replace(one, value=float((held[row.atom, row.period] * row.weight).sum()))
        for one in figures
        if one.kind in {"linear", "mean"} and one.measure == single.measure
        for row in one.rows
    ]
    return solved(out, atoms, wanted)


def of_cohorts(figures):
    return [one for one in figures if one.place.table == "by_cohort" and one.kind == "linear"]


def test_nobody_solves_for_a_small_cohort(study, declared, released):
    """With every linear figure that left; what withholding cell by cell lets out does solve."""
    figures, atoms = declared
    effects = study.estimator().fit(study.panel()).aggregate(by="cohort").params
    for single, value in zip(of_cohorts(figures)[:2], effects, strict=False):
        assert told(single, released.figures, atoms) is None
        assert told(single, figures, atoms) == pytest.approx(value, rel=1e-6)


def test_an_average_that_would_take_the_merged_apart_is_held_back(declared):
    """By the number of firms, beside the headline by firms and periods, two rows solve for both small cohorts."""
    figures, atoms = declared
    sizes = dict(zip((one.place.row for one in of_cohorts(figures)), SIZES.values(), strict=True))
    others = [
        replace(one, merging=replace(one.merging, size=float(sizes[one.place.row])))
        if one.place.table == "by_cohort" and one.merging
        else one
        for one in figures
        if one.place.part == "impact" and one.importance < 2
    ]
    answer = Gate().release(others, atoms)
    (stayed,) = [one for one in answer.withheld if one.place.row == "cohort=6" and one.reason == "solved"]  # fmt: skip
    assert Place("impact", "by_cohort", TOGETHER, "estimate") in stayed.with_places
    for single in of_cohorts(figures)[:2]:
        assert told(single, answer.figures, atoms) is None
        assert told(single, [*answer.figures, of_cohorts(figures)[2]], atoms) is not None


@pytest.mark.parametrize(
    ("language", "name", "rule"),
    [
        ("en", "4 and 5 together", "each group had 10"),
        ("fr", "4 et 5 ensemble", "chaque groupe compte 10"),
    ],
)
def test_the_table_and_the_log_name_the_merge_and_its_rule(
    tmp_path, study, released, left, language, name, rule
):
    parts, struck = left
    voice = Voice(replace(study, plan=study.plan.model_copy(update={"language": language})))
    table = by_cohort_table(voice, parts["impact"])
    assert list(table.frame["when"]) == [name, "6"]
    kept = KeptBack.of(released, struck)
    said = " ".join(str(one) for one in disclosure_log(voice, kept)).replace("\u00a0", " ")
    assert name in said
    assert rule in said
    write_disclosure(released, kept, Rules(), tmp_path, no_kit="")
    merged = json.loads((tmp_path / DISCLOSURE).read_text(encoding="utf-8"))["merged"]
    (one,) = [each for each in merged if each["as"] == f"impact/by_cohort/{TOGETHER}/estimate"]
    assert one["figures"] == [f"impact/by_cohort/cohort={g}/estimate" for g in (4, 5)]
    assert rule in one[f"rule_{language}"].replace("\u00a0", " ")


def test_where_no_neighbour_helps_the_row_is_withheld(declared):
    """Of 22 that were ever treated no group of thirty is made."""
    figures, atoms = declared
    of_cohorts = [one for one in figures if one.place.table == "by_cohort" and one.merging]
    answer = Gate(Rules(fewest=30)).release(of_cohorts, atoms)
    assert answer.figures == ()
    assert {one.place.row for one in answer.withheld} == {"cohort=4+cohort=5+cohort=6"}
    assert {one.reason for one in answer.withheld} == {"few_units"}


def test_a_run_that_shows_its_cohorts_keeps_them(stored, study):
    shown = {**stored, "impact": {**stored["impact"], "values": {**stored["impact"]["values"], "by_cohort": {}}}}  # fmt: skip
    assert with_small_cohorts(shown, study) is shown


def test_the_headline_leaves_as_before(released):
    assert released.may_leave(Place("impact", "effects[0].overall", "overall", "estimate"))


def study_at_random(folder, rng):
    """Two to four cohorts of 2 to 15 firms beside 50, some with gaps."""
    starts = np.sort(rng.choice(np.arange(3, 9), size=rng.integers(2, 5), replace=False))
    sizes = rng.integers(2, 16, size=len(starts))
    cohort = np.concatenate([np.repeat(starts.astype(float), sizes), np.full(50, np.nan)])
    firm = np.repeat(np.arange(len(cohort)), 9)
    frame = pd.DataFrame({"id": firm, "t": np.tile(np.arange(1, 10), len(cohort))})
    frame["g"] = pd.array(cohort[firm], dtype="Int64")
    frame = frame.assign(town="a", met=0, told=False, still=5.0)
    frame["y"] = 100 + rng.normal(0, 5, len(cohort))[firm] + rng.normal(0, 3, len(frame))
    seen = rng.random(len(frame)) > rng.choice([0.0, 0.03])
    control = str(rng.choice(["not_yet_treated", "never_treated"]))
    return study_of(folder, frame[seen], subgroups=[], exposure=[], comparison_group=control)


@pytest.mark.parametrize("number", [8, pytest.param(500, marks=pytest.mark.slow)])
def test_of_studies_at_random_no_small_cohort_is_solved_for(tmp_path, number):
    """From the headline, effects by cohort, by event time and by period together."""
    rng, shown = np.random.default_rng(3), 0
    for _ in range(number):
        study = study_at_random(tmp_path, rng)
        cells = study.estimator().fit(study.panel())
        effects = cells.aggregate(by="cohort")
        begun = Declaration.of(study.panel(winsorise=0.0))
        declare_by_cohort(begun, study, effects)
        for by in ("overall", "event_time", "time"):
            fit = cells.aggregate(by=by)
            stored = dict(zip(fit.rows.term, map(float, fit.values), strict=True))
            declare_estimate(
                begun, fit, stored, part="impact", table=by, importance=int(by != "overall")
            )
        atoms = begun.atoms()
        figures = begun.declared(atoms)
        out = Gate().release(figures, atoms).figures
        shown += len(of_cohorts(out))
        for single in of_cohorts(figures):
            if min(map(atoms.units_of, single.groups)) < 10:
                assert told(single, out, atoms) is None
    assert shown >= number
