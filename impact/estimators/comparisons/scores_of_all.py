"""Squared scores of everybody, as if all had one label, from cross-products of their changes.

With z_ik = seen_ik (change_ik - centre_k), a the weights of own changes and b_k = a_k (mean_k - centre_k) under an assignment,
the score of unit i is ``a'z_i - b'seen_i + c weight_i``. So with Z, R and w of all units

    sum of squares = a'Z'Z a + b'(R'R b - 2 R'Z a) + 2 c w'(Z a - R b) + c^2 w'w,

and its products with another outcome's scores follow likewise. No score of a unit is ever written down: the cost of
an assignment does not grow with the number of units.
"""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats
from impact.estimators.comparisons.loading import Loading

WIDTH = 64  # columns multiplied with each other at once: those of a few outcomes, of which only their own are used


@dataclass(frozen=True)
class CrossProducts:
    """Products, summed over units, of the centred changes of S outcomes over K comparisons.

    ``centre`` (S, K) is the mean over the units that are seen. Products are ``own`` (S, K, K) with themselves, ``with_last``
    (S, K, K) with the last outcome's, ``with_seen`` (S, K, K), and ``with_weight`` (S, K).
    """

    centre: Floats
    own: Floats
    with_last: Floats
    with_seen: Floats
    with_weight: Floats

    @classmethod
    def of(cls, changes: Floats, seen: Floats, weight: Floats) -> "CrossProducts":
        """Multiply changes (N, S, K), zero where not ``seen`` (N, K)."""
        n_units, n_outcomes, n_pairs = changes.shape
        total = np.ones(n_units) @ changes.reshape(n_units, -1)
        count = np.maximum((seen > 0).sum(axis=0), 1)
        centre = total.reshape(n_outcomes, n_pairs) / count  # so that squares lose no digits
        own = np.empty((n_outcomes, n_pairs, n_pairs))
        beside = np.empty((n_outcomes, n_pairs, 2 * n_pairs + 1))
        last = (changes[:, -1] - centre[-1]) * seen
        others = np.concatenate([last, seen, weight[:, None]], axis=1)
        at_once = max(1, WIDTH // max(n_pairs, 1))
        for start in range(0, n_outcomes, at_once):
            some = slice(start, start + at_once)
            centred = changes[:, some] - centre[some]
            centred *= seen[:, None]
            flat = centred.reshape(n_units, -1)
            n_some = centred.shape[1]
            product = (flat.T @ flat).reshape(n_some, n_pairs, n_some, n_pairs)
            own[some] = np.einsum("skst->skt", product)
            beside[some] = (flat.T @ others).reshape(n_some, n_pairs, -1)
        with_last, with_seen, with_weight = np.split(beside, [n_pairs, 2 * n_pairs], axis=2)
        return cls(centre, own, with_last, with_seen, with_weight[:, :, 0])


def squares_of_all(
    products: CrossProducts, loading: Loading, seen: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Sum everybody's squared scores, and their products with the last outcome's, each (S, P).

    Parameters
    ----------
    products : CrossProducts
    loading : Loading
    seen : ndarray, (N, K)
        The unit's weight where it is observed in both periods, else zero.
    weight : ndarray, (N,)
    """
    own = loading.own
    (n_outcomes, n_assigned), n_pairs = loading.constant.shape, own.shape[1]
    twice = (own[:, :, None] * own[:, None, :]).reshape(n_assigned, -1)
    squares, mixed = (
        twice @ part.reshape(n_outcomes, -1).T for part in (products.own, products.with_last)
    )
    b, c = own[:, None] * (loading.mean - products.centre), loading.constant.T
    moved_seen = own @ products.with_seen.transpose(1, 0, 2).reshape(n_pairs, -1)
    moved_seen = moved_seen.reshape(b.shape)
    moved_weight = own @ products.with_weight.T - b @ (seen.T @ weight)
    b_seen = b @ (seen.T @ seen)
    b_last, c_last = b[:, -1], c[:, -1:]
    squares += np.einsum("psk,psk->ps", b, b_seen - 2 * moved_seen)
    squares += 2 * c * moved_weight + c**2 * (weight @ weight)
    mixed += np.einsum("psk,pk->ps", b, b_seen[:, -1] - moved_seen[:, -1])
    mixed -= np.einsum("psk,pk->ps", moved_seen, b_last)
    mixed += c_last * moved_weight + c * moved_weight[:, -1:] + c * c_last * (weight @ weight)
    return squares.T, mixed.T
