"""Words that say which way something went, in both languages: what may not turn when a report is edited."""

from collections.abc import Sequence

from impact.reporting.reading import Token

_UP = """
    above gain gained gains greater grew grow grows growth higher improved increase increased increases larger more
    positive raise raised raises rise rises rose up
    accroissement accru accrue augmentation augmente augmentent augmenté augmentée dessus gagne gagné hausse plus positif
    positive progresse progressé progression supérieur supérieure supérieurs supérieures
"""
_DOWN = """
    below decline declined declines decrease decreased decreases down fall fallen falls fell fewer less lose loss lost
    lower lowered negative reduce reduced reduces shrank shrunk smaller worsened
    baisse baissé chute diminue diminuent diminution diminué diminuée dessous inférieur inférieure inférieurs inférieures
    moins négatif négative perd perdu perte recul recule reculé réduit réduite
"""
SIGNS = dict.fromkeys(_UP.split(), 1) | dict.fromkeys(_DOWN.split(), -1)
_NOT = """
    aucun aucune cannot jamais ne neither never no non not nothing pas rien sans without
"""
NEGATIONS = frozenset(_NOT.split())


def signs_of(tokens: Sequence[Token]) -> list[tuple[Token, int]]:
    """Return the words of direction among tokens, each with its sign."""
    return [(token, SIGNS[token.text]) for token in tokens if token.text in SIGNS]
