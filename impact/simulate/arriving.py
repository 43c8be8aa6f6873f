"""The embedded case as it would arrive: four waves in four formats, a list of firms, a register of fairs, attendance lists.

Every trap in these files is one that real files have. `data/raw/intake.yml` undoes them all: what it makes is `artisans.csv`.
Amounts stand in the prices of their year, so that the plan deflates them.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from impact.data.intake.series import published
from impact.errors import StorageError
from impact.simulate.files import CASE, frame_of
from impact.simulate.firm_names import firm_names, respelt
from impact.simulate.process import draw
from impact.simulate.programme import scenario
from impact.simulate.revenue import MARKETS
from impact.streams import stream

TRADES = {
    "building crafts": "métiers du bâtiment",
    "decoration": "décoration",
    "furniture": "ameublement",
    "jewellery": "bijouterie",
    "traditional clothing": "habillement traditionnel",
}
STATUSES = {
    "active": "en activité",
    "idle": "sans vente",
    "exited": "cessée",
    "non-response": "non enquêtée",
}
QUARTER_ENDS = {1: "31/03", 2: "30/06", 3: "30/09", 4: "31/12"}
ACTIVITIES = {
    "media_tours": "Voyage de presse",
    "buyer_visits": "Visite d'acheteurs",
    "b2b_meetings": "Rencontre professionnelle",
}
EVENTS = {
    "Expo Artisan Marrakech": "Expo Artisan Marrakech",
    "National exposition Fes": "Exposition nationale de Fès",
}
NO_BREAK = "\u00a0"
SMALL_LETTERS = ("A017", "A104", "A230")
"""Firms whose id the fourth wave writes in small letters."""
CENTIMES = ("A044", "2014Q2")
"""Firm and quarter whose domestic revenue the fourth wave has in centimes."""
FIXED = datetime(2015, 1, 15, tzinfo=UTC)
STATA_TIME, SPSS_TIME = b"15 Jan 2015 09:00", b"15 Jan 1509:00:00"


@dataclass(frozen=True)
class Arriving:
    """The clean panel with what the files need beside it: names of firms, amounts in prices of their year."""

    frame: pd.DataFrame
    names: dict[str, str]
    generator: np.random.Generator

    @classmethod
    def of(cls) -> "Arriving":
        """Draw the case: all arms, for a survey does not know yet who will be compared."""
        frame = frame_of(draw(scenario(CASE.scenario), seed=CASE.seed))
        generator = stream(CASE.seed, "arriving")
        ids = frame["artisan_id"].unique()
        prices = published("morocco_cpi")
        year = frame["quarter"].str[:4].astype(int)
        for market in MARKETS:
            real = pd.to_numeric(frame[f"{market}_revenue_mad"])
            frame[market] = (real * year.map(prices.by_period) / prices.by_period[2012]).round(2)
        names = dict(zip(ids, firm_names(len(ids), generator), strict=True))
        return cls(frame.assign(year=year), names, generator)

    def wave(self, first: int, last: int) -> pd.DataFrame:
        """Return the rows of some years."""
        return self.frame[self.frame["year"].between(first, last)].reset_index(drop=True)

    @property
    def firms(self) -> pd.DataFrame:
        """One row a firm."""
        return self.frame.groupby("artisan_id", sort=False).first().reset_index()


def write_arriving(folder: Path) -> list[Path]:
    """Write every file but the intake plan into a folder that is there."""
    case = Arriving.of()
    return [
        _first_wave(case, folder / "enquete_2010_2011.csv"),
        _second_wave(case, folder / "enquete_2012.xlsx"),
        _third_wave(case, folder / "enquete_2013.dta"),
        _fourth_wave(case, folder / "enquete_2014.sav"),
        _list_of_firms(case, folder / "liste_artisans.csv"),
        *_register_of_fairs(case, folder),
        _attendance(case, folder / "presences.csv"),
    ]


def _french(amount: float) -> str:
    """Write an amount as a French spreadsheet exports it: ``12 500,50`` with a no-break space."""
    whole, cents = f"{amount:,.2f}".split(".")
    return whole.replace(",", NO_BREAK) + ("" if cents == "00" else f",{cents}")


def _first_wave(case: Arriving, path: Path) -> Path:
    """One row a firm, two heading rows, a total and a source below; cp1252, semicolons; -99 refused, -98 absent."""
    wave = case.wave(2010, 2011)
    refused = case.generator.random(len(wave)) < 0.5
    silent = wave["revenue_mad"] == ""
    parts = {}
    for market in MARKETS:
        code = np.where(refused, "-99", "-98")
        parts[market] = np.where(silent, code, wave[market].fillna(0).map(_french))
    parts["employment"] = wave["employment"].to_numpy()
    parts["status"] = wave["status"].map(STATUSES).to_numpy()
    quarters = wave["quarter"].unique()
    measures = ("CA intérieur", "CA touristes", "CA export", "Effectif", "Situation")
    above = ["", ""] + [f"T{q[-1]} {q[:4]}" if not i else "" for q in quarters for i in range(5)]
    below = ["N° artisan", "Raison sociale"] + list(measures) * len(quarters)
    rows = []
    for firm, places in wave.groupby("artisan_id", sort=False).indices.items():
        cells = [str(parts[name][place]) for place in places for name in parts]
        rows.append([str(firm), case.names[str(firm)], *cells])
    rows.sort(key=lambda row: row[1])
    total = ["TOTAL", f"{len(rows)} artisans", *[""] * (len(below) - 2)]
    lines = [
        ["Enquête auprès des artisans, première vague : situation par trimestre"],
        [],
        above,
        below,
        *rows,
        total,
    ]
    lines.append(["Source : enquête de référence, données simulées"])
    text = "\r\n".join(";".join(line) for line in lines) + "\r\n"
    path.write_bytes(text.encode("cp1252"))
    return path


def _second_wave(case: Arriving, path: Path) -> Path:
    """A workbook with a page of notes; average monthly amounts, some as text; days first; trial rows and rows sent twice."""
    import xlsxwriter

    rows = _answers_by_month(case.wave(2012, 2012))
    rows.insert(200, ["TEST-01", "Q12012", "01/03/2012", 1, 1, 1, 1, STATUSES["active"]])
    rows += [rows[place] for place in (5, 90, 400, 777)]
    amounts = [
        f"{market} (moyenne mensuelle, MAD)"
        for market in ("CA intérieur", "CA touristes", "CA export")
    ]
    heading = ["Identifiant", "Trimestre", "Date d'entretien", *amounts, "Effectif", "Situation"]
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": FIXED})
        notes = book.add_worksheet("Lisez-moi")
        notes.write_string(
            0, 0, "Deuxième vague. Données simulées ; montants en MAD par mois, aux prix courants."
        )
        page = book.add_worksheet("Réponses")
        page.write_string(0, 0, "Enquête auprès des artisans, deuxième vague (2012)")
        for at, line in enumerate([heading, *rows], start=2):
            for column, cell in enumerate(line):
                if cell != "":
                    write = page.write_string if isinstance(cell, str) else page.write_number
                    write(at, column, cell)
        page.write_string(len(rows) + 4, 0, "n.d. : non déclaré")
    return path


def _answers_by_month(wave: pd.DataFrame) -> list[list[Any]]:
    """One row a firm and quarter: id, quarter, day of the interview, three amounts a month, staff, status."""
    rows: list[list[Any]] = []
    for place, row in enumerate(wave.to_dict("records")):
        silent = row["revenue_mad"] == ""
        amounts: list[Any] = ["n.d." if silent else round(row[name] / 3, 2) for name in MARKETS]
        if not silent and place % 17 == 0:  # typed with the marks of the country
            amounts = [_french(amount) for amount in amounts]
        year, quarter = row["quarter"].split("Q")
        day = f"{1 + place % 28:02d}/{QUARTER_ENDS[int(quarter)][3:]}/{year}"
        staff = "" if row["employment"] == "" else int(row["employment"])
        known = [row["artisan_id"], f"Q{quarter}{year}", day]
        rows.append([*known, *amounts, staff, STATUSES[row["status"]]])
    return rows


def _third_wave(case: Arriving, path: Path) -> Path:
    """Stata: labelled codes, extended missing values, quarters in Stata's calendar; rows that a later entry corrects."""
    import pyreadstat

    wave = case.wave(2013, 2013)
    silent = (wave["revenue_mad"] == "").to_numpy()
    why = np.where(case.generator.random(len(wave)) < 0.5, "a", "b")
    codes = {status: code for code, status in enumerate(STATUSES, start=1)}
    made = pd.DataFrame(
        {
            "code": wave["artisan_id"],
            "trim": [4 * (int(q[:4]) - 1960) + int(q[-1]) - 1 for q in wave["quarter"]],
            **{f"ca_{market}": wave[market].to_numpy(dtype=object) for market in MARKETS},
            "effectif": pd.to_numeric(wave["employment"]).to_numpy(),
            "situation": wave["status"].map(codes).to_numpy(),
            "saisie": 1,
        }
    )
    for market in MARKETS:
        made[f"ca_{market}"] = np.where(silent, why, made[f"ca_{market}"])
    first = made.iloc[[36, 656, 1113]].assign(saisie=1)
    made.loc[first.index, "saisie"] = 2
    for market in MARKETS:
        first[f"ca_{market}"] = [
            10.0 * float(x) if not isinstance(x, str) else x for x in first[f"ca_{market}"]
        ]
    made = pd.concat([made.iloc[:900], first, made.iloc[900:]], ignore_index=True)
    labels: dict[int | float, str] = {code: STATUSES[status] for status, code in codes.items()}
    pyreadstat.write_dta(
        made, str(path), version=15, file_label="Enquête 2013 (données simulées)",
        variable_value_labels={"situation": labels},
        missing_user_values={f"ca_{market}": ["a", "b"] for market in MARKETS},
        variable_format={"trim": "%tq"},
        column_labels={"ca_domestic": "CA intérieur du trimestre", "ca_export": "CA à l'export", "saisie": "Numéro de saisie"},
    )  # fmt: skip
    return _without_clock(
        path, rb"<timestamp>.(\d\d \w{3} \d{4} \d\d:\d\d)</timestamp>", STATA_TIME
    )


def _fourth_wave(case: Arriving, path: Path) -> Path:
    """SPSS: user-missing codes, ids in small letters, an amount typed in centimes."""
    import pyreadstat

    wave = case.wave(2014, 2014)
    silent = (wave["revenue_mad"] == "").to_numpy()
    codes = {status: code for code, status in enumerate(STATUSES, start=1)}
    ids = wave["artisan_id"].where(
        ~wave["artisan_id"].isin(SMALL_LETTERS), wave["artisan_id"].str.lower()
    )
    made = pd.DataFrame(
        {
            "id": ids,
            "trimestre": [f"{q[:4]}-T{q[-1]}" for q in wave["quarter"]],
            **{f"ca_{market}": np.where(silent, -99.0, wave[market]) for market in MARKETS},
            "effectif": pd.to_numeric(wave["employment"]).to_numpy(),
            "situation": wave["status"].map(codes).to_numpy(),
        }
    )
    centimes = (wave["artisan_id"] == CENTIMES[0]) & (wave["quarter"] == CENTIMES[1])
    made.loc[centimes, "ca_domestic"] *= 100
    labels: dict[int | float, str] = {code: STATUSES[status] for status, code in codes.items()}
    pyreadstat.write_sav(
        made, str(path), file_label="Enquete 2014, donnees simulees",
        variable_value_labels={"situation": labels, **{f"ca_{market}": {-99: "refus ou absence"} for market in MARKETS}},
        missing_ranges={f"ca_{market}": [-99] for market in MARKETS},
    )  # fmt: skip
    return _without_clock(path, rb"\A.{92}(.{17})", SPSS_TIME)


def _list_of_firms(case: Arriving, path: Path) -> Path:
    """Every firm with its name, city and trade, in French words; cp1252."""
    firms = case.firms
    made = pd.DataFrame(
        {
            "Code": firms["artisan_id"],
            "Raison sociale": firms["artisan_id"].map(case.names),
            "Ville": firms["city"].replace({"Fes": "Fès"}),
            "Métier": firms["sector"].map(TRADES),
            "Type": firms["type"].replace({"SME": "PME", "mono-artisan": "artisan seul"}),
        }
    )
    made.to_csv(path, sep=";", index=False, encoding="cp1252", lineterminator="\r\n")
    return path


def _register_of_fairs(case: Arriving, folder: Path) -> list[Path]:
    """Who was invited to which fair, by name as the contractor wrote it; and which of them a person took for whom."""
    invited = case.firms[case.firms["fair"] != ""].sample(frac=1, random_state=case.generator)
    taken = {name.casefold() for name in case.names.values()}
    told, confirmed = [], []
    for place, firm in enumerate(invited.to_dict("records")):
        name = case.names[firm["artisan_id"]]
        written = respelt(name, case.generator) if place % 3 == 0 else name
        if written.casefold() != name.casefold() and written.casefold() in taken:
            written = name  # that spelling is another firm's name: no person could tell them apart
        if written.casefold() != name.casefold():
            confirmed.append((written, name))
        told.append(
            {
                "Nom de l'entreprise": written,
                "Ville": "Fès" if firm["city"] == "Fes" else firm["city"],
                "Salon": firm["fair"],
                "Date prévue": _day_in(firm["planned_quarter"]),
                "Date du salon": _day_in(firm["first_fair"]) if firm["first_fair"] else "",
                "A exposé": "oui" if firm["exhibited"] else "non",
            }
        )
    register, pairs = folder / "participants_salons.tsv", folder / "rapprochement_confirme.csv"
    pd.DataFrame(told).to_csv(
        register, sep="\t", index=False, encoding="utf-8-sig", lineterminator="\r\n"
    )
    made = pd.DataFrame(confirmed, columns=["left", "right"]).assign(accepted="yes")
    made.sort_values("left").to_csv(pairs, index=False, lineterminator="\n")
    return [register, pairs]


def _day_in(quarter: str) -> str:
    """Return a day in the middle of a quarter, written day first."""
    return f"15/{3 * int(quarter[-1]) - 1:02d}/{quarter[:4]}"


def _attendance(case: Arriving, path: Path) -> Path:
    """One row an attendance at an event at home or an activity, some entered twice; UTF-16 with tabs, as Excel has it."""
    firms = case.firms.to_dict("records")
    rows = [(firm["artisan_id"], EVENTS[firm["event"]]) for firm in firms if firm["event"]]
    rows += [
        (firm["artisan_id"], name)
        for firm in firms
        for activity, name in ACTIVITIES.items()
        for _ in range(firm[activity])
    ]
    order = case.generator.permutation(len(rows))
    listed = [(f"F{at + 1:04d}", *rows[place]) for at, place in enumerate(order)]
    listed += [listed[place] for place in (3, 44, 101)]
    made = pd.DataFrame(listed, columns=["Fiche", "Code", "Activité"])
    path.write_bytes(made.to_csv(sep="\t", index=False, lineterminator="\r\n").encode("utf-16"))
    return path


def _without_clock(path: Path, pattern: bytes, instead: bytes) -> Path:
    """Write a fixed time over the time at which a file was made, so that it is the same every time."""
    content = path.read_bytes()
    found = re.search(pattern, content, re.DOTALL)
    if found is None or len(found.group(1)) != len(instead):
        raise StorageError(f"{path.name}: no time of writing where the format has one")
    start, end = found.span(1)
    path.write_bytes(content[:start] + instead + content[end:])
    return path
