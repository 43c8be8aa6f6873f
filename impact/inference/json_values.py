"""Results with infinite ends, as plain JSON values and back."""

from typing import Any, ClassVar, Self

import numpy as np


class Stored:
    """A frozen dataclass of plain values, some of which may be infinite.

    ``infinite`` names those that may be, and what None stands for.
    """

    infinite: ClassVar[dict[str, float]] = {"conf_low": -np.inf, "conf_high": np.inf}

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; an infinite one is None."""
        return {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in vars(self).items()
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**{k: cls.infinite.get(k) if v is None else v for k, v in values.items()})
