"""The index of a reports folder: everything there is listed as what it is; nothing else is read, followed or written over."""

import json
import os
import re
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from reporting.site_runs import facts, many_runs, results, write_run

from impact.errors import StorageError
from impact.pipeline import site as site_room
from impact.pipeline.site import put_page, read_site, write_comparison, write_index
from impact.pipeline.store import certify

HOSTILE = ["<img src=x onerror=alert(1)>", "a\"b'c&d", "javascript:alert(1)", "x\n\x1b[31m", "-rf", "résumé é", "%2e%2e", "\u202egnp", "{n}"]  # fmt: skip


class Parsed(HTMLParser):
    """Tags with their attributes, and what scripts and styles hold."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.blocks, self._inside = [], {"script": [], "style": []}, ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag if tag in self.blocks else ""

    def handle_data(self, data):
        if self._inside:
            self.blocks[self._inside].append(data)

    def handle_endtag(self, _):
        self._inside = ""

    def every(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def statuses(reports):
    return {one.name: one.status for one in read_site(reports).runs}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    reports = many_runs(tmp_path_factory.mktemp("site") / "reports")
    return write_index(reports)


def test_every_folder_is_listed_as_what_it_is(tmp_path):
    write_run(tmp_path / "whole")
    write_run(tmp_path / "left", told=facts(released="2026-11-29"))
    write_run(tmp_path / "without-certificate")
    (tmp_path / "without-certificate" / "run.json").unlink()
    write_run(tmp_path / "cut")
    (tmp_path / "cut" / "results.json").write_text('{"headline": {"outco')
    write_run(tmp_path / "deep")
    (tmp_path / "deep" / "results.json").write_text("[" * 100_000)
    (tmp_path / "photos").mkdir()
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / "0a1b.jsonl").write_text("{}")
    (tmp_path / "releases" / ".0a1b.jsonl.lock").touch()
    (tmp_path / "notes.txt").write_text("not a folder")
    (tmp_path / ".artisans.x.partial").mkdir()
    assert statuses(tmp_path) == {
        "whole": "internal", "left": "released", "without-certificate": "incomplete", "cut": "damaged", "deep": "damaged",
        "photos": "foreign",
    }  # fmt: skip
    (tmp_path / "releases" / "thesis.txt").write_text("no log of ours")
    assert statuses(tmp_path)["releases"] == "foreign"


def test_links_out_of_the_folder_are_not_followed_and_pipes_do_not_hold_it_up(tmp_path):
    write_run(tmp_path / "elsewhere" / "secret")
    reports = tmp_path / "reports"
    write_run(reports / "whole")
    (reports / "linked").symlink_to(tmp_path / "elsewhere" / "secret")
    (reports / "again").symlink_to(reports / "whole")
    (reports / "loop").symlink_to(reports / "loop")
    (reports / "pipe").mkdir()
    os.mkfifo(reports / "pipe" / "run.json")
    (reports / "file").mkdir()
    (reports / "file" / "report.html").symlink_to("/etc/passwd")
    found = {one.name: one for one in read_site(reports).runs}
    assert {name: one.status for name, one in found.items()} == {
        "whole": "internal", "linked": "foreign", "again": "internal", "pipe": "damaged", "file": "foreign",
    }  # fmt: skip
    assert found["linked"].headline is None
    write_index(reports)
    assert "passwd" not in (reports / "index.html").read_text()


def test_hostile_names_and_texts_come_out_as_text(tmp_path):
    for at, name in enumerate(HOSTILE):
        title = {"en": f"</script><script>alert({at})</script>{name}", "fr": name}
        told = facts(plan={"title": title, "only": {name: [name, {"x": name}]}}, finished=name)
        write_run(
            tmp_path / name.replace("/", "_"), told=told, found=results(label=name, unit=name)
        )
    (tmp_path / os.fsdecode(b"bytes-\xff")).mkdir()
    page = Parsed(write_index(tmp_path).read_text(encoding="utf-8"))
    assert len(page.every("script")) == 1
    assert page.every("img") == []
    assert not any(
        name.startswith("on") or name == "style" for _, attrs in page.tags for name in attrs
    )
    links = [attrs["href"] for attrs in page.every("a")]
    assert all(re.match(r"(#|index\.|\./)", link) for link in links)
    reached = [link for link in links if link.endswith("report.html")]
    assert len(set(reached)) == len(HOSTILE)


def test_a_name_that_would_do_harm_in_a_shell_is_not_offered_to_one(tmp_path):
    write_run(tmp_path / "x\nrm -rf ~")
    write_run(tmp_path / "$(reboot)")
    found = {one.name: one.path for one in read_site(tmp_path).runs}
    assert found["x rm -rf ~"] == ""
    assert found["$(reboot)"] == f"'{tmp_path}/$(reboot)'"


def test_the_policy_lets_run_the_pages_own_script_and_style_alone(made):
    page = Parsed(made.read_text(encoding="utf-8"))
    policy = page.every("meta")[1]["content"]
    from base64 import b64encode

    for kind in ("script", "style"):
        (content,) = ["".join(page.blocks[kind])]
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", made.read_text(encoding="utf-8"))


def test_the_table_is_whole_without_a_script_and_its_files_are_there(made):
    page = Parsed(made.read_text(encoding="utf-8"))
    rows = [attrs for attrs in page.every("tr") if "data-status" in attrs]
    assert len(rows) == 12
    assert not any("hidden" in attrs for attrs in rows)
    assert "hidden" in next(attrs for attrs in page.every("form") if attrs["id"] == "filters")
    for attrs in page.every("a"):
        address = attrs["href"]
        assert address.startswith("#") or (made.parent / address).exists(), address


def test_both_languages_are_made_and_the_index_is_in_that_of_most_runs(tmp_path):
    for name in ("a", "b"):
        write_run(tmp_path / name, told=facts(plan={"language": "fr"}))
    write_run(tmp_path / "c")
    write_index(tmp_path)
    pages = {name: (tmp_path / f"index{name}.html").read_bytes() for name in ("", ".en", ".fr")}
    assert pages[""] == pages[".fr"] != pages[".en"]
    assert b'lang="fr"' in pages[".fr"]


def test_the_same_runs_give_the_same_bytes(made):
    before = made.read_bytes()
    assert write_index(made.parent).read_bytes() == before


def test_a_batch_lists_runs_that_are_not_done_with_their_reason_and_says_what_chance_gives(
    tmp_path,
):
    for name, p, language in (("fes", 0.001, "en"), ("fes-fr", 0.001, "fr"), ("rabat", 0.6, "en")):
        plan = {"only": {"city": [name[:3]]}, "language": language, "name": name}
        write_run(tmp_path / name, told=facts(plan=plan), found=results(p=p))
    write_run(tmp_path / "sale", found=results(p=0.0001))  # of an earlier day
    lost = {"name": "sale", "parameters": {"only": {"city": ["Salé"]}}, "reason": "no <b>space</b>"}
    done = [{"name": name, "status": "done"} for name in ("fes", "fes-fr", "rabat")]
    told = {
        "runs": [*done, {**lost, "status": "failed"}, {"name": "taza", "status": "not_started"}]
    }
    (tmp_path / "grid" / "logs").mkdir(parents=True)
    (tmp_path / "grid" / "batch.json").write_text(json.dumps(told))
    site = read_site(tmp_path)
    assert [(one.name, one.status, one.batch) for one in site.runs] == [
        ("fes", "internal", "./grid"), ("fes-fr", "internal", "./grid"), ("rabat", "internal", "./grid"), ("sale", "internal", ""),
        ("sale", "failed", "./grid"), ("taza", "not_started", "./grid"),
    ]  # fmt: skip
    assert site.runs[4].part == {"city": "Salé"}
    page = write_index(tmp_path).read_text(encoding="utf-8")
    french = (tmp_path / "index.fr.html").read_text(encoding="utf-8")
    assert all(
        '<span lang="en">no &lt;b&gt;space&lt;/b&gt;</span>' in one for one in (page, french)
    )
    row = re.search(r"<bdi>grid</bdi>.*?</tr>", page).group()
    assert re.findall(r"<div>([^<]*)</div>", row) == ["5", "3", "2", "1", "0.10", "1"]


@pytest.mark.parametrize(
    ("told", "listed"),
    [
        ("[]", ["damaged"]),
        ("{", ["damaged"]),
        ('{"runs": 3}', []),
        ('{"runs": [null, {"name": [1], "status": "failed"}, {"status": ["x"]}]}', ["failed"]),
    ],
)
def test_a_damaged_batch_is_listed_as_that(tmp_path, told, listed):
    (tmp_path / "grid").mkdir()
    (tmp_path / "grid" / "batch.json").write_text(told)
    assert [one.status for one in read_site(tmp_path).runs] == listed


def test_nothing_of_somebody_else_is_written_over(tmp_path):
    page = tmp_path / "index.html"
    page.write_text("my own page")
    with pytest.raises(StorageError, match="somebody else"):
        write_index(tmp_path)
    assert page.read_text() == "my own page"
    page.unlink()
    outside = tmp_path / "outside.html"
    outside.write_text("elsewhere")
    page.symlink_to(outside)
    with pytest.raises(StorageError, match="somebody else"):
        write_index(tmp_path)
    assert outside.read_text() == "elsewhere"
    assert {path.name for path in tmp_path.glob(".*")} <= {".index.html.lock"}


def test_a_page_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    page = write_index(tmp_path)
    before = page.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site_room.os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        write_index(tmp_path)
    assert page.read_bytes() == before
    assert {path.name for path in tmp_path.glob(".*")} <= {".index.html.lock"}


def test_a_page_of_internal_runs_is_its_makers_alone(tmp_path):
    write_run(tmp_path / "a", told=facts(released="2026-11-29"))
    assert write_index(tmp_path).stat().st_mode & 0o777 == 0o644
    write_run(tmp_path / "b")
    assert write_index(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_missing_folder_is_a_named_error(tmp_path):
    with pytest.raises(StorageError, match="no such folder"):
        write_index(tmp_path / "nowhere")


def certified(folder, **changes):
    """A run that its certificate vouches for."""
    told = facts(**changes.pop("told", {}))
    write_run(folder, found=results(**changes))
    (folder / "run.json").unlink()
    certify(folder, told)
    return folder


def test_two_runs_are_compared_and_the_index_lists_the_page(tmp_path):
    digest = "0123456789abcdef" * 4
    first = certified(tmp_path / "before", told={"inputs": {"data.csv": digest}, "impact": "0.1.0"})
    second = certified(
        tmp_path / "after", estimate=9500.0, told={"inputs": {"data.csv": "bb"}, "impact": "0.1.0"}
    )
    write_index(tmp_path)
    page = write_comparison(first, second, to=None, language=None)
    text = page.read_text(encoding="utf-8")
    said = r"Data: 1 of 1 changed; Plan: the same; Code: the same; Results: 2 of \d+ changed"
    assert re.search(said, text)
    assert "+5.56%" in text
    assert re.findall(r"<details open><summary>(\w+)", text) == ["headline"]
    assert digest[:16] in text
    assert digest not in text
    assert page.name in (tmp_path / "index.html").read_text(encoding="utf-8")
    for attrs in Parsed(text).every("a"):
        assert attrs["href"].startswith("#") or (page.parent / attrs["href"]).exists()


def test_a_comparison_shows_hostile_keys_and_values_as_text(tmp_path):
    evil = "</code><script>alert(1)</script>"
    runs = [
        certified(
            tmp_path / name, told={"plan": {evil: evil + name, "alpha": at}, "inputs": {evil: name}}
        )
        for at, name in enumerate("ab")
    ]
    page = write_comparison(*runs, to=None, language="fr").read_text(encoding="utf-8")
    assert Parsed(page).every("script") == []
    assert page.count("&lt;script&gt;alert(1)") == 4
    assert "script-src 'none'" in page


def test_a_run_that_is_not_as_certified_is_not_compared(tmp_path):
    first, second = certified(tmp_path / "a"), certified(tmp_path / "b")
    (second / "results.json").write_text(json.dumps(results(estimate=1.0)))
    with pytest.raises(StorageError, match="changed after the run"):
        write_comparison(first, second, to=None, language=None)


def test_a_comparison_replaces_no_page_of_somebody_else(tmp_path):
    first, second = certified(tmp_path / "a"), certified(tmp_path / "b")
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    with pytest.raises(StorageError, match="somebody else"):
        write_comparison(first, second, to=mine, language="fr")
    assert put_page(tmp_path / "new.html", mine.read_bytes()).read_text() == "mine"
