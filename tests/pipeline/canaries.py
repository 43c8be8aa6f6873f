"""A small project whose raw files hold names, identity and telephone numbers, e-mail addresses and one exact revenue."""

import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

FIRMS, TREATED = 48, 14
QUARTERS = [f"{year}Q{quarter}" for year in (2011, 2012, 2013) for quarter in (1, 2, 3, 4)]
START = "2012Q4"
REVENUE = 48273.61  # of one firm in one quarter
PERSON = {
    "cin": "QX847291", "nom": "Zoulikha Tazrouti-Benkirane", "gsm": "06 61 84 72 95",
    "email": "zoulikha.tazrouti@exemple.ma",
}  # fmt: skip
_GIVEN = ["Karima", "Omar", "Fatima", "Youssef", "Rachid", "Naïma", "Driss", "Latifa"]
_FAMILY = ["Sqalli", "Ouazzani", "Mernissi", "Chraïbi", "Lahlou", "Berrada"]
LABEL = {"en": "x", "fr": "x"}


def people():
    """One row a firm; the first is the person whose every trace is looked for, and so are the others'."""
    random = np.random.default_rng(7)
    names = [f"{given} {family}" for family in _FAMILY for given in _GIVEN]
    rows = [
        {
            "cin": f"BK{number}",
            "nom": name,
            "gsm": f"06 {n % 90 + 10} 83 {n * 7 % 90 + 10} {n * 3 % 90 + 10}",
            "email": f"{name.split()[0].lower()}.{n}@exemple.ma",
        }
        for n, (name, number) in enumerate(
            zip(
                names, random.choice(np.arange(100_000, 999_999), FIRMS, replace=False), strict=True
            )
        )
    ]
    return pd.DataFrame([PERSON, *rows[1:]])


def survey():
    """One row a firm and quarter."""
    random = np.random.default_rng(8)
    frame = people().loc[np.repeat(np.arange(FIRMS), len(QUARTERS))].reset_index(drop=True)
    level = np.repeat(random.lognormal(10.6, 0.4, FIRMS), len(QUARTERS))
    frame["quarter"] = np.tile(QUARTERS, FIRMS)
    late = (frame["quarter"] >= START) & (np.repeat(np.arange(FIRMS), len(QUARTERS)) < TREATED)
    noise = random.normal(0, 0.15, len(frame))
    frame["revenue"] = (level * np.exp(noise + 0.2 * late)).round(2)
    frame.loc[3, "revenue"] = REVENUE
    frame["seen"] = "05/04/2013"
    frame["status"] = "active"
    return frame


def fair():
    """Participants by name; one is spelled otherwise."""
    frame = people()[["nom"]].head(TREATED).copy()
    frame.loc[2, "nom"] = "FATIMA Squalli"
    frame["first"] = START
    return frame


INTAKE = {
    "version": 1,
    "sources": {
        "survey": {
            "file": "survey.csv",
            "csv": {"delimiter": ";", "dates": "day_first"},
            "identifiers": {
                name: {"rules_only": "the list of participants has names only"}
                for name in ("nom", "gsm", "email")
            },
            "columns": {
                "firm": {"column": "cin", "type": "string", "pseudonym": True},
                "nom": {"type": "string"}, "gsm": {"type": "string"}, "email": {"type": "string"},
                "quarter": {"type": "period", "frequency": "quarter"},
                "revenue": {"type": "number", "minimum": 0},
                "seen": {"type": "date"},
                "status": {"type": "category", "categories": ["active", "idle"]},
            },
        },
        "fair": {
            "file": "fair.csv",
            "identifiers": {"nom": {"rules_only": "it has no codes"}},
            "columns": {"nom": {"type": "string"}, "first": {"type": "period", "frequency": "quarter"}},
        },
    },
    "rules": [
        {"rule": "keep", "table": "survey", "where": [{"column": "status", "is": "active"}]},
        {"rule": "merge", "table": "survey", "with": "fair", "on": ["nom"], "take": {"first_fair": "first"},
         "expect": "many_to_one", "unmatched": "keep", "unmatched_with": "keep_out", "normalise": ["case", "accents"],
         "similar": {"columns": ["nom"], "confirmed": "pairs.csv"}},
        {"rule": "forget", "table": "survey", "columns": ["nom", "gsm", "email", "seen", "status"]},
    ],
}  # fmt: skip
SCHEMA = {
    "version": 1, "title": LABEL, "source": "made up", "unit": "firm",
    "time": {"column": "quarter", "frequency": "quarter"}, "cohort": {"column": "first_fair"},
    "columns": {
        "firm": {"type": "string", "label": LABEL}, "quarter": {"type": "period", "label": LABEL},
        "revenue": {"type": "number", "label": {"en": "Revenue", "fr": "Chiffre d'affaires"}, "unit": "MAD"},
        "first_fair": {"type": "period", "label": LABEL},
    },
}  # fmt: skip
PLAN = {
    "name": "canaries", "title": {"en": "A small case", "fr": "Un petit cas"}, "data": "intake.yml",
    "schema": "schema.yml", "outcomes": ["revenue"], "cohort": "first_fair", "permutations": 99, "design_draws": 200,
    "placebo_periods": 2,
}  # fmt: skip
PAIRS = "left,right,accepted,initials\nFatima Sqalli,FATIMA Squalli,yes,KB\n"


@dataclass
class Project:
    """The files of a project, to be changed before they are written."""

    intake: dict = field(default_factory=lambda: json.loads(json.dumps(INTAKE)))
    schema: dict = field(default_factory=lambda: json.loads(json.dumps(SCHEMA)))
    plan: dict = field(default_factory=lambda: json.loads(json.dumps(PLAN)))
    survey: pd.DataFrame = field(default_factory=survey)
    fair: pd.DataFrame = field(default_factory=fair)
    pairs: str = PAIRS
    broken_rule: str = ""  # as a message must name it
    without_key: bool = False
    spoiled: dict = field(
        default_factory=dict
    )  # files by name, as bytes made of those that were written

    @property
    def columns(self):
        return self.intake["sources"]["survey"]["columns"]

    def rule(self, rule, **options):
        """Put a rule before those of the plan."""
        self.intake["rules"].insert(0, {"rule": rule, "table": "survey", **options})
        self.broken_rule = f"rule 1 ({rule})"

    def put(self, column, cell, *, row=5):
        """Write a cell of the survey."""
        self.survey[column] = self.survey[column].astype(object)
        self.survey.loc[row, column] = cell

    @property
    def merge(self):
        return self.intake["rules"][1]

    def written(self, folder):
        folder.mkdir(exist_ok=True)
        self.survey.to_csv(folder / "survey.csv", sep=";", index=False)
        self.fair.to_csv(folder / "fair.csv", index=False)
        (folder / "pairs.csv").write_text(self.pairs, encoding="utf-8")
        for name in ("intake", "schema", "plan"):
            text = json.dumps(getattr(self, name), ensure_ascii=False)
            (folder / f"{name}.yml").write_text(text, encoding="utf-8")
        for name, spoil in self.spoiled.items():
            path = folder / name
            path.write_bytes(spoil(path.read_bytes() if path.is_file() else b""))
        return folder / "plan.yml"


def canaries():
    """Every text that must not be found, in every way in which it may be written."""
    frame = people()
    texts = [*frame["cin"], *frame["nom"], *frame["gsm"], *frame["email"], "FATIMA Squalli"]
    texts += [text.replace(" ", "") for text in frame["gsm"]]
    texts += ["Zoulikha", "Tazrouti", "Squalli"]
    marks = [
        "48273.61",
        "48273,61",
        "48,273.61",
        *(f"48{space}273,61" for space in " \u00a0\u202f"),
    ]
    return sorted({*texts, *marks})


_CANARIES = re.compile("|".join(map(re.escape, canaries())), re.IGNORECASE)


def found_in(text):
    """Canaries in a text."""
    return sorted(set(_CANARIES.findall(text)))


def found_under(folder):
    """Canaries in the files of a folder, by name: as bytes, inside archives, and in the words of a PDF."""
    from impact.reporting.rendered import blocks_of

    found = {}
    for path in sorted(Path(folder).rglob("*")):
        if not path.is_file():
            continue
        parts = [path.name, *_texts(path.read_bytes())]
        if path.suffix == ".pdf":
            parts += blocks_of(path)
        if here := found_in("\n".join(parts)):
            found[path.relative_to(folder).as_posix()] = here
    return found


def _texts(content):
    yield content.decode("utf-8", errors="replace")
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                yield from _texts(archive.read(name))
