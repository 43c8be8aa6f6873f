"""What the programme adds to revenue: fairs, orders before them, events at home, and what it takes from others."""

import numpy as np

from impact.arrays import Floats, Integers
from impact.simulate.programme import Programme
from impact.simulate.revenue import CITIES, Firms
from impact.simulate.selection import Chosen


def with_programme(
    programme: Programme,
    untreated: Floats,
    firms: Firms,
    chosen: Chosen,
    *,
    start: Integers,
    event_start: Integers,
) -> Floats:
    """Return revenue by market with the programme, (N, T, 3): fairs act on exports and tourists, events at home on the others.

    Parameters
    ----------
    untreated : ndarray, (N, T, 3)
    start, event_start : ndarray of int, (N,)
        Quarter of a firm's fair and of its event at home; -1 for none.
    """
    total, treated = untreated.sum(axis=2), untreated.copy()
    abroad = _share_from_fairs(programme, chosen, start, untreated.shape[1]) * total
    treated[:, :, 2] += programme.effect_export_share * abroad
    treated[:, :, 1] += (1 - programme.effect_export_share) * abroad
    if programme.events:
        since = np.arange(untreated.shape[1]) - event_start[:, None]
        share = _on_path(programme.event_effect_path, since) * (event_start >= 0)[:, None]
        treated[:, :, :2] += (share * total / 2)[:, :, None]
    if programme.spillover and chosen.exhibited.any():
        begun = np.arange(untreated.shape[1]) >= start[chosen.exhibited].min()
        touched = programme.spillover * _touched(programme, firms, chosen)
        treated *= 1 + (touched[:, None] * begun)[:, :, None]
    return treated


def _on_path(path: tuple[float, ...], since: Integers) -> Floats:
    """Share of revenue by quarters since the start; nothing before it, the last one stays."""
    return np.asarray(path)[np.clip(since, 0, len(path) - 1)] * (since >= 0)


def _share_from_fairs(
    programme: Programme, chosen: Chosen, start: Integers, n_quarters: int
) -> Floats:
    """Share of their revenue that exhibitors gain in each quarter, (N, T); on orders taken before the fair too."""
    since = np.arange(n_quarters) - start[:, None]
    gain = _on_path(programme.effect_path, since)
    if programme.effect_ends_after is not None:
        gain = gain * (since <= programme.effect_ends_after)
    for before, share in enumerate(programme.orders_before, start=1):
        gain = np.where(since == -before, share, gain)
    of_fair = np.where(chosen.fair >= 0, np.asarray(programme.effect_by_fair)[chosen.fair], 0.0)
    return np.asarray(gain * (of_fair * chosen.exhibited)[:, None])


def _touched(programme: Programme, firms: Firms, chosen: Chosen) -> Floats:
    """How much of the spillover each firm meets, (N,): 1 where exhibitors are as frequent as everywhere; they meet none."""
    if programme.spillover_reach == "trade":
        met = np.isin(firms.sector, firms.sector[chosen.exhibited]).astype(float)
    else:
        cell = firms.sector * len(CITIES) + firms.city
        frequent = np.bincount(cell, weights=chosen.exhibited) / np.maximum(np.bincount(cell), 1)
        met = frequent[cell] / chosen.exhibited.mean()
    return np.where(chosen.exhibited, 0.0, met)
