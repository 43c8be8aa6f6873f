"""Code as the name of a column, an id, a label or an option: a whole run shows it as text, and executes none of it."""

import csv
import io
import random
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from impact.cli import app
from impact.errors import ImpactError
from impact.pipeline.store import read_run

ROOT = Path(__file__).resolve().parents[2]
IMPACT = [sys.executable, "-m", "impact"]
WRAPPED = [
    "{}", "I({})", "C({})", "Q({})", "np.log({})", "bs({}, df=3)", "{{{}}}", "{{{{ {} }}}}", "${{{}}}", "x + {}", "1 - {}", "x ~ {}",
    "EntityEffects + {}", "[{}]", "'+str({})+'", '"+str({})+"', "'''{}#", "x = 1; {}", "`{}`", "@{}", "%({})s", "lambda: {}", "f'{{{}}}'",
    '#eval("{}")', "!!python/object/apply:eval [{}]",
]  # fmt: skip
"""How formulas, templates, notebooks and files have something evaluated."""
IN_A_SHELL = [
    "$(touch {})",
    "`touch {}`",
    "; touch {};",
    "| touch {}",
    r"\write18{{touch {}}}",
    "'; COPY (SELECT 1) TO '{}'; --",
]


def payloads(mark):
    """Each of them would leave a file."""
    acts = (f"open('{mark}','w')", f"__import__('os').system('touch {mark}')")
    found = [wrap.format(act) for wrap in WRAPPED for act in acts]
    return [*found, *(wrap.format(mark) for wrap in IN_A_SHELL)]


def text(words):
    return {"en": words, "fr": words}


def write_project(folder, codes):
    """Write sixty firms over five years: a payload is every id, every label and the name of every column but four."""
    draw = random.Random(4)  # noqa: S311 (invented sales)
    outcome, stratum, covariate, *others = codes
    columns = {
        "firm": {"type": "string", "label": text("Firm")},
        "year": {"type": "period", "label": text("Year")},
        "first": {"type": "period", "label": text("First fair")},
        outcome: {"type": "number", "unit": text(codes[0]), "label": text(codes[1])},
        stratum: {"type": "category", "categories": codes, "label": text(codes[2])},
        **{name: {"type": "number", "label": text(name)} for name in (covariate, *others)},
    }
    schema = {
        "version": 1, "title": text("Crafts"), "source": text(codes[3]), "unit": "firm",
        "time": {"column": "year", "frequency": "year"}, "cohort": {"column": "first"}, "columns": columns,
    }  # fmt: skip
    plan = {
        "name": "crafts", "title": text(codes[4]), "data": "firms.csv", "schema": "firms.yml", "outcomes": [outcome],
        "secondary": [others[0]], "subgroups": [stratum], "characteristics": [stratum, covariate, others[1]], "covariates": [covariate],
        "panel_model": {"outcome": outcome, "regressors": [others[2], others[3]]}, "placebo_periods": 1, "outcome_before": 0,
        "design_draws": 200, "permutations": 99, "estimators": ["callaway_santanna", "two_way_fixed_effects"],
    }  # fmt: skip
    rows = io.StringIO()
    write = csv.writer(rows)
    write.writerow(columns)
    for i, unit in enumerate(f"{codes[i % len(codes)]} {i}" for i in range(80)):
        first, base = ("" if i % 2 else "2003"), draw.gauss(100, 20)
        fixed = {name: f"{draw.gauss(10, 2):.2f}" for name in (covariate, *others)}
        for year in range(2001, 2006):
            sales = (
                base + 3 * (year - 2001) + (15 if first and year >= 2003 else 0) + draw.gauss(0, 8)
            )
            moving = {others[2]: f"{draw.gauss(0, 1):.2f}", others[3]: f"{draw.gauss(0, 1):.2f}"}
            told = {
                "firm": unit,
                "year": year,
                "first": first,
                outcome: f"{sales:.1f}",
                stratum: codes[i % 4],
                **fixed,
                **moving,
            }
            write.writerow(told[name] for name in columns)
    for name, content in (("firms.yml", schema), ("plan.yml", plan)):
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    (folder / "firms.csv").write_text(rows.getvalue(), encoding="utf-8")


def impact(*words, cwd):
    return subprocess.run([*IMPACT, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=900)  # fmt: skip


@pytest.mark.slow
def test_fifty_payloads_in_names_ids_and_labels_are_text_in_a_whole_run(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp(
        "p"
    )  # a word of an identifier in its path would have a column refused
    mark = tmp_path / "mark"
    codes = payloads(mark)
    assert len(set(codes)) >= 50
    write_project(tmp_path, codes)
    done = impact("run", "plan.yml", "--notebooks", ROOT / "notebooks", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not mark.exists()
    assert runs_as_code(codes[0], mark)
    facts = read_run(tmp_path / "reports" / "crafts")
    assert facts["plan"]["outcomes"] == [codes[0]]
    assert "open(" in (tmp_path / "reports" / "crafts" / "report.html").read_text(encoding="utf-8")


@pytest.mark.longer  # a process for each
@pytest.mark.parametrize("option", ["--set", "--outcome", "--language"])
def test_payloads_in_options_are_refused_by_name(option, tmp_path):
    mark = tmp_path / "mark"
    for code in payloads(mark)[::5]:
        value = f"{code}=1" if option == "--set" else code
        words = [
            "run",
            str(ROOT / "evaluation-jobtraining.yml"),
            "--reports",
            str(tmp_path),
            f"{option}={value}",
        ]
        assert isinstance(CliRunner().invoke(app, words).exception, (ImpactError, SystemExit))
    assert [path for path in tmp_path.iterdir() if path.suffix != ".lock"] == []
    assert runs_as_code(payloads(mark)[0], mark)


def runs_as_code(code, mark):
    """Whether a payload would leave its file if it were executed."""
    subprocess.run([sys.executable, "-c", code], check=True)
    return mark.exists()
