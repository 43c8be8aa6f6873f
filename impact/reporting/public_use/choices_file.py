"""The file of choices as it is proposed: each key with what it means above it, in English or French."""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import yaml

from impact.data.french import typeset
from impact.disclosure.public_use.choices import PublicUseChoices
from impact.terms import Language

WIDTH = 116  # letters of a line of YAML
HEAD: Mapping[Language, str] = {
    "en": "What a public-use file of these data would be: a proposal. Read every line; who knows the place must say what "
    "others know of a firm. docs/public-use.md explains each key; an unknown one is refused.",
    "fr": "Ce que serait un fichier à usage public de ces données : une proposition. Lisez chaque ligne ; qui connaît les "
    "lieux doit dire ce que d'autres savent d'une entreprise. docs/public-use.md explique chaque clé ; une "
    "clé inconnue est refusée.",
}
FRENCH: Mapping[str, str] = {
    "version": "1",
    "k": "nombre d'unités qui doivent partager chaque combinaison des quasi-identifiants, le début du traitement compris",
    "diversity": "l : dans combien de dixièmes de la première colonne sensible (catégories, là où elle en a) doivent se "
    "trouver les unités d'une combinaison ; 1 ne demande rien",
    "quasi_identifiers": "colonnes que l'on peut connaître d'une entreprise de l'extérieur, la plus importante d'abord : les "
    "valeurs sont retenues en commençant par la dernière. Le début du traitement, et le bras d'un tirage au sort, comptent "
    "toujours et ne sont jamais retenus. Une colonne qui change dans le temps compte avec tout son parcours",
    "sensitive": "colonnes que personne ne connaît à l'extérieur, les résultats compris ; elles restent, modifiées comme "
    "plus bas",
    "harmless": "colonnes qui restent telles quelles, chacune avec la raison pour laquelle elle ne dit rien de personne",
    "drop": "colonnes qui restent à l'intérieur",
    "recode": "d'une category : nouvelles catégories, chacune avec celles dont elle est faite ; les autres restent",
    "bands": "d'un nombre : où commencent ses tranches ; [1, 5] en fait trois, au-dessous de 1, de 1 à moins de 5, à "
    "partir de 5",
    "years": "d'une period ou d'une date : seule l'année reste ; jamais du temps ni du début du traitement",
    "top": "d'un nombre : les valeurs plus grandes sont remplacées ; la coupure descend jusqu'à ce que celles de dix unités, "
    "et de k, soient au-delà",
    "bottom": "la même chose des valeurs plus petites",
    "beyond": "ce qui remplace les valeurs au-delà d'une coupure : mean, leur moyenne, pour que les totaux restent, ou limit, "
    "la coupure",
    "round": "d'un nombre, après la coupure",
    "small_cohorts": "là où moins de k unités commencent ensemble : merge les met avec le début voisin, leave_out les garde à "
    "l'intérieur, refuse n'écrit aucun fichier",
}
"""What each key means; a test finds one without it."""


def choices_values(choices: PublicUseChoices) -> dict[str, Any]:
    """Return choices as plain values, with their defaults, without empty keys."""
    told = choices.model_dump(mode="json", exclude_none=True)
    return {key: value for key, value in told.items() if value not in ({}, [])}


def choices_text(choices: PublicUseChoices, language: Language) -> str:
    """Write choices with what each key means above it."""
    lines = _comment(HEAD[language], language)
    for key, value in choices_values(choices).items():
        english = str(PublicUseChoices.model_fields[key].description).replace("`", "")
        lines += _comment(FRENCH[key] if language == "fr" else english, language)
        lines.append(yaml_text({key: value}).rstrip("\n"))
    return "\n".join(lines) + "\n"


def _comment(text: str, language: Language) -> list[str]:
    told = typeset(text) if language == "fr" else text
    return [f"# {line}" for line in wrap(told, width=WIDTH)]


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write every value in full."""
        del data
        return True


def yaml_text(values: Mapping[str, Any]) -> str:
    """Write keys one a line, lists and innermost mappings in brackets."""
    options: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": WIDTH}
    texts = []
    for key, value in values.items():
        flow = None if isinstance(value, (dict, list)) else False
        texts.append(yaml.dump({key: value}, Dumper=_NoAliases, default_flow_style=flow, **options))
    return "".join(texts)
