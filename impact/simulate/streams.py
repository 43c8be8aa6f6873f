"""Random numbers by name: a part of the simulation that draws more, or a new one, leaves the others' draws as they were."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Streams:
    """Independent generators that depend on the seed and on their own name, never on each other or on their order."""

    seed: int

    def __getitem__(self, name: str) -> np.random.Generator:
        """Start the stream of that name; asked again, it starts again."""
        key = tuple(name.encode())
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=key))
