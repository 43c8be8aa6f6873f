"""Which runs a grid or a table asks for, and what is refused before any of them starts."""

from pathlib import Path

import pytest

from impact.data.schema import read_schema
from impact.errors import PlanError
from impact.pipeline.batch.orders import name_of, orders_of_grid, orders_of_table
from impact.pipeline.batch.record import Headline, RunRecord, together
from impact.pipeline.plan import read_plan

ROOT = Path(__file__).resolve().parents[2]
PLAN = read_plan(ROOT / "evaluation.yml")
SCHEMA = read_schema(ROOT / PLAN.data_schema)


def grid(*axes):
    return orders_of_grid(PLAN, SCHEMA, axes)


def test_a_grid_is_every_combination_of_labels_and_parameters():
    orders = grid("city=Fes,Marrakech", "sector=*", "outcome=*")
    assert len(orders) == 2 * 5 * 2
    assert orders[0].name == "artisans-fes-building-crafts-revenue-mad"
    assert orders[0].told == {
        "only": {"city": ["Fes"], "sector": ["building crafts"]},
        "outcome": "revenue_mad",
        "name": orders[0].name,
    }
    assert len({order.name for order in orders}) == len(orders)


def test_values_have_the_types_of_the_plan():
    (order,) = grid("permutations=199")
    assert order.told["permutations"] == 199
    assert grid("alpha=0.1")[0].told["alpha"] == 0.1
    assert grid("cohort=first_fair")[0].told["cohort"] == "first_fair"


REFUSED = {
    "unknown key": (["citty=Fes"], "did you mean city"),
    "every label of an unknown key": (["citty=*"], "citty: neither a parameter nor a column; did you mean city"),
    "a choice of the plan": (["winsorise=0.9"], "winsorise: a choice of the plan, which no run is told; change it in"),
    "unknown label": (["city=Fez"], "did you mean Fes"),
    "unknown outcome": (["outcome=revenu_mad"], "did you mean revenue_mad"),
    "a value out of its limits": (["alpha=0.9"], "alpha"),
    "no value": (["city="], "write city=value"),
    "no sign": (["city"], "write city=value"),
    "a key twice": (["city=Fes", "city=Marrakech"], "write city=value,value once"),
    "a value twice": (["city=Fes,Fes"], "stands twice"),
    "every value of a parameter": (["alpha=*"], "every label of a column"),
    "every value of what has no categories": (["artisan_id=*"], "lists no categories"),
    "the column of units": (["artisan_id=A1"], "column of units"),
    "a number": (["revenue_mad=3"], "firms are kept by labels"),
    "nothing": ([], "name its runs"),
    "the name": (["name=x"], "neither a parameter nor a column"),
    "code": (["x = 1\nimport os\ny=1"], "x : neither a parameter nor a column"),
    "too many": (["seed=" + ",".join(map(str, range(10_001)))], "more than 10,000"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_plan_would_refuse_is_refused_before_a_run_starts(case):
    axes, words = REFUSED[case]
    with pytest.raises(PlanError, match=words):
        grid(*axes)


HOSTILE = [
    "../../etc", "..", ".", "/", "a/b", "a\\b", "~", "$HOME", "`id`", "{plan}", "{x.__class__}", "{{x}}", "%s", "con", "nul", "\x00", "\n", "a\nb",
    " ", "  a  ", "é", "e\u0301", "ÉTÉ", "Fès", "Fes", "fes", "日本", "🏺", "\u202egnp", "\u200b", "a" * 300, "é" * 127 + "a", "a-" * 40, "-", "--force", "-rf",
    ".hidden", "a.b", "a..b", "a b", "a  b", "a_b", "a-b", "run.json", "batch.json", "releases", "*", "?", "[a]", "a|b", "a;b", "a&b",
    "<script>", "'", '"', "a'b", "=1+1", "@x", "#", "0", "00", "1e5", "True", "None", "null", "\ud800", "ß", "ﬁ", "²", "Ⅷ",
]  # fmt: skip


def test_hostile_values_become_plain_names_that_differ_and_stay_in_the_reports_folder():
    assert len(HOSTILE) >= 60
    names = [name_of("crafts", (("city", value),)) for value in HOSTILE]
    assert (
        len(set(names)) >= len(HOSTILE) - 8
    )  # case, composed accents and signs of one letter are one name
    for name in names:
        assert PLAN.told({"name": name}).name == name


def test_of_two_values_of_one_name_the_second_is_refused():
    with pytest.raises(PlanError, match="artisans-a-b: two runs of this name"):
        orders_of_table(PLAN, SCHEMA, _table("name,seed\nartisans-a-b,1\nartisans-a-b,2\n"))


@pytest.fixture(autouse=True)
def _somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def _table(text):
    path = Path("runs.csv")
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_names_runs_and_leaves_empty_cells_to_the_plan():
    orders = orders_of_table(
        PLAN, SCHEMA, _table("\ufeffname,city,seed\nfes,Fes,\nboth,Fes|Marrakech,7\n,Marrakech,\n")
    )
    assert [order.name for order in orders] == ["fes", "both", "artisans-marrakech"]
    assert orders[1].told == {"only": {"city": ["Fes", "Marrakech"]}, "seed": 7, "name": "both"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has a row of different keys"),
        ("city\n", "has a row of different keys"),
        ("city,city\nFes,Fes\n", "different keys"),
        ("city,seed\nFes\n", "row 2 has 1 cells for 2 keys"),
        ("name,city\n../x,Fes\n", "name"),
        ("name,city\nx y,Fes\n", "name"),
        ('city\n"Fes\n', "cannot be read as a table"),
    ],
)
def test_a_table_that_is_none_is_refused(text, words):
    with pytest.raises(PlanError, match=words):
        orders_of_table(PLAN, SCHEMA, _table(text))


def record(name, p, *, alpha=0.05, **told):
    headline = Headline(
        outcome="y", unit="", estimate=1.0, conf_low=0.0, conf_high=2.0, believed="permutation", p_value=p, alpha=alpha
    )  # fmt: skip
    return RunRecord(name=name, parameters={"name": name, **told}, status="done", headline=headline)


def test_all_tests_of_a_batch_are_one_family_and_neither_a_translation_nor_the_plans_own_choice_is_a_test():
    runs = [
        record("a", 0.01, outcome="x"),
        record("a-said", 0.01, outcome="x", comparison_group=PLAN.comparison_group),
        record("a-fr", 0.01, outcome="x", language="fr"),
        record("b", 0.02, outcome="y"),
        record("c", 0.6, outcome="z"),
        record("d", None, outcome="w"),
    ]
    known, family = together(runs, PLAN)
    assert family.model_dump() == {
        "tests": 3, "below_alpha": 2, "expected_by_chance": 0.15, "below_alpha_holm": 2,
    }  # fmt: skip
    assert [run.headline.p_holm for run in known] == [0.03, 0.03, 0.03, 0.04, 0.6, None]


def test_runs_of_another_alpha_seed_or_number_of_permutations_test_no_other_hypothesis():
    runs = [
        record("a", 0.04, outcome="x"),
        record("a-1", 0.05, outcome="x", seed=1),
        record("a-35", 0.04, alpha=0.35, outcome="x"),
        record("a-9999", 0.03, outcome="x", permutations=9999),
        record("b", 0.5, outcome="x", comparison_group="never_treated"),
    ]
    known, family = together(runs, PLAN)
    assert (family.tests, family.below_alpha, family.below_alpha_holm) == (2, 1, 0)
    assert family.expected_by_chance == 0.1
    assert [run.headline.p_holm for run in known] == [0.1, 0.1, 0.1, 0.1, 0.5]
    assert together(runs[::-1], PLAN)[1] == family
