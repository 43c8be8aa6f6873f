"""The referee's kit: whole, the same for the same study, and checked by software that is not ours."""

import json
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner

from impact.cli import app
from impact.disclosure import Gate
from impact.disclosure.declared.declaration import Declaration
from impact.errors import DisclosureError, StorageError
from impact.evaluation.study import Study
from impact.pipeline.plan import read_plan
from impact.reporting.kit.contents import WITHOUT_A_CHECK, asked_of
from impact.reporting.kit.write import FILES, NAMES, declare_kit, write_kit

ROOT = Path(__file__).resolve().parents[2]
SLOW_PLANS = ["evaluation.yml", "evaluation-clear.yml", "evaluation-null.yml"]


@cache
def study(plan="evaluation-jobtraining.yml"):
    return Study(read_plan(ROOT / plan), ROOT)


@pytest.fixture(scope="module")
def kit(tmp_path_factory):
    return write_kit(study(), tmp_path_factory.mktemp("released") / "kit")


def expected(kit):
    return json.loads((kit.folder / "expected.json").read_text(encoding="utf-8"))


def checked(folder):
    """Run check.py from an empty folder that has the kit alone."""
    ran = subprocess.run(
        [sys.executable, "-I", "check.py"], cwd=folder, capture_output=True, text=True
    )
    differences = [
        float(word) for word in re.findall(r" (\S+e[-+]\d+)  (?:agree|DIFFER)", ran.stdout)
    ]
    return ran, differences


def test_a_kit_is_its_eight_files_and_every_byte_is_the_studys(kit, tmp_path):
    assert {path.name for path in kit.folder.iterdir()} == set(NAMES)
    again = write_kit(study(), tmp_path / "kit")
    for name in NAMES:
        assert (again.folder / name).read_bytes() == (kit.folder / name).read_bytes(), name


def test_the_two_tables_hold_the_same_twin(kit):
    text = pd.read_csv(kit.folder / "twin.csv")
    stata, _ = pyreadstat.read_dta(str(kit.folder / "twin.dta"))
    pd.testing.assert_frame_equal(
        text.drop(columns="period").astype(float), stata.astype(float), check_exact=True
    )


def test_every_number_of_a_kit_is_the_studys_own(kit):
    asked = {one.name: one for one in asked_of(study())}
    for number in expected(kit)["numbers"][:3]:
        own = asked[number["name"]].fit(study().panel())
        np.testing.assert_allclose(
            [number["estimate"], number["std_error"]],
            [own.params.iloc[0], own.std_errors.iloc[0]],
            rtol=1e-9,
        )
    assert expected(kit)["numbers"][0]["name"] == "callaway_santanna"


def test_whatever_is_not_in_a_kit_is_listed_with_its_reason_in_both_languages(kit):
    left_out = expected(kit)["not_in_the_kit"]
    assert set(WITHOUT_A_CHECK) <= set(left_out)
    for name, never in (
        ("README.md", "no script here computes it"),
        ("LISEZMOI.md", "aucun programme"),
    ):
        text = (kit.folder / name).read_text(encoding="utf-8")
        assert text.count(never) == len(WITHOUT_A_CHECK)
        assert not re.search(r"@[A-Z_]+@", text)
        assert "no effect" not in text
    assert not re.search(r" [:;!?»]", text)  # the French one: set as French is


def test_the_scripts_for_r_and_stata_hold_our_numbers_and_no_blank_is_left_in_them(kit):
    for name in ("check.R", "check.do"):
        text = (kit.folder / name).read_text(encoding="utf-8")
        assert not re.search(r"@[A-Z_]+@", text)
        for number in expected(kit)["numbers"]:
            assert repr(number["estimate"]) in text
            assert repr(number["std_error"]) in text
    lines = (kit.folder / "check.do").read_text(encoding="utf-8").splitlines()
    stata = "\n".join(line for line in lines if not line.startswith("*"))
    assert stata.count("{") == stata.count("}")
    assert stata.count("`") == stata.count("'")
    assert stata.count('"') % 2 == 0
    assert len(re.findall(r"^program define|^end$", stata, flags=re.MULTILINE)) == 2
    r = re.sub(r'"[^"\n]*"|#.*', "", (FILES / "check.R.in").read_text(encoding="utf-8"))
    assert all(r.count(one) == r.count(other) for one, other in ("()", "[]", "{}"))


def test_nothing_of_ours_is_needed_to_check_a_kit():
    text = (FILES / "check.py.in").read_text(encoding="utf-8")
    assert set(re.findall(r"^(?:import|from) (\w+)", text, flags=re.MULTILINE)) == {
        "json", "sys", "pathlib", "numpy", "pandas", "statsmodels", "linearmodels",
    }  # fmt: skip


@pytest.mark.longer
def test_a_kit_that_cannot_be_made_leaves_the_folder_as_it_was(tmp_path):
    folder = tmp_path / "kit"
    folder.mkdir()
    (folder / "kept.txt").write_text("before")
    with pytest.raises(DisclosureError):
        write_kit(study(), folder, fewest=60)
    assert [path.name for path in tmp_path.iterdir()] == ["kit"]
    assert (folder / "kept.txt").read_text() == "before"
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="could not be written"):
        write_kit(study(), tmp_path / "file" / "kit")


@pytest.mark.slow
def test_check_py_agrees_in_a_folder_that_has_the_kit_alone(kit):
    ran, differences = checked(kit.folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert len(differences) == 2 * len(expected(kit)["numbers"])
    assert max(differences) < 1e-9


@pytest.mark.slow
def test_a_kit_behind_the_gate_has_what_the_gate_lets_out_and_checks(tmp_path):
    declaration = Declaration.of(study().panel(winsorise=0.0))
    declare_kit(declaration, study())
    atoms = declaration.atoms()
    released = Gate().release(declaration.declared(atoms), atoms)
    made = write_kit(study(), tmp_path / "kit", released=released)
    assert made.twin.keeps == "released"
    assert "the report shows them" in (made.folder / "README.md").read_text(encoding="utf-8")
    ran, differences = checked(made.folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert max(differences) < 1e-9


@pytest.mark.slow
def test_check_py_says_which_number_differs(kit, tmp_path):
    for name in ("twin.csv", "check.py"):
        (tmp_path / name).write_bytes((kit.folder / name).read_bytes())
    told = expected(kit)
    told["numbers"][1]["std_error"] *= 1.01
    (tmp_path / "expected.json").write_text(json.dumps(told))
    ran, _ = checked(tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.count("DIFFER") == 1
    assert "not all agree" in ran.stdout


@pytest.mark.slow
@pytest.mark.parametrize("plan", SLOW_PLANS)
def test_check_py_agrees_on_the_embedded_cases(plan, tmp_path):
    made = write_kit(study(plan), tmp_path / "kit")
    assert max(max(missed) for missed in made.agreement.values()) < 1e-9
    ran, differences = checked(made.folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert max(differences) < 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("plan", ["evaluation-jobtraining.yml", *SLOW_PLANS])
def test_check_r_agrees_where_r_is(plan, tmp_path):
    if shutil.which("Rscript") is None:
        pytest.skip("no Rscript here: check.R is checked by its form alone")
    has = "quit(status = !all(c('did', 'fixest') %in% rownames(installed.packages())))"
    if subprocess.run(["Rscript", "-e", has], capture_output=True).returncode:
        pytest.skip("R is here without did and fixest: check.R is checked by its form alone")
    made = write_kit(study(plan), tmp_path / "kit")
    ran = subprocess.run(["Rscript", "check.R"], cwd=made.folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.slow
def test_the_command_writes_a_kit_and_says_what_is_in_it(tmp_path):
    ran = CliRunner().invoke(
        app, ["kit", str(ROOT / "evaluation-jobtraining.yml"), "--folder", str(tmp_path / "kit")]
    )
    assert ran.exit_code == 0, ran.output
    assert all(name in ran.output for name in NAMES)
