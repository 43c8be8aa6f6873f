"""A replication package: the same bytes, everything listed, nothing of data where it may leave, and one command that checks it."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import get_args

import pytest
import yaml
from pipeline.conftest import IMPACT, ROOT
from pipeline.small_run import small_run

from impact.errors import DisclosureError, PlanError, StorageError
from impact.moments import PathMoments
from impact.pipeline.as_run import content_as_certified
from impact.pipeline.evidence import evidence_of
from impact.pipeline.package import _public, _publish, package
from impact.pipeline.packaged_inputs import _lock, _places
from impact.pipeline.release import release
from impact.reporting.package.checklists import ANSWERS, FILES, NAMES, answered, counts
from impact.reporting.package.crate import identifier
from impact.reporting.package.intake_without_values import WITHHELD, without_values
from impact.reporting.package.readme import filled, inert, readme
from impact.reporting.package.wheel import lock_of, locked, needs, wheel
from impact.reporting.package.zipped import zipped
from impact.terms import Language


def names(path):
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def read(path, name):
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A run, its release, and a package of each."""
    folder = tmp_path_factory.mktemp("project")
    plan, run = small_run(folder)
    _, release = small_run(folder, released=True)
    return folder, plan, run, release


@pytest.fixture(scope="module")
def made(project):
    folder, plan, run, _ = project
    return package(run, plan_path=plan, to=folder / "out" / "firms.zip", released=folder / "released")  # fmt: skip


@pytest.fixture(scope="module")
def inside(project):
    folder, plan, run, _ = project
    return package(run, plan_path=plan, to=folder / "inside.zip", with_data=True)


def test_every_file_is_in_the_manifest_with_its_digest_and_in_the_crate(made):
    told = json.loads(read(made.path, "package.json"))
    assert set(told["files"]) == names(made.path) - {"package.json"}
    crate = json.loads(read(made.path, "ro-crate-metadata.json"))
    entities = {one["@id"]: one for one in crate["@graph"]}
    for name, digest in told["files"].items():
        if name != "ro-crate-metadata.json":
            assert entities[identifier(name)]["sha256"] == digest, name


def test_the_crate_is_as_ro_crate_1_1_asks(made):
    crate = json.loads(read(made.path, "ro-crate-metadata.json"))
    assert crate["@context"] == "https://w3id.org/ro/crate/1.1/context"
    entities = {one["@id"]: one for one in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    descriptor, root = entities["ro-crate-metadata.json"], entities["./"]
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT.*", root["datePublished"])
    assert {"name", "description", "license"} <= root.keys()
    for one in crate["@graph"]:
        for value in one.values():
            for link in value if isinstance(value, list) else [value]:
                if isinstance(link, dict) and "://" not in link["@id"]:
                    assert link["@id"] in entities


def test_a_package_that_may_leave_holds_the_release_and_no_data(made, project):
    folder, _, _, release = project
    found = names(made.path)
    assert "study/firms.csv" not in found
    assert not any("INTERNAL" in name for name in found)
    assert {"study/plan.yml", "study/firms.yml", "replicate.py", "LICENSE", "Makefile"} <= found
    assert read(made.path, "results/run.json") == (release / "run.json").read_text()
    amounts = {line.split(",")[-1] for line in (folder / "firms.csv").read_text().splitlines()[1:]}
    amounts = {one for one in amounts if len(one) > 12}
    assert len(amounts) > 600
    for name in found:
        if not name.endswith(".whl"):
            written = set(re.findall(r"\d+\.\d+", read(made.path, name)))
            assert not amounts & written, name


def test_a_package_for_use_inside_says_so_and_is_its_makers_alone(inside, project):
    folder, _, run, _ = project
    assert {"INTERNAL.md", "study/firms.csv"} <= names(inside.path)
    assert read(inside.path, "study/firms.csv") == (folder / "firms.csv").read_text()
    assert read(inside.path, "results/run.json") == (run / "run.json").read_text()
    assert stat.S_IMODE(inside.path.stat().st_mode) == 0o600
    assert "may not leave" in read(inside.path, "README.md")


def test_an_internal_run_without_a_release_is_not_packaged_but_for_use_inside(tmp_path):
    plan, run = small_run(tmp_path)
    with pytest.raises(DisclosureError, match="impact release it first"):
        package(run, plan_path=plan, to=tmp_path / "a.zip", released=tmp_path / "released")
    assert not (tmp_path / "a.zip").exists()


def test_a_run_made_from_moments_says_so_and_is_sent_to_where_the_data_are(tmp_path):
    from evaluation.facts import firms, study_of

    moments = PathMoments.from_panel(study_of(tmp_path, firms()).panel())
    moments.save(tmp_path / "firms.moments", small_cells="include")
    plan, run = small_run(tmp_path, data="firms.moments")
    with pytest.raises(
        DisclosureError, match=r"made from moments, which cannot be released.* where the data are"
    ):
        package(run, plan_path=plan, to=tmp_path / "a.zip", released=tmp_path / "released")
    with pytest.raises(DisclosureError, match="release where the data are"):
        release(run, plan_path=plan, to=tmp_path / "released")
    made = package(run, plan_path=plan, to=tmp_path / "a.zip", with_data=True)
    assert {"study/firms.moments", "INTERNAL.md"} <= names(made.path)
    assert "study/firms.csv" not in names(made.path)
    text = read(made.path, "README.md")
    assert "| `study/firms.moments` | moments, in place of data |" in text
    assert "The data are where the moments were made" in text
    assert answered(made.known)["world_bank"]["data_files"].why == "moments_only"


def test_the_data_of_a_release_cannot_be_packaged(project):
    folder, plan, _, release = project
    with pytest.raises(StorageError, match="of which no data can be packaged"):
        package(release, plan_path=plan, to=folder / "a.zip", with_data=True)


def test_the_same_run_gives_the_same_bytes_as_a_folder_too(made, project):
    folder, plan, _, release = project
    to = folder / "unpacked"
    package(release, plan_path=plan, to=to)
    with zipfile.ZipFile(made.path) as archive:
        told = {name: archive.read(name) for name in archive.namelist()}
    here = {
        str(path.relative_to(to)): path.read_bytes() for path in to.rglob("*") if path.is_file()
    }
    assert {name for name in told if told[name] != here.get(name)} <= {
        # the run's own certificate says how long it took, that of a release does not
        *NAMES.values(), "checklists/checklists.json", "README.md", "LISEZMOI.md",
        "package.json", "ro-crate-metadata.json",
    }  # fmt: skip
    again = package(project[2], plan_path=plan, to=folder / "again.zip", released=folder / "released")  # fmt: skip
    assert again.path.read_bytes() == made.path.read_bytes()
    assert os.access(to / "replicate.py", os.X_OK)


def test_an_archive_is_replaced_whole_and_anything_else_never(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("years of work")
    for to in (mine, tmp_path / "mine" / "thesis.txt"):
        with pytest.raises(StorageError, match="stands there already, and stays"):
            _publish({"package.json": b"{}"}, to, mode=0o700)
    assert (mine / "thesis.txt").read_text() == "years of work"
    for name in ("first", "second"):
        _publish({"package.json": b"{}", f"a/{name}": b""}, tmp_path / "file.zip", mode=0o700)
    assert names(tmp_path / "file.zip") == {"package.json", "a/second"}
    (tmp_path / "link.zip").symlink_to(tmp_path / "file.zip")
    with pytest.raises(StorageError, match="stands there already"):
        _publish({"package.json": b"{}"}, tmp_path / "link.zip", mode=0o700)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file.zip", "link.zip", "mine"]


@pytest.mark.parametrize("asked", [package, evidence_of])
def test_nothing_of_a_rehearsal_or_of_other_code_is_handed_on_as_a_run(tmp_path, asked):
    plan, run = small_run(tmp_path)
    facts = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**facts, "rehearsal": True}))
    options = {"to": tmp_path / "a.zip", "with_data": True} if asked is package else {}
    with pytest.raises(DisclosureError, match="a rehearsal tells of no real firm"):
        asked(run, plan_path=plan, **options)
    (run / "run.json").write_text(json.dumps({**facts, "impact": "9.9"}))
    if asked is package:
        with pytest.raises(StorageError, match=r"made by impact 9\.9"):
            asked(run, plan_path=plan, **options)


def test_nothing_in_a_package_names_this_machine_or_a_registry(made, project):
    folder = project[0]
    hosts = ("pypi" + ".org", "files." + "pythonhosted", "conda." + "anaconda")
    for name in names(made.path):
        content = zipfile.ZipFile(made.path).read(name)
        for word in (str(folder), str(Path.home()) + "/", *hosts):
            assert word.encode() not in content, name


def test_the_wheel_is_one_that_pip_knows_and_holds_all_of_the_package():
    content = wheel()
    assert wheel() == content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        found = archive.namelist()
        record = archive.read("impact-0.1.0.dist-info/RECORD").decode()
        metadata = archive.read("impact-0.1.0.dist-info/METADATA").decode()
    assert {line.split(",")[0] for line in record.splitlines()} == set(found)
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "impact").rglob("*") if path.is_file() and "__pycache__" not in path.parts}  # fmt: skip
    assert {name for name in found if "dist-info" not in name} == here
    assert all(f"Requires-Dist: {one}\n" in metadata for one in needs())
    assert not any("__pycache__" in name for name in found)


def test_the_lock_of_the_kit_has_what_its_check_imports_and_little_else():
    text = (ROOT / "requirements.lock").read_text()
    few = locked(lock_of(text, ("statsmodels", "linearmodels")))
    assert {"statsmodels", "linearmodels", "numpy", "pandas", "scipy"} <= few.keys()
    assert len(few) < 30 < len(locked(text))
    assert all(locked(text)[name] == versions for name, versions in few.items())


def test_an_archive_is_its_contents_alone():
    one = zipped({"b": b"2", "a": b"1"}, programs=frozenset({"a"}))
    assert one == zipped({"a": b"1", "b": b"2"}, programs=frozenset({"a"}))
    with zipfile.ZipFile(BytesIO(one)) as archive:
        assert [(info.filename, info.date_time[0], info.external_attr >> 16) for info in archive.infolist()] == [("a", 1980, 0o755), ("b", 1980, 0o644)]  # fmt: skip


def test_an_intake_plan_leaves_without_ids_and_amounts_but_with_its_rules():
    """The embedded plan corrects one firm's amount by its id: with it, a package would publish both."""
    from impact.data.yaml_file import load_yaml

    plan = load_yaml(ROOT / "data" / "raw" / "intake.yml")
    made, n = without_values(plan)
    text = yaml.safe_dump(made, allow_unicode=True)
    assert "A044" in yaml.safe_dump(plan)
    for value in ("A044", "2712.79", "A017", "a017", "TEST-01"):
        assert value not in text
    assert n == 18
    assert [rule["rule"] for rule in made["rules"]] == [rule["rule"] for rule in plan["rules"]]
    assert "jewellery" in text
    assert "Voyage de presse" in text


def test_a_condition_on_rows_is_withheld_wherever_it_stands_and_counted():
    plan = {
        "sources": {"a": {"columns": {"id": {"type": "string"}, "town": {"type": "category"}}}},
        "rules": [
            {"rule": "summarise", "columns": {"n": {"count": True, "where": [{"column": "id", "one_of": ["x", "y"]}]}}},
            {"rule": "keep", "where": [{"column": "town", "is": "Fes"}, {"column": "id", "is_not": "z"}]},
            {"rule": "correct", "column": "town", "corrections": [{"where": [{"column": "town", "is": "Fez"}], "value": "Fes"}]},
        ],
    }  # fmt: skip
    made, n = without_values(plan)
    assert n == 5
    assert made["rules"][1]["where"] == [
        {"column": "town", "is": "Fes"},
        {"column": "id", "is_not": WITHHELD},
    ]
    assert made["rules"][2]["corrections"][0]["value"] == WITHHELD


def test_paths_that_climb_keep_their_layout_and_hide_the_folders_above():
    assert _places(("plan.yml", "../data/x.csv", "../../y/../z.yml")) == {
        "plan.yml": "study/plan/plan/plan.yml",
        "../data/x.csv": "study/plan/data/x.csv",
        "../../y/../z.yml": "study/z.yml",
    }


def test_an_absolute_path_is_refused_as_nobody_else_has_it(tmp_path):
    plan, run = small_run(tmp_path, data=str(tmp_path / "firms.csv"))
    with pytest.raises(PlanError, match=r"firms\.csv: its path is absolute"):
        package(run, plan_path=plan, to=tmp_path / "a.zip", with_data=True)


@pytest.mark.parametrize("hostile", ["a | b", "<script>x</script>", "`x`", "*x* [y](z)", "# x\n# y", "@RUN@"])  # fmt: skip
def test_a_hostile_title_stays_one_inert_line(hostile):
    from markdown_it import MarkdownIt

    told = filled("| a |\n|---|\n| @TITLE@ |\n", {"TITLE": inert(hostile), "RUN": "never"})
    html = MarkdownIt("commonmark").enable("table").render(told)
    cells = re.findall(r"<td>(.*?)</td>", html)
    assert len(cells) == 1
    assert not re.search(r"<(?!/?(?:table|thead|tbody|tr|th|td)\b)", html)
    assert "never" not in html


def test_a_file_of_a_hostile_name_is_an_address_of_the_package_alone():
    for name in ("study/a b.csv", "study/javascript:x.csv", "study/é?#.csv", 'study/"><.csv'):
        told = identifier(name)
        assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", told)


def test_each_item_and_title_of_a_checklist_has_a_rule_and_words_in_both_languages():
    asked = yaml.safe_load((FILES / "checklists.yml").read_text(encoding="utf-8"))
    assert {name: list(told["items"]) for name, told in asked.items()} == {
        name: list(rules) for name, rules in ANSWERS.items()
    }
    for told in asked.values():
        for words in (told["title"], *told["items"].values()):
            assert set(words) == set(get_args(Language))
            assert all(isinstance(one, str) and len(one) > 3 for one in words.values())
    assert asked["tredd"]["title"]["en"].endswith("documentation (TREDD)")


def test_words_of_both_languages_have_the_same_keys():
    def keys(value, at=""):
        if isinstance(value, dict):
            for name, one in value.items():
                yield from keys(one, f"{at}.{name}")
        else:
            yield at

    words = yaml.safe_load((FILES / "words.yml").read_text(encoding="utf-8"))
    assert list(keys(words["en"])) == list(keys(words["fr"]))


def test_checklists_say_where_or_why_not_and_point_to_what_is_there(made, inside):
    for one in (made, inside):
        why = yaml.safe_load((FILES / "words.yml").read_text(encoding="utf-8"))["en"]["why"]
        for items in answered(one.known).values():
            for answer in items.values():
                assert bool(answer.where) == (answer.state == "done")
                assert answer.state == "done" or answer.why in why
                for place in filter(None, re.split(r"[,;] ", answer.where)):
                    assert one.known.has(place) or place.isdigit(), place
    assert counts(answered(made.known))["done"] != counts(answered(inside.known))["done"]


def test_an_item_is_done_only_where_the_run_shows_it(made, inside):
    left, stayed = answered(made.known), answered(inside.known)
    assert left["world_bank"]["data_files"].why == "inside_only"
    assert stayed["world_bank"]["data_files"].state == "done"
    assert (left["tredd"]["direct_identifiers"].why, stayed["tredd"]["direct_identifiers"].why) == ("", "not_released")  # fmt: skip
    assert left["mcc_questions"]["as_planned"].why == "no_programme"
    assert left["aea"]["ethics"].why == "ethics_elsewhere"
    assert left["aea"]["memory"].why == "no_run_time"  # of a run before runs measured it


@pytest.mark.parametrize(("earlier", "why"), [(0, ""), (2, "locked_after"), (None, "not_looked")])
def test_a_lock_shows_that_the_design_came_first_only_where_no_run_was_there(made, earlier, why):
    lock = {"day": "2026-11-01", "by": "A", "same_bytes": True, "earlier_runs": earlier}
    known = replace(made.known, facts={**made.known.facts, "lock": lock})
    assert answered(known)["tredd"]["design_before_results"].why == why
    text = readme(known, "en", size=1).decode()
    said = {0: "No finished run of it", 2: "among the reports then: 2.", None: "did not look"}
    assert said[earlier] in text


@pytest.mark.parametrize(
    ("source", "cited", "found"),
    [
        ("Holzer, Block, Cheatham and Knott (1993), ILR Review 46(4)", True, False),
        ("Ministry of Crafts, artisanat.gov.ma/panel, read in May 2026", False, True),
        ("HCP (2024), Enquête, https://hcp.ma/e", True, True),
        ("made here", False, False),
    ],
)
def test_the_source_of_the_data_counts_for_what_it_says(made, source, cited, found):
    own = made.known.study
    study = SimpleNamespace(
        plan=own.plan, events=(), programme=None, schema=SimpleNamespace(source_in=lambda _: source)
    )
    told = answered(replace(made.known, study=study))
    assert told["aea"]["data_citations"].state == ("done" if cited else "not_done")
    assert told["world_bank"]["dataset_sources"].state == ("done" if found else "not_done")


def test_what_only_people_can_give_is_not_asked_of_simulated_data(made):
    own = made.known.study
    plan = own.plan.model_copy(update={"truth": "truth.json"})
    study = SimpleNamespace(plan=plan, events=(), programme=None, schema=own.schema)
    told = answered(replace(made.known, study=study))
    for name, item in (("aea", "ethics"), ("tredd", "informed_consent"), ("world_bank", "rights")):
        assert (told[name][item].state, told[name][item].why) == ("not_asked", "simulated")
    assert told["aea"]["data_license"].state == "not_done"


def test_memory_is_what_the_run_measured(made):
    known = replace(made.known, memory_mb=731)
    assert answered(known)["aea"]["memory"].state == "done"
    assert "up to 731 MB in one process of the run" in readme(known, "en", size=1).decode()
    assert "jusqu’à 731" in readme(known, "fr", size=1).decode().replace("'", "’")


def test_a_readme_has_what_the_templates_ask_and_no_blank(made):
    english, french = (read(made.path, name) for name in ("README.md", "LISEZMOI.md"))
    assert re.findall(r"^## (\d)\. ", english, re.MULTILINE) == list("123456789")
    assert re.findall(r"^## (\d)\. ", french, re.MULTILINE) == list("123456789")
    for text in (english, french):
        assert not re.search(r"@[A-Z_]+@", text)
        assert "`study/firms.csv`" in text
    assert not re.search(r"\w [:;?!]", french.replace("`", ""))


def test_notebooks_are_packaged_without_outputs_or_what_was_told_to_them(made):
    text = read(made.path, "code/notebooks/06_report.ipynb")
    assert "48273.61" not in text
    assert [cell["source"] for cell in json.loads(text)["cells"]] == [["plan = 'x'"], ["study.impact()"]]  # fmt: skip


def test_a_file_that_changes_while_it_is_packaged_is_refused(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("1\n")
    digest = sha256(b"1\n").hexdigest()
    assert content_as_certified(path, "data.csv", digest) == b"1\n"
    path.write_text("2\n")
    with pytest.raises(StorageError, match=r"data\.csv: changed while it was read"):
        content_as_certified(path, "data.csv", digest)


@pytest.mark.parametrize("with_intake", [False, True])
def test_a_lock_leaves_unless_it_holds_the_values_of_an_intake_plan(tmp_path, with_intake):
    """A lock writes out the rules of the data, with the ids and amounts that corrections name."""
    from impact.evaluation.plan_lock import Known, PlanLock, sealed

    rules = {"schema": {}, **({"intake": {"rules": ["A044"]}} if with_intake else {})}
    known = Known(plan_sha256="0" * 64, plan={}, rules=rules, files={})
    lock = PlanLock(locked_at="2026-01-01T00:00:00+00:00", by="A", impact="0", known=known)
    (tmp_path / "plan.lock.json").write_text(sealed(lock))
    written = {}
    for with_data, leaves in ((False, not with_intake), (True, True)):
        written.clear()
        told = _lock(tmp_path / "plan.yml", "study/plan.yml", written, with_data=with_data)
        assert (told.inside == "yes", set(written) == {"study/plan.lock.json"}) == (leaves, leaves)


def test_a_public_use_file_is_added_whole_and_only_one_of_the_study(project, tmp_path):
    from impact.pipeline.store import building, certify

    _, plan, _, release = project
    for name in ("firms", "others"):
        with building(tmp_path, name) as folder:
            for file in ("deidentify.yml", "data.csv", "exhibits.csv"):
                (folder / file).write_text("x\n")
            certify(folder, {"plan": name, "run_id": "0"})
    made = package(release, plan_path=plan, to=tmp_path / "a.zip", public=tmp_path / "firms")
    assert {"public/data.csv", "public/run.json", "public/exhibits.csv"} <= names(made.path)
    assert "- [x] Some data cannot be made publicly available" in read(made.path, "README.md")
    assert answered(made.known)["tredd"]["restricted_against_public"].state == "done"
    for other in (tmp_path / "others", release):
        with pytest.raises(StorageError, match="no public-use file of firms"):
            _public(other, "firms")


def replicate(folder, *words):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "replicate.py", *words], cwd=folder, env=environment,
        capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip


def test_one_command_checks_every_file_and_names_one_that_changed(made, tmp_path):
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(tmp_path)
    done = replicate(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "files as packaged" in done.stdout
    assert "nothing to compute again" in done.stdout
    with (tmp_path / "study" / "plan.yml").open("a") as file:
        file.write("\n")
    done = replicate(tmp_path)
    assert done.returncode == 1
    assert "changed: study/plan.yml" in done.stdout


def test_one_command_says_what_this_python_lacks_and_what_to_do(inside, tmp_path):
    with zipfile.ZipFile(inside.path) as archive:
        archive.extractall(tmp_path)
    told = json.loads((tmp_path / "package.json").read_text())
    assert {"numpy", "pandas", "papermill", "typer"} <= set(told["needs"])
    told["needs"] += ["no-such-package"]
    (tmp_path / "package.json").write_text(json.dumps(told))
    done = replicate(tmp_path, "--no-install")
    assert done.returncode == 3, done.stderr
    assert "lacks no-such-package; without --no-install they are installed" in done.stdout
    assert not done.stderr


# A true run of the small study, from the archive alone in an empty folder: with the packages of this Python (`--no-install`), or, where
# IMPACT_CLEAN_MACHINE=1 says that there is a package index, as on a clean machine; the code is that of the package's wheel.


def told(*words, cwd):
    done = subprocess.run(
        [*IMPACT, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=900,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def true_run(tmp_path_factory):
    """A project with a run that was told another alpha than its plan has."""
    folder = tmp_path_factory.mktemp("true")
    plan, stored = small_run(folder)
    shutil.rmtree(stored.parent)
    told("run", plan.name, "--notebooks", ROOT / "notebooks", "--set", "alpha=0.1", cwd=folder)
    return folder


def unpacked(path, to):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(to)
    return to


def on_a_clean_machine(folder, home):
    """Run the one command with the Python that ours was made of, and nothing of this environment but what pip needs."""
    told = {
        name: value for name, value in os.environ.items() if name.startswith(("PIP_", "OPENBLAS_"))
    }
    home.mkdir()
    return subprocess.run(
        [Path(sys.base_prefix) / "bin" / "python3", "replicate.py"], cwd=folder, capture_output=True, text=True, check=False,
        env={**told, "PATH": "/usr/bin:/bin", "HOME": str(home)}, timeout=3600,
    )  # fmt: skip


CLEAN = pytest.mark.skipif(
    os.environ.get("IMPACT_CLEAN_MACHINE") != "1",
    reason="installs the locks from a package index, 3 CPU min; asked for by IMPACT_CLEAN_MACHINE=1",
)


@CLEAN
@pytest.mark.slow
def test_on_a_clean_machine_the_package_installs_its_own_lock_and_makes_equal_results(true_run, tmp_path):  # fmt: skip
    told("package", "reports/firms", "--with-data", "--to", tmp_path / "in.zip", cwd=true_run)
    empty = unpacked(tmp_path / "in.zip", tmp_path / "empty")
    done = on_a_clean_machine(empty, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results.json: equal, byte for byte" in done.stdout
    made = empty / ".replication" / "environment"
    assert list(made.glob("lib/python3.*/site-packages/impact-*.dist-info/RECORD"))


@CLEAN
@pytest.mark.slow
def test_on_a_clean_machine_the_kit_installs_its_own_lock_and_agrees(true_run, tmp_path):
    told("release", "reports/firms", cwd=true_run)
    told("package", "reports/firms", "--to", tmp_path / "out.zip", cwd=true_run)
    empty = unpacked(tmp_path / "out.zip", tmp_path / "empty")
    done = on_a_clean_machine(empty, tmp_path / "home")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout
    installed = [one.name for one in (empty / ".replication/environment").glob("lib/python3.*/site-packages/*")]  # fmt: skip
    assert "statsmodels" in installed
    assert "impact" not in installed


@pytest.mark.slow
def test_with_data_one_command_makes_the_whole_run_again_with_equal_results(true_run, tmp_path):
    told("package", "reports/firms", "--with-data", "--to", tmp_path / "in.zip", cwd=true_run)
    done = replicate(unpacked(tmp_path / "in.zip", tmp_path / "empty"), "--no-install")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "results.json: equal, byte for byte" in done.stdout
    assert "is the code that made the run" in read(tmp_path / "in.zip", "README.md")


@pytest.mark.slow
def test_without_data_one_command_runs_the_kit_and_it_agrees(true_run, tmp_path):
    told("release", "reports/firms", cwd=true_run)
    told("package", "reports/firms", "--to", tmp_path / "out.zip", cwd=true_run)
    empty = unpacked(tmp_path / "out.zip", tmp_path / "empty")
    assert {path.suffix for path in (empty / "study").rglob("*") if path.is_file()} == {".yml"}
    assert not any(str(true_run).encode() in path.read_bytes() for path in empty.rglob("*") if path.is_file())  # fmt: skip
    done = replicate(empty, "--no-install")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout
