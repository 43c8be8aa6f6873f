"""Names of invented firms, and how somebody else would write them: for the register of participants in the embedded case."""

import numpy as np

FAMILIES = (
    "Alami", "Amrani", "Bennani", "Benjelloun", "Berrada", "Bouzidi", "Chraibi", "Daoudi", "El Fassi", "El Idrissi",
    "Filali", "Guessous", "Hajji", "Jaouhari", "Kabbaj", "Lahlou", "Mernissi", "Naciri", "Ouazzani", "Qadiri",
    "Rhazi", "Sebti", "Tazi", "Yacoubi", "Zniber",
)  # fmt: skip
FIRST_NAMES = (
    "Abdelkader", "Ahmed", "Brahim", "Driss", "Fatima", "Hassan", "Jamila", "Khalid", "Mohammed", "Nadia", "Omar",
    "Rachid", "Saïd", "Youssef", "Zineb",
)  # fmt: skip
FORMS = (
    "Atelier {first} {family}",
    "{first} {family}",
    "Maison {family}",
    "Ets {first} {family} et Fils",
)
SPELLINGS = (
    ("Mohammed", "Mohamed"), ("Abdelkader", "Abdel Kader"), ("Youssef", "Youcef"), ("Saïd", "Said"),
    ("Ouazzani", "Wazzani"), ("Qadiri", "Kadiri"), ("Yacoubi", "Yaacoubi"), ("Chraibi", "Chraïbi"), ("El Fassi", "Elfassi"),
    ("El Idrissi", "Idrissi"), ("Benjelloun", "Ben Jelloun"), ("Lahlou", "Lahlo"), ("Ets ", "Établissements "),
    (" et Fils", " & fils"), ("Atelier ", ""), ("Driss", "Idriss"), ("Khalid", "Khaled"), ("Bennani", "Benani"),
)  # fmt: skip
"""Pairs of spellings that registers mix; the second stands where somebody heard the first."""


def firm_names(n: int, generator: np.random.Generator) -> list[str]:
    """Draw n names, no two alike."""
    names: dict[str, None] = {}
    while len(names) < n:
        form = FORMS[generator.integers(len(FORMS))]
        name = form.format(
            first=FIRST_NAMES[generator.integers(len(FIRST_NAMES))],
            family=FAMILIES[generator.integers(len(FAMILIES))],
        )
        number = sum(other == name or other.startswith(f"{name} n° ") for other in names)
        names[name if not number else f"{name} n° {number + 1}"] = None
    return list(names)


def respelt(name: str, generator: np.random.Generator) -> str:
    """Write a name as somebody else would: another spelling of a part, or capitals where there is none."""
    fitting = [(here, there) for here, there in SPELLINGS if here in name]
    if not fitting:
        return name.upper()
    here, there = fitting[generator.integers(len(fitting))]
    return name.replace(here, there)
