"""A proposal in French: every sentence of it, whatever the files, and YAML that loads."""

import re
import typing

import pytest
import yaml
from proposed_files import FRENCH, NAMED, PANEL, form, stata

from impact.data.intake.plan import read_intake_plan
from impact.data.privacy.names import Identifier
from impact.data.proposal.doubt import Doubt, DoubtCode
from impact.data.proposal.propose import propose
from impact.data.proposal.proposed import Label, LeftOut, ProposedColumn, ProposedFile
from impact.data.proposal.roles import Told
from impact.data.schema import read_schema
from impact.errors import Fault, FaultCode, Rows
from impact.pipeline.plan import read_plan
from impact.pipeline.proposed_plan import write_proposal
from impact.reporting.proposal.schema_and_intake import schema_text
from impact.reporting.proposal.speech import Speech
from impact.reporting.words.register import REGISTER

pytestmark = pytest.mark.usefixtures("proposals_in_one_process")

FR, EN = Speech.of("fr"), Speech.of("en")
ENGLISH = re.compile(
    r"\b(?:the|of|is|are|and|not|by|which|with|its?|be|has|have|rows?|columns?|guess|could|what|files?|they|name[sd]?)\b"
)
ABOUT = {
    "fault": Fault("no_number", Rows((2, 5), 9)), "rows": Rows((7,), 1), "what": "day of birth", "type": "number",
    "share": 0.5, "doubt": Doubt.of("encoding"), "remedy": Doubt.of("not_parted"),
    "never": Doubt.of("start_never", codes="0"), "marks": Doubt.of("start_marked"), "option": Doubt.of("start_may_be_told"),
    "others": Doubt.of("start_by_others", columns="B"), "repeats": Doubt.of("key_repeats"),
    "n": 12, "rare": 2, "fewest": 3,
}  # fmt: skip
"""What doubts are about, by the name of the value; any other is a name."""


def every_doubt():
    for code in typing.get_args(DoubtCode):
        names = set(re.findall(r"{(\w+)}", REGISTER["doubt"][code]))
        yield Doubt(code, {name: ABOUT.get(name, "X") for name in names})
    for code in typing.get_args(FaultCode):
        yield Doubt.of(
            "read_as_text", fault=Fault("unfit") if code == "unfit" else Fault(code, Rows((1,), 1))
        )
    for what in typing.get_args(Identifier):
        yield Doubt.of("identifying_by_name", what=what)


def english_in(text):
    """Comments in which English words stand; keys and commands of the package, in quotation marks or braces, are none."""
    lines = [line.partition("#")[2] for line in text.splitlines() if line.lstrip().startswith("#")]
    said = [re.sub(r"`[^`]*`|{[^}]*}|\b(?:docs|impact) ?\S+|--\w+", "", line) for line in lines]
    rules = re.compile(r"^ (?:- rule|  \w+|currency|characteristics):|^ rules:")
    return [line for line in said if ENGLISH.search(line) and not rules.match(line)]


def test_every_doubt_is_said_in_french():
    for doubt in every_doubt():
        said = FR.doubt(doubt)
        assert not english_in(f"# {said}"), said
        assert said != EN.doubt(doubt)


def test_a_schema_with_every_doubt_loads(tmp_path):
    made = propose([written(tmp_path / "panel.csv", PANEL)], told=Told())
    (file,) = made.files
    first, *others = made.columns
    doubtful = ProposedColumn(first.name, first.keys, first.label, doubts=tuple(every_doubt()))
    left = tuple(LeftOut(f"x{n}", doubt) for n, doubt in enumerate(every_doubt()))
    file = ProposedFile(
        file.table, file.path, file.layout, file.columns, left_out=left, doubts=tuple(every_doubt())
    )
    whole = type(made)((file,), made.rules, (doubtful, *others), made.roles, made.decisions)
    text = schema_text(whole, title=Label.same("x"), source="x", speech=FR)
    (tmp_path / "schema.yml").write_text(text, encoding="utf-8")
    assert read_schema(tmp_path / "schema.yml").unit == "firm"
    assert len(re.findall(r"# \?", text)) > 2 * len(typing.get_args(DoubtCode))
    assert english_in(text) == []


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def waves(folder):
    for wave in (1, 2, 3):
        lines = [f"A{n},{wave},{n * 1.5 + wave},{int(n < 5 and wave > 1)}" for n in range(20)]
        yield written(
            folder / f"Vague {wave}.csv", "\n".join(["id,vague,ventes,exposant", *lines]) + "\n"
        )
    register = [f"A{n},{'bois' if n % 2 else 'cuir'}" for n in range(20)]
    yield written(folder / "registre.csv", "\n".join(["id,matiere", *register]) + "\n")


def files(folder):
    """Kinds of files by name, each as it may arrive."""
    yield "french", [written(folder / "fr.csv", FRENCH + "Source : ministère;;;\n", "cp1252")]
    yield "sums", [written(folder / "sums.csv", PANEL + "TOTAL,,99999,\n")]
    yield "names", [written(folder / "names.csv", NAMED)]
    lines = [f"A{n},{n % 2},{n * 1.5},{n * 2.5},{n * 3.5}" for n in range(20)]
    yield (
        "wide",
        [written(folder / "wide.csv", "\n".join(["code,treat,ca_10,ca_11,ca_12", *lines]) + "\n")],
    )
    yield "waves", list(waves(folder))
    stata(folder / "s.dta")
    yield "stata", [folder / "s.dta"]
    form(folder / "form.xlsx")
    asked = [f"A{n // 3},{n % 3 + 1},{-n * 1.5},{n % 2}" for n in range(30)]
    yield (
        "asked",
        [
            folder / "form.xlsx",
            written(
                folder / "a.csv", "\n".join(["artisan_id,vague,ca,marches/exp", *asked]) + "\n"
            ),
        ],
    )
    yield (
        "none",
        [
            written(
                folder / "cross.csv",
                "\n".join(["age,income", *(f"{n},{n * 1.5}" for n in range(30))]) + "\n",
            )
        ],
    )


def test_french_files_have_no_english_comment_and_load(tmp_path):
    tried = 0
    for kind, paths in files(tmp_path):
        made = propose(paths, told=Told())
        done = write_proposal(made, folder=tmp_path / kind, language="fr", overwrite=False)
        for path in done.files:
            text = path.read_text(encoding="utf-8")
            assert yaml.safe_load(text)["language" if path.name == "evaluation.yml" else "version"]
            assert english_in(text) == [], f"{kind}/{path.name}"
        assert read_plan(done.files[-1]).language == "fr"
        assert read_schema(tmp_path / kind / "schema.yml").columns
        if (tmp_path / kind / "intake.yml").is_file():
            assert read_intake_plan(tmp_path / kind / "intake.yml").sources
            tried += 1
    assert tried >= 3
