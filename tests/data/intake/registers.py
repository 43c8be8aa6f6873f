"""Two simulated registers of the same firms, whose names differ as transcriptions and clerks differ."""

import numpy as np
import pandas as pd

FIRST = [
    ("Mohammed", "Mohamed", "Mhamed", "Med"), ("Ahmed", "Ahmad"), ("Fatima", "Fatimah", "Fatema"),
    ("Youssef", "Yousef", "Yussef"), ("Khadija", "Khadidja", "Khadijah"), ("Rachid", "Rashid"),
    ("Abdelkader", "Abd El Kader", "Abdul Qader"), ("Hassan", "Hasan"), ("Hussein", "Houcine", "Hossein"),
    ("Aïcha", "Aicha", "Aisha"), ("Brahim", "Ibrahim"), ("Moulay Ali", "My Ali", "Moulay Aly"),
    ("Saïd", "Said", "Saeed"), ("Zineb", "Zaynab", "Zainab"), ("Mustapha", "Mostafa", "Moustafa"),
    ("Naïma", "Naima"), ("Lahcen", "Lahsen", "El Hassen"), ("Driss", "Idriss", "Dris"),
    ("Karim", "Kareem"), ("Nadia", "Nadya"), ("Omar", "Oumar", "Umar"), ("Jamal", "Djamal", "Jamel"),
    ("Samira", "Sameera"), ("Latifa", "Latifah"),
]  # fmt: skip
LAST = [
    ("El Alaoui", "Alaoui", "Al Alawi"), ("Benali", "Ben Ali", "Bin Ali", "B. Ali"),
    ("Bennani", "Benani"), ("Ouazzani", "Wazzani", "Ouazani"), ("Tazi", "Tazy"),
    ("Fassi Fihri", "Fassi-Fihri", "Fasi Fihri"), ("Chraïbi", "Chraibi", "Shraibi"), ("Lahlou", "Lahlu"),
    ("Berrada", "Berada"), ("Idrissi", "El Idrissi", "Idrisi"), ("Benjelloun", "Ben Jelloun", "Benjeloun"),
    ("Sqalli", "Skalli", "Squalli"), ("Filali", "El Filali", "Filaly"), ("Amrani", "El Amrani", "Amrany"),
    ("Boukhari", "Bukhari", "Boukhary"), ("Ziani", "Zyani"), ("Cherkaoui", "Cherkawi", "Sherqaoui"),
    ("Ghali", "Rhali"), ("Hajji", "Hadji"), ("Kettani", "Kittani", "El Kettani"), ("Naciri", "Nassiri"),
    ("Mernissi", "Mernisi"), ("Saadi", "Es-Saadi", "Sadi"), ("Zerouali", "Zeroualy", "Zerwali"),
]  # fmt: skip
CITIES = [("Fès", "Fes", "Fez"), ("Marrakech", "Marrakesh"), ("Salé", "Sale"), ("Meknès", "Meknes")]
TRADES = ["bois", "cuir", "poterie", "zellige", "tapis"]


def two_registers(*, firms=300, alone=60, seed=2012):
    """Left and right registers and which left firm is which right one (-1: in one alone).

    A third of the spellings differ on purpose in both names, a third in one; a fifth write the surname first, one in
    twelve has an initial for the first name, one in fifteen a typing mistake.
    """
    random = np.random.default_rng(seed)
    pairs = [(first, last) for first in range(len(FIRST)) for last in range(len(LAST))]
    chosen = random.permutation(len(pairs))[: firms + 2 * alone]
    people = [
        (*pairs[place], int(random.integers(len(CITIES))), int(random.integers(len(TRADES))))
        for place in chosen
    ]
    left = [_written(person, random, varied=False) for person in people[: firms + alone]]
    others = people[:firms] + people[firms + alone :]
    order = random.permutation(len(others))
    right = [_written(others[place], random, varied=True) for place in order]
    of_right = {place: row for row, place in enumerate(order)}
    truth = np.array([of_right[row] if row < firms else -1 for row in range(firms + alone)])
    names = ["name", "city", "trade"]
    return pd.DataFrame(left, columns=names), pd.DataFrame(right, columns=names), truth


def _written(person, random, *, varied):
    first, last, city, trade = person
    if not varied:
        return f"{FIRST[first][0]} {LAST[last][0]}", CITIES[city][0], TRADES[trade]
    given, family = FIRST[first][0], LAST[last][0]
    kind = random.random()
    if kind < 2 / 3:
        family = LAST[last][random.integers(1, len(LAST[last]))]
    if kind < 1 / 3:
        given = FIRST[first][random.integers(1, len(FIRST[first]))]
    if random.random() < 1 / 12:
        given = f"{given[0]}."
    if random.random() < 1 / 15:
        place = int(random.integers(1, len(family) - 1))
        family = family[:place] + family[place + 1 :]
    turned = random.random() < 1 / 5
    written = f"{family.upper()} {given}" if turned else f"{given} {family}"
    spellings = CITIES[city]
    return written, spellings[random.integers(len(spellings))], TRADES[trade]
