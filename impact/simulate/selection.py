"""Who is invited to a fair abroad, who takes part in an event at home, and who of the invited exhibits."""

from dataclasses import dataclass

import numpy as np

from impact.arrays import Floats, Integers, Mask
from impact.simulate.programme import Programme

EARLIER = 4  # quarters that the last one before the first fair is held against


@dataclass(frozen=True)
class Chosen:
    """Places of N firms: ``fair`` and ``event`` by number, -1 for none; ``exhibited``: who of the invited came."""

    fair: Integers
    exhibited: Mask
    event: Integers


def passing_growth(passing: Floats, *, last: int) -> Floats:
    """Standardise how far each firm's passing shock in quarter ``last`` lies above the mean of the four before it, (N,).

    What is passing recedes: firms chosen by it regress to the mean after the fair.
    """
    recent = passing[:, last] - passing[:, max(last - EARLIER, 0) : last].mean(axis=1)
    return np.asarray((recent - recent.mean()) / recent.std())


def choose(
    programme: Programme,
    firms: tuple[Floats, Floats, Floats],
    *,
    fairs: np.random.Generator,
    events: np.random.Generator,
) -> Chosen:
    """Fill the places at fairs, then those at events at home from the other firms.

    Parameters
    ----------
    firms : ndarrays (N,)
        Standardised lasting level, export share, standardised passing growth.
    fairs, events : Generator
        Streams of the two choices.
    """
    level, export, growth = firms
    standard = (export - export.mean()) / export.std()
    index = (
        programme.selection_on_level * level
        + programme.selection_on_exports * standard
        + programme.selection_on_growth * growth
    )
    places = [programme.places_per_fair] * len(programme.fairs)
    fair = _filled(index, places, fairs)
    shows_up = fairs.random(len(level)) < programme.exhibiting_share
    at_home = (
        programme.event_selection_on_level * level + programme.event_selection_on_growth * growth
    )
    at_home = np.where(fair >= 0, -np.inf, at_home)
    event = _filled(at_home, [one.places for one in programme.events], events)
    return Chosen(fair, (fair >= 0) & shows_up, event)


def _filled(index: Floats, places: list[int], generator: np.random.Generator) -> Integers:
    """Give the places, in random order, to the firms with the highest index plus Gumbel noise; -1 for the others."""
    order = np.argsort(-(index + generator.gumbel(size=len(index))), kind="stable")
    place = np.full(len(index), -1)
    taken = generator.permutation(order[: sum(places)])
    place[taken] = np.repeat(np.arange(len(places)), places)
    return place
