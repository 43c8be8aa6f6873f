"""A released folder is made again from what the gate lets out: only the gate's type opens it, and no attack on it finds what stayed."""

import json
import re
import shutil
import stat
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import yaml
from disclosure.declared.stored_parts import stored_parts, stored_study
from pipeline.canaries import found_under
from pipeline.conftest import IMPACT, ROOT
from pipeline.released_numbers import found_in, numbers, withheld

from impact.disclosure import Gate, Place
from impact.disclosure.declared.cohorts import with_small_cohorts
from impact.disclosure.declared.declaration import Declaration
from impact.disclosure.declared.declare import declare
from impact.disclosure.log import Earlier, appended, digests
from impact.errors import DisclosureError, StorageError
from impact.evaluation.sealed_study import SealedStudy
from impact.evaluation.store import decode
from impact.pipeline import release as module
from impact.pipeline import released_folder, store
from impact.pipeline.earlier_releases import LOG, EarlierReleases
from impact.pipeline.notebook import NotebookStudy
from impact.pipeline.plan import sha256_of, study_of
from impact.pipeline.release import release
from impact.pipeline.released_folder import write_released
from impact.pipeline.shown_again import section_of, show_again
from impact.pipeline.store import building, certify, read_run
from impact.reporting.exhibits import EXHIBIT
from impact.reporting.sections.disclosure_log import disclosure_log
from impact.reporting.voice import Voice


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return stored_study(tmp_path_factory.mktemp("firms"))


@pytest.fixture(scope="module")
def parts():
    return {name: decode(part) for name, part in stored_parts().items()}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_run_is_its_makers_alone_and_a_release_everybodys(tmp_path):
    with building(tmp_path, "run") as folder:
        (folder / "results.json").write_text("{}")
    with building(tmp_path, "released", mode=0o755) as folder:
        (folder / "results.json").write_text("{}")
    assert mode(tmp_path / "run") == 0o700
    assert mode(tmp_path / "released") == 0o755


@pytest.mark.parametrize("made_by_hand", [object(), None, {"figures": ()}])
def test_the_writer_of_released_folders_takes_only_what_the_gate_made(tmp_path, made_by_hand):
    with pytest.raises(DisclosureError, match="only what the gate made"):
        write_released(made_by_hand, None, to=tmp_path / "released", timings=None)
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_makes_a_folder_that_everybody_may_read():
    """The mode of released folders is named where it is defined and in the one writer."""
    users = {
        path.name
        for path in (ROOT / "impact").rglob("*.py")
        if re.search(r"\bRELEASED\b", path.read_text(encoding="utf-8"))
    }
    assert users == {"store.py", "released_folder.py"}


def test_a_sealed_study_has_what_its_plan_says_and_refuses_its_rows(study):
    sealed = SealedStudy.of(study)
    assert sealed.main == study.main
    assert sealed.usual_size("y") == study.usual_size("y")
    for asked in (lambda: sealed.data, lambda: sealed.frame, sealed.panel):
        with pytest.raises(DisclosureError, match="asks for data"):
            asked()


def test_only_cells_that_show_a_section_and_nothing_else_are_shown_again():
    assert section_of("study.impact()") == ("impact", ())
    assert section_of('study.opening("impact")') == ("opening", ("impact",))
    for code in (
        "study.panel()", "study.data", "print(study.impact())", "study.impact(); study.panel()",
        "study.part('sample')", "study.opening(study.panel())", "study._left('impact')", "1 +",
        "study.study.data", "panel = study.panel()\nstudy.impact()",
    ):  # fmt: skip
        assert section_of(code) is None


def notebook(folder, *codes):
    cells = [
        {"cell_type": "code", "source": [code], "metadata": {"papermill": {"exception": False}},
         "execution_count": 1, "outputs": [{"output_type": "display_data", "data": {"text/plain": "48273.61"}, "metadata": {}}]}
        for code in codes
    ]  # fmt: skip
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    path = folder / "some.ipynb"
    path.write_text(text, encoding="utf-8")
    return path


def test_outputs_of_the_run_are_never_copied(tmp_path, study, parts):
    """A cell of a section shows the part again; any other says that it is not released."""
    source = notebook(tmp_path, "study.panel_models()", "study.panel()")
    left = tmp_path / "results"
    left.mkdir()
    target = tmp_path / "again.ipynb"
    show_again(source, target, NotebookStudy(SealedStudy.of(study), left, parts))
    text = target.read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    assert "48273.61" not in text
    assert all(EXHIBIT in output["data"] for output in cells[0]["outputs"])
    assert cells[0]["outputs"]
    (said,) = cells[1]["outputs"]
    assert said["data"] == {
        "text/markdown": "Not released: this cell was computed from the data of single firms."
    }
    assert cells[0]["metadata"] == {}


def declared(study, who):
    """Sums over the treated, and over some of them."""
    panel = study.panel(winsorise=0.0)
    declaration = Declaration.of(panel)
    units = {
        "all": np.isfinite(panel.cohort),
        "some": np.isfinite(panel.cohort) & (np.arange(90) >= 3),
    }
    for name, chosen in units.items():
        declaration.part(name, chosen)
    weights = np.zeros((90, 8))
    weights[units[who], 6] = 1 / units[who].sum()
    declaration.add(Place("sample", "paths", "6", who), "mean", "y", weights)
    atoms = declaration.atoms()
    return declaration.declared(atoms), atoms


def test_two_released_runs_are_held_to_each_other_by_a_log_beside_the_runs(tmp_path, study):
    """The mean of 30 firms and, in another run, of 27 of them: their difference is that of three."""
    figures, atoms = declared(study, "all")
    with EarlierReleases.of(tmp_path, study) as earlier:
        first = Gate().release(figures, atoms, earlier=earlier.entries)
        earlier.asked(Earlier.of(first, atoms, run="one")).tell()
    assert [one.place.column for one in first.figures] == ["all"]
    figures, atoms = declared(study, "some")
    alone = Gate().release(figures, atoms)
    assert [one.place.column for one in alone.figures] == ["some"]
    with EarlierReleases.of(tmp_path, study) as earlier:
        second = Gate().release(figures, atoms, earlier=earlier.entries)
    assert second.figures == ()
    assert second.withheld[0].reason == "solved_with_earlier"
    log = earlier.path
    assert (mode(log), mode(log.parent)) == (0o600, 0o700)


def test_a_log_that_was_changed_lets_nothing_out(tmp_path, study):
    figures, atoms = declared(study, "all")
    with EarlierReleases.of(tmp_path, study) as earlier:
        for run in ("one", "two"):
            earlier.asked(Earlier.of(Gate().release(figures, atoms), atoms, run=run)).tell()
        lines = earlier.path.read_text(encoding="utf-8").splitlines()
        earlier.path.write_text("\n".join(lines[1:]) + "\n", encoding="utf-8")
        with pytest.raises(DisclosureError, match="changed or lost"):
            _ = earlier.entries


def test_an_entry_off_the_end_of_the_log_is_missed_by_the_release_that_names_it(tmp_path, study):
    figures, atoms = declared(study, "all")
    to = tmp_path / "released"
    with EarlierReleases.of(tmp_path, study) as earlier:
        for run in ("one", "two"):
            entry = earlier.asked(Earlier.of(Gate().release(figures, atoms), atoms, run=run))
            entry.tell()
            (to / run).mkdir(parents=True)
            (to / run / "run.json").write_text(json.dumps({LOG: entry.facts}))
        assert entry.facts["entries"] == 2
        earlier.hold_to(to)
        whole = earlier.path.read_text(encoding="utf-8").splitlines()
        changed = whole[1].replace('"run":"two"', '"run":"other"')
        for left in ([], whole[:1], [whole[0], changed]):
            earlier.path.write_text("".join(f"{line}\n" for line in left), encoding="utf-8")
            _ = earlier.entries  # the chain by itself is whole
            with pytest.raises(DisclosureError, match="names an entry that is not in it"):
                earlier.hold_to(to)


def test_an_entry_cannot_be_guessed_from_its_digest(study):
    """The same release of the same data has another digest each time."""
    figures, atoms = declared(study, "all")
    entry = Earlier.of(Gate().release(figures, atoms), atoms, run="one")
    assert digests(appended("", entry)) != digests(appended("", entry))


def test_plans_of_the_same_data_share_a_log_and_others_do_not(tmp_path, study):
    here = EarlierReleases.of(tmp_path, study).path
    assert EarlierReleases.of(tmp_path, study.changed(winsorise=0.9)).path == here
    other = study.folder.parent / "other"
    shutil.copytree(study.folder, other)
    with (other / "firms.csv").open("a", encoding="utf-8") as file:
        file.write("999,1,,a,0,False,100.0,5.0\n")
    assert EarlierReleases.of(tmp_path, replace(study, folder=other)).path != here


@pytest.fixture
def a_run(tmp_path):
    """A run of the small study as it stands in the reports folder, and its plan."""
    plan = tmp_path / "evaluation.yml"
    small = stored_study(tmp_path)
    told = small.plan.model_dump(mode="json", by_alias=True, exclude_unset=True)
    plan.write_text(yaml.safe_dump(told))
    run = tmp_path / "reports" / "firms"
    run.mkdir(parents=True)
    (run / "results.json").write_text(json.dumps({"parts": stored_parts()}))
    read = {name: sha256_of(tmp_path / name) for name in (plan.name, "firms.csv", "firms.yml")}
    certify(run, {"run_id": "one", "parameters": {"plan": plan.name}, "inputs": read})
    return run, plan


@pytest.fixture
def without_pages(monkeypatch, declared_once):
    """A release declares what was declared once, and writes no pages: they cost seconds and tell nothing here."""
    monkeypatch.setattr(module, "declare", lambda *_, **__: declared_once)
    monkeypatch.setattr(released_folder, "_notebooks", lambda *_: None)
    monkeypatch.setattr(released_folder, "_kit", lambda *_: "")
    monkeypatch.setattr(released_folder, "write_pages", lambda *_: ({}, ()))


@pytest.fixture(scope="module")
def declared_once(study):
    return declare(study, with_small_cohorts(stored_parts(), study))


@pytest.mark.usefixtures("without_pages")
def test_only_what_was_published_counts_as_told(a_run, tmp_path, monkeypatch):
    """A release that fails, at its pages or when it takes its place, leaves the log as it was; one that is whole is named in it."""
    run, plan = a_run
    to, log = tmp_path / "released", tmp_path / "reports" / "releases"

    def asked():
        return release(run, plan_path=plan, to=to)

    def entries():
        (path,) = log.glob("*.jsonl")
        return digests(path.read_text(encoding="utf-8"))

    pages = released_folder.write_pages
    monkeypatch.setattr(released_folder, "write_pages", failing)
    with pytest.raises(StorageError, match="no space"):
        asked()
    assert list(log.glob("*.jsonl")) == []
    monkeypatch.setattr(released_folder, "write_pages", pages)
    first = asked()
    assert read_run(first.folder)[LOG]["head"] == entries()[-1]
    monkeypatch.setattr(store, "_publish", failing)
    before = entries()
    with pytest.raises(StorageError, match="no space"):
        asked()
    assert entries() == before
    assert read_run(first.folder)[LOG]["head"] == before[-1]


def failing(*_):
    raise StorageError("no space left; free some")


@pytest.mark.usefixtures("without_pages")
def test_figures_are_not_released_beside_a_public_use_file_that_nobody_names(a_run, tmp_path):
    run, plan = a_run
    with EarlierReleases.of(run.parent, study_of(plan, {})) as earlier:
        earlier.asked(Earlier.of_public_use("firms-public-use", run="firms")).tell()
        assert (earlier.entries, earlier.public_files) == ((), ("firms-public-use",))
    with pytest.raises(DisclosureError, match=r"firms-public-use: .*--beside firms-public-use"):
        release(run, plan_path=plan, to=tmp_path / "released")
    assert not (tmp_path / "released").exists()
    done = release(run, plan_path=plan, to=tmp_path / "released", beside=["firms-public-use"])
    said = json.loads((done.folder / "disclosure.json").read_text(encoding="utf-8"))
    assert said["not_proven_beside"] == ["firms-public-use"]
    shown = disclosure_log(Voice(study_of(plan, {})), done.kept_back)
    assert "nothing is proven of these figures beside it" in shown[0].markdown
    with EarlierReleases.of(run.parent, study_of(plan, {})) as earlier:
        assert earlier.runs == ("one",)
        with pytest.raises(DisclosureError, match="run one: figures of these data were released"):
            earlier.refuse_releases([])
        assert earlier.refuse_releases(["one"]) == ("one",)


def pdf_saying(words):
    """The smallest PDF that says something."""
    stream = f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode()
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 "
        + font
        + b">>>>>>"
    )
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page,
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    text, places = b"%PDF-1.4\n", []
    for at, part in enumerate(parts, start=1):
        places.append(len(text))
        text += b"%d 0 obj%s endobj\n" % (at, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(text)
    text += b"xref\n0 5\n0000000000 65535 f \n" + table
    return text + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def archived(name, words):
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, f"<w:t>{words}</w:t>")
    return held.getvalue()


SAYING = {
    "report.pdf": lambda: pdf_saying("an effect of 4,827 dirhams"),
    "report.docx": lambda: archived("word/document.xml", "un effet de 4\u202f827 dirhams"),
    "report.html": lambda: b"<p>an effect of 4.827 thousand</p>",
    "tables.xlsx": lambda: archived("xl/worksheets/sheet1.xml", "4827.3612"),
    "tables/tab-effects.csv": lambda: b"estimate\n4827.3612\n",
    "results.json": lambda: b'{"estimate": 4827.3612}',
    "figures/fig-effects.svg": lambda: b'<text x="4827.3612">effects</text>',
    "notebooks/03_impact.ipynb": lambda: b'"data": "<td>4827.3612</td>"',
}


@pytest.mark.parametrize("name", SAYING)
def test_a_number_that_should_have_stayed_is_found_in_a_file_of_each_kind(tmp_path, name):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SAYING[name]())
    assert set(found_in(tmp_path, {4827.3612}, {2010.0})) == {name}
    assert found_in(tmp_path, {4827.3612}, {4827.3612}) == {}
    assert found_in(tmp_path, {9153.7428}, set()) == {}


# A whole release


def told(*words):
    return subprocess.run(
        [*IMPACT, *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture(scope="module")
def released(made_run, tmp_path_factory):
    """The embedded case, released: the run's folder, the released one, and what the command said."""
    run = made_run("artisans", "en").folder
    to = tmp_path_factory.mktemp("released")
    done = told("release", run, "--to", to)
    assert done.returncode == 0, done.stderr
    return run, to / "artisans", done


@pytest.mark.slow
def test_a_release_is_whole_certified_and_names_its_run(released):
    run, folder, done = released
    facts, of_run = read_run(folder), read_run(run)
    assert facts["run_id"] == of_run["run_id"]
    for name in (
        "report.html",
        "report.pdf",
        "brief.pdf",
        "tables.xlsx",
        "results.json",
        "disclosure.json",
        "numbers.json",
    ):
        assert name in facts["outputs"]
    assert not any(
        name.startswith("codebook") or name == "INTERNAL.md" for name in facts["outputs"]
    )
    assert (mode(run), mode(folder)) == (0o700, 0o755)
    assert "INTERNAL.md" in of_run["outputs"]
    assert "figures withheld" in done.stdout


@pytest.mark.slow
def test_no_number_that_stayed_inside_is_in_any_file_of_the_release(released):
    """On pages from four digits on, in data and drawings from eight; the run's own files are full of them."""
    run, folder, _ = released
    hidden, left = withheld(run, folder)
    assert len(hidden) > 100
    inside = found_in(run, hidden, left)
    assert {"report.pdf", "report.docx", "report.html", "tables.xlsx", "results.json"} <= set(
        inside
    )
    assert found_in(folder, hidden, left) == {}


@pytest.mark.slow
def test_the_csv_of_a_table_holds_no_number_that_the_results_do_not(released):
    """The attack of a CSV beside a rounded table: what it adds in digits is what the gate let out."""
    _, folder, _ = released
    let_out = np.array(sorted(numbers(json.loads((folder / "results.json").read_text()))))
    for name in ("tab-subgroups", "tab-effects", "tab-alternatives"):
        path = folder / "tables" / f"{name}.csv"
        if not path.is_file():
            continue
        cells = pd.read_csv(path).select_dtypes("float").to_numpy().ravel()
        for value in cells[np.isfinite(cells)]:
            assert np.isclose(let_out, value, rtol=1e-9, atol=1e-12).any(), (name, value)


@pytest.mark.slow
def test_a_released_report_is_verified_against_its_own_ledger(released):
    _, folder, _ = released
    for name in ("report.html", "report.pdf", "report.docx"):
        done = told("verify", folder / name, folder)
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_log_names_each_column_with_its_rule_in_both_languages(released):
    _, folder, _ = released
    log = json.loads((folder / "disclosure.json").read_text(encoding="utf-8"))
    assert log["rules"]["fewest"] == 10
    assert log["released"] > 500
    assert all(one["rule_en"] and one["rule_fr"] and one["reason"] for one in log["withheld"])
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "tab-withheld" in html
    assert not re.search(r"\bnan\b|\bNone\b|\bnull\b", html)


@pytest.mark.slow
def test_a_release_has_no_canary_and_a_changed_input_refuses_one(released, tmp_path):
    run, folder, _ = released
    assert found_under(folder) == {}
    copied = tmp_path / "project"
    copied.mkdir()
    for name in ("evaluation.yml",):
        shutil.copy(ROOT / name, copied / name)
    shutil.copytree(ROOT / "data", copied / "data")
    with (copied / "data" / "raw" / "presences.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    done = told("release", run, "--to", tmp_path / "again", "--plan", copied / "evaluation.yml")
    assert done.returncode == StorageError.exit_code, done.stderr
    assert not (tmp_path / "again").exists()
