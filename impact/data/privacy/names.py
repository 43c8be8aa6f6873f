"""What a column's name says that its cells are: a closed list of words, English, French, and Arabic as Moroccans write it.

The list joins the direct identifiers of MCC's de-identification guidelines, the search list of J-PAL and the AEA's
data editor, and what Moroccan registers and forms are headed by. Words are compared whole, so that *nombre* is no *nom*.
"""

import re
import unicodedata
from typing import Literal

from impact.data.schema import ColumnType

Identifier = Literal[
    "name of a person or firm",
    "national identity number",
    "telephone number",
    "e-mail address",
    "address or place below the city",
    "place on the map",
    "bank account",
    "number in a register of firms",
    "day of birth",
    "photograph, voice or fingerprint",
    "account or device on a network",
]

_TERMS: dict[Identifier, str] = {
    "name of a person or firm": """
        nom; noms; prenom; prenoms; nom prenom; nomprenom; name; names; firstname; lastname; surname; forename; fullname;
        first name; last name; full name; family name; given name; nickname; surnom; nom de famille; nom complet; raison
        sociale; denomination sociale; enseigne; ism; smiya; nasab; nassab; laqab; kniya; koniya; اسم; الاسم; النسب;
        wife; husband; spouse; epouse; epoux; conjoint; conjointe; mother; father; mere; pere; signataire""",
    "national identity number": """
        cin; cni; cnie; ncin; numcin; carte nationale; carte d identite; piece d identite; national id; id card; passport;
        passeport; ssn; nin; bitaqa; bitaka; البطاقة; البطاقة الوطنية""",
    "telephone number": """
        tel; tels; telephone; telephones; numtel; gsm; mobile; portable; cellphone; cell phone; phone; phones; phonenumber;
        landline; fax; telecopie; whatsapp; hatif; hatef; الهاتف; هاتف""",
    "e-mail address": "email; emails; mail; e mail; courriel; adresse electronique; البريد",
    "address or place below the city": """
        adresse; adresses; address; addresses; addr; rue; street; avenue; boulevard; derb; zenqa; zanqa; zankat; impasse;
        douar; douars; hay; quartier; quartiers; lotissement; code postal; codepostal; zip;
        zipcode; postcode; postal code; unwan; onwan; village; neighborhood; neighbourhood; house number; العنوان; عنوان""",
    "place on the map": """
        gps; latitude; longitude; lat; lon; lng; coordonnees; coordinates; coord; coords; geopoint; geolocation; geoloc;
        geolocalisation""",
    "bank account": "rib; iban; swift; compte bancaire; numero de compte; bank account; account number",
    "number in a register of firms": """
        patente; ice; rc; registre de commerce; registre commerce; registre du commerce; trade register; cnss; identifiant
        fiscal; tax id; tax number; taxe professionnelle""",
    "day of birth": """
        date naissance; date de naissance; datenaissance; naissance; ddn; dob; birth; birthdate; birthday; bday; birth date;
        date of birth; date birth""",
    "photograph, voice or fingerprint": """
        photo; photos; photographie; photograph; signature; empreinte; empreintes; fingerprint; fingerprints; enregistrement
        audio; audio recording""",
    "account or device on a network": """
        url; website; site web; siteweb; facebook; instagram; linkedin; twitter; tiktok; imei; deviceid; device id; simid;
        subscriberid; subscriber id; username; user name; ip address; adresse ip""",
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# a name, a place, a relative: only texts can be one, so that `nom_revenue` and a village's number are none
_TEXTS_ALONE: frozenset[Identifier] = frozenset(
    {
        "name of a person or firm",
        "e-mail address",
        "address or place below the city",
        "account or device on a network",
    }
)
# what has a name without being a person or a firm: a column headed by both tells of the thing
_THINGS = _words(
    """ville villes city cities region regions province provinces prefecture pays country state etat county
    commune secteur sector branche industry metier trade craft produit product variable variables foire
    salon fair event evenement activite activity marche market file fichier level"""
)
# of whom nothing is told but that they are, have or use something
_HAVING = _words(
    """has have had own owns owned use uses used possede dispose utilise nombre nb count share part
    depense depenses expenditure cost cout education educ age"""
)
_BIRTH_IN_YEARS = _words("year annee an yob cohort cohorte month mois weight region country pays")
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _phrases() -> dict[tuple[str, ...], Identifier]:
    return {
        tuple(_plain(term).split()): what
        for what, terms in _TERMS.items()
        for term in " ".join(terms.split()).split(";")
    }


def _plain(text: str) -> str:
    marked = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in marked if not unicodedata.combining(letter)).casefold()


_PHRASES = _phrases()
_LONGEST = max(map(len, _PHRASES))


def named_like(name: str, of_type: ColumnType) -> Identifier | None:
    """Return what a column's name says its cells are, or None where it says nothing of the kind.

    Parameters
    ----------
    name : str
        Words parted by anything but letters, or by capitals: ``nom_prenom``, ``NumTel``, ``Date de naissance``.
    of_type : str
        Declared type: true and false tell no one apart, and numbers are neither names nor addresses.

    Examples
    --------
    >>> from impact.data.privacy.names import named_like
    >>> named_like("Nom et pr\u00e9nom", "string"), named_like("nombre", "string")
    ('name of a person or firm', None)
    """
    if of_type == "boolean":
        return None
    found = _WORD.findall(_plain(_HUMP.sub(" ", name)))
    for length in range(min(_LONGEST, len(found)), 0, -1):
        for start in range(len(found) - length + 1):
            what = _PHRASES.get(tuple(found[start : start + length]))
            if what is not None and not _of_something_else(what, set(found), of_type):
                return what
    return None


def _of_something_else(what: Identifier, words: set[str], of_type: ColumnType) -> bool:
    if words & _HAVING or {"number", "of"} <= words:
        return True
    if what in _TEXTS_ALONE and of_type not in {"string", "category"}:
        return True
    if what == "name of a person or firm":
        return bool(words & _THINGS)
    if what == "day of birth":
        return of_type not in {"string", "date"} or bool(words & _BIRTH_IN_YEARS)
    return False
