"""What cells say of themselves: Morocco's numbers are found however they are written, codes and amounts are not."""

import numpy as np
import pytest

from impact.data.privacy.content import are_latitudes, are_longitudes, looks_like

CODES = [f"A{number:03}" for number in range(1, 60)]
RIB = "011780000012345678901234"


def with_key(first):
    """A Moroccan RIB: its last two digits make the whole divisible by 97."""
    return f"{first}{97 - int(first) * 100 % 97:02}"


def iban(country, rest):
    """An IBAN: moved and written in digits it leaves 1 by 97."""
    digits = "".join(str(int(letter, 36)) for letter in f"{rest}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{rest}"


@pytest.mark.parametrize(
    "cell",
    [
        "06 12 34 56 78", "06-12-34-56-78", "0612.345.678", "+212612345678", "+212 6 12 34 56 78", "00212 612-345-678",
        "+212(0)612345678", "appeler le 0612345678", "0612345678 (frère)", "05 24 12 34 56", "07/12/34/56/78",
    ],
)  # fmt: skip
def test_one_telephone_number_written_as_such_is_enough(cell):
    assert looks_like([*CODES, cell], "string") == "telephone number"


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("k.benali@artisanat.ma", "e-mail address"),
        ("écrire à k.benali@mail.artisanat.ma svp", "e-mail address"),
        (with_key("0117800000123456789012"), "bank account"),
        (iban("MA", "011519000001205000534921"), "bank account"),
        ("34.0331, -5.0003", "place on the map"),
        ("33.971590 -6.849813 12.0 4.5", "place on the map"),
    ],
)
def test_one_certain_cell_is_enough(cell, what):
    assert looks_like([*CODES, cell], "string") == what


def test_wrong_check_digits_are_no_account():
    wrong = str(int(with_key("0117800000123456789012")) + 1).zfill(24)
    assert looks_like([*CODES, wrong], "string") is None
    right = iban("MA", "011519000001205000534921")
    assert looks_like([*CODES, right[:-1] + str((int(right[-1]) + 1) % 10)], "string") is None


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        (["0612345678", "0698765432", "0711223344", "x"], "telephone number"),
        (["BE123456", "J45678", "AB 654321", None], "national identity number"),
        (
            ["001234567000089", "002345678000012", "003456789000045"],
            "number in a register of firms",
        ),
    ],
)
def test_patterns_that_codes_may_have_count_by_their_share(cells, what):
    assert looks_like(cells, "string") == what
    many = [f"code {number}" for number in range(100)]
    assert looks_like([*many, *cells], "string") is None


NAMES = [
    f"{first} {last}"
    for first in ("Fatima", "Driss", "Saïd")
    for last in ("Zemmouri", "El Fassi", "Ben-Jelloun", "Alami")
]


def test_names_are_found_under_a_heading_that_says_nothing_of_names():
    assert looks_like(NAMES, "string") == "name of a person or firm"
    firms = [f"Ets {name} et Fils" for name in NAMES]
    assert looks_like(firms, "string") == "name of a person or firm"
    assert looks_like(NAMES, "category") is None


@pytest.mark.parametrize(
    "texts",
    [
        [f"code {n}" for n in range(30)],
        [
            "métiers du bâtiment",
            "habillement traditionnel",
            "cuir et peaux",
            *(f"métier {n}" for n in "abcdefghij"),
        ],
        [
            "New York",
            "New Jersey",
            "Ohio",
            "Iowa",
            "Texas",
            "Utah",
            "Maine",
            "Idaho",
            "Nevada",
            "Kansas",
            "Oregon",
            "Alaska",
        ],
        ["High Point", "New York", "Seoul"],
    ],
)
def test_codes_trades_and_places_are_no_names(texts):
    assert looks_like(texts, "string") is None


def test_quarters_are_no_identity_numbers():
    assert (
        looks_like([f"Q{q}{y}" for q in range(1, 5) for y in range(2010, 2015)], "string") is None
    )


@pytest.mark.parametrize("of_type", ["number", "integer"])
def test_telephone_numbers_that_lost_their_zero_are_found(of_type):
    assert (
        looks_like([612345678.0, 712345678.0, 522345678.0, np.nan], of_type) == "telephone number"
    )
    assert looks_like([612345678.0, 12.0, 40.0, 7.0], of_type) is None


def test_scattered_numbers_under_one_letter_are_identity_numbers():
    numbers = np.random.default_rng(1).choice(np.arange(10_000, 999_999), 300, replace=False)
    assert looks_like([f"D{number}" for number in numbers], "string") == "national identity number"


def test_days_of_birth_spread_over_decades_and_days_of_a_survey_do_not():
    born = [f"{year}-03-{1 + year % 28:02}" for year in range(1950, 1990)]
    asked = [f"{year}-{month:02}-05" for year in (2010, 2011, 2012) for month in range(1, 13)]
    assert looks_like(born, "date") == "day of birth"
    assert looks_like(asked, "date") is None


@pytest.mark.parametrize(
    ("cells", "of_type"),
    [
        (CODES, "string"),
        (
            [f"F{number:05}" for number in range(1, 350)],
            "string",
        ),  # no identity number begins with 0
        ([f"F{number}" for number in range(10_001, 10_400, 2)], "string"),  # numbered through
        ([f"{letter}{number}" for letter in "AB" for number in range(20_000, 20_050)], "string"),
        (["2010Q1", "2010Q2"], "period"),
        ([97_783.0, 1_200.5, 0.0, 12_345_678.0], "number"),
        (["1 200,50", "12/04/2013", "T1 2010", "65-70", "+5", "0.25"], "string"),
        (["05/06/2013 08:00", "05-06-2013 08:15:00", "2013-05-06", "12.0512345678"], "string"),
        ([1.0, 0.0], "boolean"),
        ([], "string"),
        ([None, None], "string"),
    ],
)
def test_codes_amounts_and_periods_are_none(cells, of_type):
    assert looks_like(cells, of_type) is None


def test_places_lie_in_morocco_and_have_decimals():
    random = np.random.default_rng(1)
    latitude, longitude = random.uniform(30, 35, 50), random.uniform(-9, -4, 50)
    assert are_latitudes(latitude)
    assert are_longitudes(longitude)
    assert not are_latitudes(np.round(latitude, 2))
    assert not are_latitudes(latitude * 100)
    assert not are_longitudes(-longitude)


def test_numbers_at_the_end_of_what_numbers_hold_are_no_places():
    assert not are_latitudes([1e308, -1e308, 34.05123])
