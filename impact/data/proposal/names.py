"""Words by which people name units, times, starts, treatments and outcomes, in English and French; closed lists."""

import re
from collections.abc import Iterable

_EDGE = r"(?:^|[^a-zà-ÿ])"
_END = r"(?:$|[^a-zà-ÿ])"


def _words(*words: str) -> re.Pattern[str]:
    return re.compile(f"{_EDGE}(?:{'|'.join(words)}){_END}")


UNIT = _words(
    "id", "[a-z]?id", "ident", "identifiant", "identifier", "code", "nr", "num", "numero", "no", "n°",
    "[a-z]*code", "artisan", "firm", "firme", "entreprise", "menage", "ménage", "household", "hhid", "unit", "unite",
    "unité", "county[a-z]*", "commune", "state", "school", "person", "pid", "uid", "matricule", "key", "cle", "clé",
    "[a-z]+_?id", "id_?[a-z]+", "class",
)  # fmt: skip
TIME = _words(
    "year", "yr", "annee", "année", "an", "time", "t", "date", "quarter", "qtr", "trimestre", "trim", "month", "mois",
    "wave", "vague", "round", "passage", "period", "periode", "période", "enquete", "enquête", "tour", "visite", "semestre",
    "exercice", "campagne",
)  # fmt: skip
START = _words(
    "first[a-z]*", "start[a-z]*", "cohort[a-z]*", "debut", "début", "entree", "entrée", "g", "eff[a-z]*year", "adopt[a-z]*",
    "reformyr[a-z]*", "treat[a-z]*year", "year[a-z]*treat[a-z]*", "treated", "treat", "premier", "premiere", "première",
    "salon", "onset", "assigned",
)  # fmt: skip
TREATED = _words(
    "treat", "treated", "treatment", "traite", "traité", "traitement", "d", "post", "grant", "policy[a-z]*", "programme",
    "program", "beneficiaire", "bénéficiaire", "participe", "participation", "participant", "exposant", "expose", "law",
    "reform[a-z]*", "cdl", "subvention", "appui", "formation", "intervention", "legal", "takeup", "offre", "invite",
)  # fmt: skip
OUTCOME = _words(
    "revenue[a-z]*", "revenu[a-z]*", "ca", "chiffre", "sales", "lsales", "ventes", "income", "incearn", "profit[a-z]*",
    "benefice", "bénéfice", "y", "outcome", "l?wage[a-z]*", "lwage", "log", "l?emp", "lemp", "earnings", "re", "turnover",
    "turnout", "mad", "[a-z]*rate", "taux", "invest", "inv", "homicide", "resultat", "dep",
)  # fmt: skip

SHORT_FOR_LOG = re.compile(
    r"l(?:wage|emp|employment|sales|revenue|revenu|income|earnings|profit|turnover|output|price|gdp|pib)s?(?![a-z])"
)  # whole words: `literate` and `lprofile` are none


def named(name: str, words: re.Pattern[str]) -> bool:
    """Whether a name holds one of the words; digits, points, underscores and capitals part words.

    Examples
    --------
    >>> from impact.data.proposal.names import UNIT, named
    >>> named("artisan_id", UNIT), named("firmId", UNIT), named("paid", UNIT)
    (True, True, False)
    """
    parted = re.sub(r"([a-zà-ÿ])([A-ZÀ-Ý])", r"\1_\2", name)
    return words.search(re.sub(r"[0-9_.\s/-]+", "_", parted).casefold()) is not None


def lagged(name: str) -> bool:
    """Whether a name is one of a lag or lead of another column: ``grant_1``, ``lagprisoner``, ``pre2_cdl``."""
    return (
        re.search(r"_[0-9]$|^lag|^lead|^pre[0-9]|^l[0-9]?[._]|^f[0-9]?[._]", name.casefold())
        is not None
    )


def level_of(name: str, known: Iterable[str]) -> str | None:
    """Return the column of which a name says that it is the logarithm; an empty name where there is none of it."""
    plain = name.casefold()
    level = re.sub(r"^(?:log|ln|l)[_.]?|[_.](?:log|ln)$", "", plain)
    if level == plain:
        return None
    names = {other.casefold(): other for other in known}
    if level in names:
        return names[level]
    said = re.search(r"^(?:log|ln)[_.]|[_.](?:log|ln)$", plain) or SHORT_FOR_LOG.match(plain)
    return "" if said else None
