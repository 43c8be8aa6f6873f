"""A project of many small runs, each of a city of its own whose name and amounts stand nowhere else: what is mixed shows."""

import json
import random
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMS, YEARS, START = 24, range(2001, 2004), 2002
SECTIONS = {
    "01_data_quality": ("study.data_quality()",),
    "02_sample_and_comparability": ("study.sample_flow()", "study.comparability()"),
    "03_impact": ("study.impact()",),
    "04_panel_models": ("study.panel_models()",),
    "05_robustness": ("study.certainty()", "study.robustness()"),
    "07_worth_it": ("study.worth_it()",),
    "06_report": ("study.first_page()", "study.effects()"),
}
"""What the short notebooks keep: all that leaves a part, and of the report the two pages with the headline and its figures."""
SCHEMA = """
version: 1
title: {{en: Crafts, fr: Artisanat}}
source: {{en: Simulated for tests, fr: Simulées pour des tests}}
unit: firm
time: {{column: year, frequency: year}}
cohort: {{column: first}}
columns:
  firm: {{type: string, label: {{en: Firm, fr: Entreprise}}}}
  year: {{type: period, label: {{en: Year, fr: Année}}}}
  city: {{type: category, categories: [{cities}], label: {{en: City, fr: Ville}}}}
  first: {{type: period, label: {{en: First fair, fr: Premier salon}}}}
  sales: {{type: number, unit: {{en: MAD per year, fr: MAD par an}}, label: {{en: Sales, fr: Ventes}}}}
"""
PLAN = """
name: crafts
title: {en: Effect of fairs on crafts, fr: Effet des salons sur l'artisanat}
data: data/firms.csv
schema: data/firms.yml
outcomes: [sales]
placebo_periods: 1
outcome_before: 0
design_draws: 200
permutations: 99
estimators: [callaway_santanna]
"""


@dataclass(frozen=True)
class Cities:
    """A project with as many cities as it shall have runs, and the effect that each has by hand."""

    plan: Path
    effects: dict[str, float]


def city_of(number: int) -> str:
    """Return a name that is part of no other, and of no word."""
    return f"Kq{number:03d}zj"


def write_cities(folder: Path, cities: int) -> Cities:
    """Write plan, schema and data; a city's amounts are of a size of its own."""
    (folder / "data").mkdir(parents=True)
    draw = random.Random(7)  # noqa: S311 (invented sales)
    rows, effects = ["firm,year,city,first,sales"], {}
    for number in range(cities):
        sales: dict[tuple[bool, bool], list[float]] = {}
        for i in range(FIRMS):
            treated, base = i % 2 == 0, (500 + 37 * number) * draw.uniform(0.8, 1.2)
            for year in YEARS:
                after = year >= START
                own = base + draw.gauss(0, 9) + (70 + 3 * number) * (treated and after)
                written = f"{own:.2f}"
                first = START if treated else ""
                rows.append(f"f{number}-{i},{year},{city_of(number)},{first},{written}")
                if after or year == START - 1:
                    sales.setdefault((treated, after), []).append(float(written))
        mean = {group: sum(found) / len(found) for group, found in sales.items()}
        effects[city_of(number)] = (mean[True, True] - mean[True, False]) - (
            mean[False, True] - mean[False, False]
        )
    (folder / "data" / "firms.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    names = ", ".join(effects)
    (folder / "data" / "firms.yml").write_text(SCHEMA.format(cities=names), encoding="utf-8")
    (folder / "plan.yml").write_text(PLAN, encoding="utf-8")
    return Cities(folder / "plan.yml", effects)


def write_short_notebooks(folder: Path) -> Path:
    """Write the project's notebooks with their parameters, their study and the cells of `SECTIONS` alone."""
    folder.mkdir()
    for name, kept in SECTIONS.items():
        content = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        content["cells"] = [
            cell
            for cell in content["cells"]
            if cell["cell_type"] == "code"
            and (
                "parameters" in cell["metadata"].get("tags", [])
                or "open_study(" in "".join(cell["source"])
                or "".join(cell["source"]) in kept
            )
        ]
        assert len(content["cells"]) == 2 + len(kept), name
        (folder / f"{name}.ipynb").write_text(json.dumps(content), encoding="utf-8")
    return folder
