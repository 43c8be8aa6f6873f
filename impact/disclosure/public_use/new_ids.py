"""New ids in a random order: they tell neither who a unit is nor where it stood in any file.

The order is drawn from a named stream under the secret key of pseudonyms, which lies outside the project: whoever has the code,
the plan, its seed and even the original data cannot draw it again, and the same office draws the same one.
"""

import hmac

import numpy as np
import pandas as pd

from impact.arrays import Integers
from impact.disclosure.public_use.traits import units_of
from impact.streams import stream


def random_places(n: int, *, secret: bytes, name: str) -> Integers:
    """Return a permutation of 0 to n - 1 under a secret, another one for each name."""
    digest = hmac.digest(secret, f"public use: {name}".encode(), "sha256")
    return stream(int.from_bytes(digest, "big"), "public_use_order").permutation(n)


def new_ids(column: pd.Series, *, secret: bytes, name: str) -> pd.Series:
    """Return a column of ids with new ones in their place; missing ones stay missing.

    Parameters
    ----------
    column : Series
        Ids, on any number of rows each.
    secret : bytes
    name : str
        Of the file and the column.
    """
    known = column.notna()
    of_row, ids = units_of(column[known].to_frame("id"), "id")
    places = random_places(len(ids), secret=secret, name=name)
    width = len(str(len(ids)))
    written = np.array([f"N{place + 1:0{width}d}" for place in places], dtype=object)
    new = pd.Series(None, index=column.index, dtype=object, name=column.name)
    new[known] = written[of_row]
    return new
