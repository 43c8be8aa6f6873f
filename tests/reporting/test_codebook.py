"""The codebook: DDI as its schema has it, both languages, no figure of fewer than ten units, no text that a reader's program would run."""

import csv
import re
from copy import deepcopy
from io import StringIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evaluation.test_answerable import study_of
from lxml import etree, html
from reporting.ddi_codebook import ATTRIBUTES, CHILD_OF, TEXTS, rules
from reporting.test_render import PAYLOADS
from typer.testing import CliRunner

from impact.cli import app
from impact.data.schema import Schema
from impact.data.strict import Words
from impact.pipeline.codebook import codebook_of
from impact.pipeline.plan import checked_study
from impact.reporting.codebook.ddi import NAMESPACE, REPRESENTED, ddi
from impact.reporting.codebook.description import Codebook
from impact.reporting.codebook.page import page
from impact.reporting.codebook.sheet import HEADS, sheet
from impact.reporting.codebook.variables import shown_counts
from impact.reporting.codebook.write import CODEBOOKS, write_codebook
from impact.reporting.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
DDI = {"d": NAMESPACE}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture(scope="module")
def artisans():
    return checked_study(ROOT / "evaluation.yml", {})


@pytest.fixture(scope="module")
def grants():
    return checked_study(ROOT / "evaluation-jobtraining.yml", {})


@pytest.fixture(scope="module")
def funded(artisans):
    """The case as if it were real: in one file, somebody paid, and firms have weights."""
    made = artisans.changed(truth=None, data="firms.csv")
    declared = artisans.schema.model_dump() | {"weight": "employment"}
    object.__setattr__(made, "schema", Schema.model_validate(declared))
    object.__setattr__(made, "data", artisans.frame.assign(employment=1))
    return made


def document(study):
    return etree.fromstring(ddi(codebook_of(study), version="1"))


def rows(study):
    text = sheet(codebook_of(study)).decode("utf-8")
    return {row["name"]: row for row in csv.DictReader(StringIO(text))}


def page_of(study):
    return page(codebook_of(study), Voice(study)).decode("utf-8")


def with_schema(study, **columns):
    """The study with other declarations of some columns."""
    made = study.changed()
    declared = study.schema.model_dump()
    for name, changes in columns.items():
        declared["columns"][name] |= changes
    object.__setattr__(made, "schema", Schema.model_validate(declared))
    object.__setattr__(made, "data", study.frame)
    return made


@pytest.fixture(scope="module")
def written(artisans, grants, funded):
    """Documents in which everything stands that the codebook can write."""
    return [ddi(codebook_of(one), version="1") for one in (artisans, grants, funded)]


def test_the_document_uses_each_element_as_the_official_schema_does(written):
    for one in written:
        rules().assertValid(etree.fromstring(one))


def test_the_facts_of_the_schema_are_those_of_what_is_written(written):
    name = lambda one: etree.QName(one).localname  # noqa: E731
    elements = [one for each in written for one in etree.fromstring(each).iter()]
    assert {
        (name(one.getparent()), name(one)) for one in elements if one.getparent() is not None
    } == CHILD_OF
    facts = {(element, one) for element, names in ATTRIBUTES.items() for one in names}
    assert {
        (name(one), key) for one in elements for key in one.attrib if key not in {"ID", LANG}
    } == facts
    assert {*REPRESENTED.values(), "numeric"} <= set(ATTRIBUTES["var"]["representationType"])


def first(root, tag):
    return root.find(f".//d:{tag}", DDI)


SPOILT = {
    "a part after its place": lambda root: root.append(root[0]),
    "no study": lambda root: root.remove(first(root, "stdyDscr")),
    "two titles": lambda root: first(root, "titl").addnext(deepcopy(first(root, "titl"))),
    "a label after the counts": lambda root: first(root, "var").append(first(root, "var")[0]),
    "sources before the method": lambda root: first(root, "dataColl").insert(
        0, first(root, "sources")
    ),
    "a range of nothing": lambda root: first(root, "valrng").remove(first(root, "range")),
    "an element within a text": lambda root: first(root, "labl").append(first(root, "catgry")),
    "an unknown element": lambda root: etree.SubElement(first(root, "var"), f"{{{NAMESPACE}}}x"),
    "an element of nobody's": lambda root: etree.SubElement(first(root, "labl"), "b"),
    "text between elements": lambda root: setattr(first(root, "var"), "text", "x"),
    "text in a range": lambda root: setattr(first(root, "range"), "text", "x"),
    "another version": lambda root: root.set("version", "2.6"),
    "a variable without a name": lambda root: first(root, "var").attrib.pop("name"),
    "a statistic of no kind": lambda root: first(root, "sumStat").attrib.pop("type"),
    "a statistic of its own kind": lambda root: first(root, "sumStat").set("type", "total"),
    "a third kind of variable": lambda root: first(root, "var").set("intrvl", "sometimes"),
    "an unknown attribute": lambda root: first(root, "var").set("label", "x"),
    "an ID that is none": lambda root: first(root, "var").set("ID", "1"),
    "references that are none": lambda root: first(root, "var").set("files", "F9 F1 F1 2"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_what_the_official_schema_forbids_is_refused(written, fault):
    root = etree.fromstring(written[0])
    SPOILT[fault](root)
    assert not rules().validate(root)


def test_no_text_is_empty_and_every_count_is_a_number(written):
    """The schema would take an empty title, and any words for a count."""
    for root in map(etree.fromstring, written):
        told = lambda *tags: [one for tag in tags for one in root.iter(f"{{{NAMESPACE}}}{tag}")]  # noqa: B023, E731
        assert all((one.text or "").strip() for one in told(*TEXTS - {"varFormat"}))
        assert all(one.text.isdecimal() for one in told("caseQnty", "varQnty", "catStat"))
        numbers = [one.text for one in told("sumStat")] + root.xpath("//@min | //@max")
        assert np.isfinite([float(one) for one in numbers]).all()


def test_every_reference_leads_to_an_element(artisans):
    root = document(artisans)
    known = set(root.xpath("//@ID"))
    assert {name for refs in root.xpath("//@files") for name in refs.split()} <= known
    assert len(known) == len(root.xpath("//@ID"))


def test_labels_titles_and_categories_stand_in_both_languages(artisans):
    root = document(artisans)
    titles = {
        one.get(LANG): one.text
        for one in root.xpath("//d:stdyDscr//d:titlStmt/*[@xml:lang]", namespaces=DDI)
    }
    assert titles == {
        language: artisans.plan.title.in_language(language) for language in ("en", "fr")
    }
    revenue = root.xpath("//d:var[@name='revenue_mad']/d:labl", namespaces=DDI)
    assert [(one.get(LANG), one.text) for one in revenue] == [
        ("en", "Revenue"), ("fr", "Chiffre d'affaires"),
    ]  # fmt: skip
    fes = root.xpath("//d:catgry[d:catValu='Fes']/d:labl/text()", namespaces=DDI)
    assert fes == ["Fes", "Fès"]


def test_the_study_is_described_from_plan_and_programme(artisans):
    root = document(artisans)
    said = lambda path: root.xpath(f"//d:stdyDscr//{path}/text()", namespaces=DDI)  # noqa: E731
    assert said("d:timePrd") == ["2010Q1", "2014Q4"]
    assert said("d:geogCover")[0].startswith("Fes and Marrakech")
    assert said("d:frequenc") == ["Quarterly", "Trimestrielle"]
    assert said("d:notes[@type='funded_by']")[0].startswith("Millennium Challenge Corporation")
    assert said("d:fundAg") == []  # nobody funded simulated data
    assert "no real firm" in said("d:dataKind")[0]


def test_what_nobody_wrote_down_is_left_out(grants):
    root = document(grants)
    for tag in ("abstract", "geogCover", "fundAg", "producer", "universe", "sampProc", "fileType"):
        assert root.find(f".//d:{tag}", DDI) is None


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        ("data/artisans.csv", ["CSV"]),
        ("firms.dta", ["DTA"]),
        ("data/raw/intake.yml", []),
        ("package:linearmodels.jobtraining", []),
    ],
)
def test_the_kind_of_file_is_told_where_the_data_are_one_file(artisans, data, ending):
    described = Codebook.of(artisans, file_name=data)
    root = etree.fromstring(ddi(described, version="1"))
    assert root.xpath("//d:fileType/text()", namespaces=DDI) == ending
    assert root.xpath("//d:fileName/text()", namespaces=DDI) == [data]


def test_a_funder_of_real_data_is_told(artisans):
    real = artisans.changed(truth=None)
    assert len(document(real).findall(".//d:fundAg", DDI)) == 2


def test_counts_are_those_of_the_file(artisans):
    frame, told = artisans.frame, rows(artisans)
    assert list(told) == list(artisans.schema.columns)
    for name, row in told.items():
        assert int(row["valid"]) == frame[name].notna().sum()
        assert int(row["missing"]) == frame[name].isna().sum()
    reasons = frame.attrs["missing"]["revenue_mad"]
    shown = "; ".join(f"{reason}: {n}" for reason, n in reasons.items())
    assert told["revenue_mad"]["missing_by_reason"] == shown
    assert "refused" in reasons
    assert float(told["revenue_mad"]["mean"]) == pytest.approx(frame.revenue_mad.mean(), rel=1e-5)
    assert float(told["revenue_mad"]["sd"]) == pytest.approx(frame.revenue_mad.std(), rel=1e-5)
    assert f"Fes = Fès ({(frame.city == 'Fes').sum()})" in told["city"]["categories_fr"]
    assert told["exhibited"]["categories_en"] == "0 = no (11040); 1 = yes (960)"


def test_no_least_and_no_most_of_the_data_is_told(artisans):
    largest = f"{artisans.frame.revenue_mad.max():.15g}"
    root = document(artisans)
    assert not root.xpath("//d:sumStat[@type='min' or @type='max']", namespaces=DDI)
    for text in (etree.tostring(root, encoding="unicode"), page_of(artisans), str(rows(artisans))):
        assert largest not in text
    limits = root.xpath("//d:var[@name='revenue_mad']/d:valrng/d:range", namespaces=DDI)
    assert [dict(one.attrib) for one in limits] == [{"UNITS": "REAL", "min": "0"}]


def test_no_id_is_told(artisans):
    everything = b"".join(
        [
            ddi(codebook_of(artisans), version="1"),
            sheet(codebook_of(artisans)),
            page_of(artisans).encode(),
        ]
    ).decode("utf-8")
    text = re.sub(r"base64,[^)]*", "", everything)
    assert not [unit for unit in artisans.frame.artisan_id.unique() if unit in text]
    assert not [name for name in artisans.frame.fair.dropna().unique() if name in text]


def counts(**told):
    rows_and_units = pd.DataFrame(told, index=["rows", "units"]).T
    return shown_counts(rows_and_units["rows"], rows_and_units["units"])


def test_a_count_of_fewer_than_ten_units_is_not_shown_nor_told_by_the_total():
    assert counts(a=(400, 40), b=(300, 30)) == {"a": 400, "b": 300}
    assert counts(a=(400, 40), b=(30, 3), c=(300, 30)) == {"a": 400, "b": None, "c": None}
    assert counts(a=(400, 40), b=(30, 3), c=(20, 2)) == {"a": None, "b": None, "c": None}
    assert counts(a=(400, 40), b=(60, 6), c=(50, 5)) == {"a": 400, "b": None, "c": None}
    assert counts(a=(400, 40), b=(0, 0)) == {"a": 400, "b": 0}
    assert counts(a=(30, 3)) == {"a": None}


def test_figures_of_fewer_than_ten_units_are_not_told(tmp_path):
    study = study_of("usual", tmp_path)
    few = np.where(study.frame.id < 9, study.frame.y, np.nan)
    object.__setattr__(study, "data", study.frame.assign(y=few))
    object.__setattr__(study, "schema", study.schema)
    study._panels["y", None, 0.0, None] = study_of("usual", tmp_path).panel()
    told = rows(study)["y"]
    assert (told["valid"], told["mean"], told["sd"]) == ("45", "", "")


def test_security_follows_from_role_and_type(artisans, tmp_path):
    told = {name: row["security"] for name, row in rows(artisans).items()}
    assert told["artisan_id"] == "direct_key"
    assert told["fair"] == "free_text"
    assert told["city"] == told["first_fair"] == "indirect"
    assert told["revenue_mad"] == "sensitive"
    assert told["quarter"] == "harmless"
    assert rows(study_of("clusters_mixing_cohorts", tmp_path))["village"]["security"] == "group_key"


def test_the_same_study_gives_the_same_bytes(artisans, tmp_path, monkeypatch):
    first = write_codebook(codebook_of(artisans), Voice(artisans), tmp_path)
    before = [path.read_bytes() for path in first]
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    again = write_codebook(codebook_of(artisans), Voice(artisans), tmp_path)
    assert [path.read_bytes() for path in again] == before
    assert {path.name for path in tmp_path.iterdir()} == set(CODEBOOKS)


HOSTILE = [*PAYLOADS, "a\x01\x1b[2Jb\ufffe", "]]>", "&amp;&#x1;", "--><x>"]


@pytest.fixture(scope="module")
def hostile(artisans):
    """Every text of plan and schema is one that somebody would like to be run."""
    names = list(artisans.schema.columns)
    texts = [Words(en=one, fr=f"{one} fr") for one in HOSTILE]
    changes = {}
    for at, name in enumerate(names):
        told = [texts[(3 * at + shift) % len(texts)].model_dump() for shift in range(3)]
        changes[name] = {"label": told[0], "unit": told[1], "description": told[2]}
    changes["city"]["category_labels"] = {
        "Fes": texts[0].model_dump(),
        "Marrakech": texts[7].model_dump(),
    }
    made = with_schema(artisans.changed(title=texts[1].model_dump()), **changes)
    object.__setattr__(made, "data", artisans.frame)
    return made


def test_any_text_stays_a_text_in_the_document(hostile):
    root = document(hostile)
    rules().assertValid(root)
    labels = root.xpath("//d:var/d:labl[@xml:lang='en']/text()", namespaces=DDI)
    assert labels[0] == HOSTILE[0]
    assert {etree.QName(one).namespace for one in root.iter()} == {NAMESPACE}


def test_any_text_stays_a_text_in_the_page(hostile):
    text = page_of(hostile)
    tree = html.fromstring(text)
    tags = {one.tag for one in tree.iter() if isinstance(one.tag, str)}
    assert tags <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "a",
            "main",
            "div",
            "p",
            "h1",
            "h2",
            "h3",
            "dl",
            "dt",
            "dd",
        ),
        *("table", "caption", "thead", "tbody", "tr", "th", "td", "code", "section"),
    }
    names = {name for one in tree.iter() for name in one.attrib}
    assert not [name for name in names if name.startswith("on")]
    assert all(one.startswith("#") for one in tree.xpath("//@href"))
    assert "default-src 'none'" in text


def test_any_text_stays_a_text_in_a_spreadsheet(hostile):
    for row in csv.reader(StringIO(sheet(codebook_of(hostile)).decode("utf-8"))):
        assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_leads_to_every_variable_and_speaks_the_plans_language(artisans, language):
    made = artisans.changed(language=language)
    object.__setattr__(made, "data", artisans.frame)
    tree = html.fromstring(page_of(made))
    assert tree.get("lang") == language
    targets = set(tree.xpath("//@id"))
    links = [one.removeprefix("#") for one in tree.xpath("//table//@href")]
    assert set(links) <= targets
    assert len(links) == len(artisans.schema.columns)
    heads = [int(one.tag[1]) for one in tree.iter("h1", "h2", "h3")]
    assert all(after - before <= 1 for before, after in pairwise(heads))


def test_the_command_writes_the_three_files(tmp_path):
    done = CliRunner().invoke(
        app,
        [
            "codebook",
            str(ROOT / "evaluation-jobtraining.yml"),
            "--folder",
            str(tmp_path / "new" / "x"),
        ],
    )
    assert done.exit_code == 0, done.output
    assert [Path(line).name for line in done.output.split()] == list(CODEBOOKS)
    written = (tmp_path / "new" / "x" / "codebook.csv").read_text(encoding="utf-8")
    assert written.splitlines()[0] == ",".join(HEADS)
