"""How long the steps of a run take, and what processor time they use."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

Step = Callable[[str], None]


def cpu_seconds() -> float:
    """Return the processor seconds of this process and of the children it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def most_memory_mb() -> int:
    """Return the most memory that this process, or one that it waited for, held at once: resident pages, in megabytes."""
    asked = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kibibytes elsewhere
    return round(max(resource.getrusage(who).ru_maxrss for who in asked) * unit / 1e6)


@dataclass(frozen=True)
class Timings:
    """Seconds by the clock and by the processor, a step; ``told`` hears the name of each step that is done.

    Attributes
    ----------
    told : callable
    before_s : float
        Processor seconds that other processes have spent on this run before it began.
    """

    told: Step
    before_s: float = 0.0
    durations_s: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def timed(self, name: str, work: Callable[[], float | None]) -> None:
        """Do a step. Work for which other processes did the computing returns what they used."""
        start, used = time.monotonic(), cpu_seconds()
        elsewhere = work()
        self.durations_s[name] = round(time.monotonic() - start, 2)
        self.cpu_s[name] = round(cpu_seconds() - used if elsewhere is None else elsewhere, 2)
        self.told(name)

    def total(self) -> None:
        """Close the account."""
        self.durations_s["total"] = round(time.monotonic() - self.began, 2)
        self.cpu_s["total"] = round(self.before_s + cpu_seconds(), 2)
