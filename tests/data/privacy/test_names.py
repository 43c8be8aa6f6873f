"""What a column's name says: identifiers in three languages are found, words that only resemble them are not."""

import pytest

from impact.data.privacy.names import named_like

FOUND = {
    "name of a person or firm": [
        "nom", "Prénom", "PRENOM", "Nom et prénom", "nom_artisan", "nomPrenom", "first_name", "lastName", "name", "owner_name",
        "Raison sociale", "enseigne", "wife", "smiya", "الاسم", "Nom de l'artisan",
    ],
    "national identity number": ["CIN", "cnie", "N° CIN", "num_cin", "Carte nationale", "passport_no", "البطاقة الوطنية"],
    "telephone number": ["tel", "Tél.", "Téléphone", "GSM1", "phone_number", "mobile", "NumTel", "الهاتف", "whatsapp"],
    "e-mail address": ["email", "E-mail", "courriel", "adresse électronique"],
    "address or place below the city": ["adresse", "Adresse de l'atelier", "quartier", "hay", "douar", "rue", "zip", "village"],
    "place on the map": ["gps", "GPS_latitude", "longitude", "coordonnées", "_geopoint"],
    "bank account": ["RIB", "iban", "compte bancaire"],
    "number in a register of firms": ["patente", "ICE", "registre de commerce", "rc", "cnss", "identifiant fiscal"],
    "day of birth": ["date de naissance", "date_naissance", "DOB", "birthdate"],
    "photograph, voice or fingerprint": ["photo", "signature"],
    "account or device on a network": ["facebook", "deviceid", "device_id", "Site web"],
}  # fmt: skip
NONE = [
    "nombre", "economic", "nominal", "nomenclature", "artisan_id", "code", "city_name", "nom_commune", "nom_du_salon", "renom",
    "village_id_count", "Effectif", "telefilm", "precinct", "icecream", "price", "torch", "medicine", "has_phone",
    "nb_telephones", "number_of_phones", "phone_expenditure", "education_mother", "mother_education", "year_of_birth",
    "birth_year", "cohort", "revenue_mad", "latest", "long_run", "haystack", "ribbon", "mailing_share", "hotel", "motel",
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "name"), [(what, n) for what, names in FOUND.items() for n in names]
)
def test_an_identifier_is_known_by_its_name(what, name):
    assert named_like(name, "string") == what


@pytest.mark.parametrize("name", NONE)
def test_other_words_are_none(name):
    assert named_like(name, "string") is None


@pytest.mark.parametrize(
    ("name", "of_type"),
    [
        ("nom_revenue", "number"),
        ("village", "integer"),
        ("mobile", "boolean"),
        ("naissance", "integer"),
    ],
)
def test_what_the_type_cannot_hold_is_none(name, of_type):
    assert named_like(name, of_type) is None


@pytest.mark.parametrize("of_type", ["integer", "number", "string"])
def test_numbers_of_telephones_and_places_are_found_in_every_type(of_type):
    assert named_like("gsm", of_type) == "telephone number"
    assert named_like("latitude", of_type) == "place on the map"
