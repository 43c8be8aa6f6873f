"""A small project whose runs take seconds: sixty firms of two cities over seven years, in a folder with an accent and a space."""

import random
from pathlib import Path

SCHEMA = """
version: 1
title: {en: Crafts, fr: Artisanat}
source: {en: Simulated for tests, fr: Simulées pour des tests}
unit: firm
time: {column: year, frequency: year}
cohort: {column: first}
columns:
  firm: {type: string, label: {en: Firm, fr: Entreprise}}
  year: {type: period, label: {en: Year, fr: Année}}
  city: {type: category, categories: [Fes, Marrakech], label: {en: City, fr: Ville}}
  sector: {type: category, categories: [wood, leather, metal], label: {en: Sector, fr: Métier}}
  first: {type: period, label: {en: First fair, fr: Premier salon}}
  sales: {type: number, unit: {en: MAD per year, fr: MAD par an}, label: {en: Sales, fr: Ventes}}
"""
PLAN = """
name: crafts
title: {en: Effect of fairs on crafts, fr: Effet des salons sur l'artisanat}
data: data/firms.csv
schema: data/firms.yml
outcomes: [sales]
strata: [sector]
characteristics: [sector]
placebo_periods: 1
outcome_before: 0
design_draws: 200
permutations: 99
"""
SMALLEST = "estimators: [callaway_santanna]\n"


def write_project(folder: Path) -> Path:
    """Write plan, schema and data, and return the plan's path."""
    (folder / "data").mkdir(parents=True)
    draw = random.Random(3)  # noqa: S311 (invented sales)
    rows = ["firm,year,city,sector,first,sales"]
    for i in range(60):
        city, sector = ["Fes", "Marrakech"][i % 2], ["wood", "leather", "metal"][i // 2 % 3]
        first, base = "" if i % 5 < 3 else str(2004 + i % 2), draw.gauss(100, 20)
        for year in range(2001, 2008):
            effect = 15 if first and year >= int(first) else 0
            sales = base + 3 * (year - 2001) + effect + draw.gauss(0, 8)
            rows.append(f"f{i:03d},{year},{city},{sector},{first},{sales:.1f}")
    (folder / "data" / "firms.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "data" / "firms.yml").write_text(SCHEMA, encoding="utf-8")
    (folder / "plan.yml").write_text(PLAN + SMALLEST, encoding="utf-8")
    return folder / "plan.yml"
