"""Plans of two real trials on the reference data: supported work (workers drawn, before and after), microcredit (villages, after)."""

import numpy as np
import pandas as pd
import pytest
from shared_reference import REFERENCE

from impact.evaluation.study import Study
from impact.pipeline.plan import study_of

WORKERS = REFERENCE / "data" / "r" / "nsw_long.csv.gz"
VILLAGES = REFERENCE / "data" / "crepon_morocco" / "crepon_morocco_endline.csv"

NSW_SCHEMA = """
version: 1
title: {en: National Supported Work demonstration, fr: Programme National Supported Work}
source: LaLonde (1986), in DRDID's extract
unit: id
time: {column: year, frequency: integer, step: 3}
cohort: {column: first, first_period_of: drawn}
columns:
  id: {type: integer, label: {en: Worker, fr: Travailleur}}
  year: {type: integer, label: {en: Year, fr: Année}}
  drawn: {type: integer, label: {en: Drawn for supported work, fr: Tiré au sort pour un emploi soutenu}}
  age: {type: integer, label: {en: Age, fr: Âge}}
  educ: {type: integer, label: {en: Years of schooling, fr: Années d'études}}
  black: {type: boolean, label: {en: Black, fr: Noir}}
  married: {type: boolean, label: {en: Married, fr: Marié}}
  re: {type: number, unit: USD, minimum: 0, label: {en: Earnings, fr: Revenu du travail}, phrase: {en: earnings, fr: le revenu du travail}}
"""
NSW_PLAN = """
name: nsw
title: {en: Effect of supported work on earnings, fr: Effet d'un emploi soutenu sur le revenu du travail}
data: data.csv
schema: schema.yml
outcomes: [re]
assignment: randomised
characteristics: [age, educ, black, married]
subgroups: [black]
currency: USD
permutations: 499
words:
  unit: {en: [worker, workers], fr: [travailleur, travailleurs]}
  treated: {en: [participant, participants], fr: [participant, participants]}
  treatment: {en: supported work, fr: l'emploi soutenu}
"""
CREPON_SCHEMA = """
version: 1
title: {en: Rural households of Morocco after an offer of microcredit, fr: Ménages ruraux du Maroc après une offre de microcrédit}
source: Crépon, Devoto, Duflo and Pariente (2015), in baggr's extract
unit: household
time: {column: wave, frequency: year}
cohort: {column: first_offer, first_period_of: treatment}
cluster: cluster_id
columns:
  household: {type: integer, label: {en: Household, fr: Ménage}}
  wave: {type: integer, label: {en: Wave, fr: Vague}}
  cluster_id: {type: integer, label: {en: Village, fr: Village}}
  district: {type: integer, label: {en: District, fr: Arrondissement}}
  treatment: {type: integer, label: {en: Microcredit offered, fr: Microcrédit offert}}
  takeup: {type: integer, label: {en: Took a microcredit, fr: A pris un microcrédit}}
  existing_business: {type: boolean, label: {en: Had a business before, fr: Avait une activité avant}}
  profit: {type: number, unit: MAD, label: {en: Profit, fr: Profit}, phrase: {en: profit, fr: le profit}}
"""
CREPON_PLAN = """
name: crepon
title: {en: Effect of an offer of microcredit on profits, fr: Effet d'une offre de microcrédit sur les profits}
data: data.csv
schema: schema.yml
outcomes: [profit]
assignment: randomised
assigned_by: cluster
strata: [district]
waves: endline_only
participation: takeup
characteristics: [existing_business]
permutations: 499
words:
  unit: {en: [household, households], fr: [ménage, ménages]}
  treated: {en: [invited household, invited households], fr: [ménage invité, ménages invités]}
  treatment: {en: the offer of microcredit, fr: l'offre de microcrédit}
  start: {en: offer, fr: offre}
"""


def nsw(folder):
    """722 workers of 1975 and 1978, 297 of them drawn."""
    rows = _read(WORKERS)
    rows = rows[rows["experimental"] == 1]
    rows["drawn"] = ((rows["treated"] == 1) & (rows["year"] == 1978)).astype(int)
    whole = ["age", "educ", "black", "married"]
    return _study(folder, rows.astype(dict.fromkeys(whole, int)), NSW_SCHEMA, NSW_PLAN)


def crepon(folder):
    """5,498 households in 229 villages, seen once; 120 villages drawn."""
    rows = _read(VILLAGES).rename(columns={"profit_MAD": "profit"})
    rows = rows.assign(household=np.arange(1, len(rows) + 1), wave=2009)
    return _study(folder, rows, CREPON_SCHEMA, CREPON_PLAN)


def _read(path) -> pd.DataFrame:
    if not path.is_file():
        pytest.skip("the reference data are not here")
    return pd.read_csv(path)


def _study(folder, rows, schema, plan) -> Study:
    rows.to_csv(folder / "data.csv", index=False)
    (folder / "schema.yml").write_text(schema, encoding="utf-8")
    (folder / "plan.yml").write_text(plan, encoding="utf-8")
    return study_of(folder / "plan.yml", {})
