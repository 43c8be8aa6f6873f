"""Inferences by their word, as plans and tables name them."""

from collections.abc import Mapping
from typing import Literal, get_args

from impact.inference.few_treated import ConleyTaber, FermanPinto, GroupT
from impact.inference.randomization import Permutation
from impact.inference.score_t import (
    ClusteredNormal,
    ClusteredT,
    LeaveOneOutT,
    SatterthwaiteT,
    TreatedT,
)
from impact.inference.situation import Answering
from impact.inference.wild_bootstrap import WildBootstrap
from impact.terms import one_of

InferenceName = Literal[
    "clustered",
    "clustered_t",
    "crv2_satterthwaite",
    "crv3_t",
    "treated_t",
    "group_t",
    "permutation",
    "conley_taber",
    "ferman_pinto",
    "wild_bootstrap",
]
NAMED: Mapping[InferenceName, Answering] = {
    "clustered": ClusteredNormal(),
    "clustered_t": ClusteredT(),
    "crv2_satterthwaite": SatterthwaiteT(),
    "crv3_t": LeaveOneOutT(),
    "treated_t": TreatedT(),
    "group_t": GroupT(),
    "permutation": Permutation(),
    "conley_taber": ConleyTaber(),
    "ferman_pinto": FermanPinto(),
    "wild_bootstrap": WildBootstrap(),
}
CANDIDATES: tuple[InferenceName, ...] = (
    "permutation",
    "clustered_t",
    "crv2_satterthwaite",
    "crv3_t",
    "group_t",
    "ferman_pinto",
)
"""What may be recommended where units are the clusters."""

OF_CLUSTERS: tuple[InferenceName, ...] = (
    "permutation",
    "wild_bootstrap",
    "crv2_satterthwaite",
    "crv3_t",
)
"""What may be recommended where clusters lie above the unit."""

EVERY: tuple[InferenceName, ...] = get_args(InferenceName)


def inference_named(asked: Answering | InferenceName) -> Answering:
    """Return the inference that an object or a word stands for.

    Raises
    ------
    UnknownNameError
        With the nearest known word.
    """
    if not isinstance(asked, str):
        return asked
    one_of(asked, InferenceName, name="inference")
    return NAMED[asked]
