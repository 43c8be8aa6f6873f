"""What a run knows of itself when it is packaged: readme, checklists and catalogue are made of nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from impact.evaluation.study import Study
from impact.reporting.package.programs import Exhibit
from impact.reporting.sections.findings import Findings

Inside = Literal["yes", "no", "partly"]
RESULTS = "results"
"""Folder of a package in which the run's own folder stands, whole."""
KIT = f"{RESULTS}/kit"


@dataclass(frozen=True)
class Dataset:
    """A file that the run read.

    Attributes
    ----------
    name : str
        As the run certified it.
    place : str
        In a package that has it.
    role : str
    sha256 : str
    inside : str
    """

    name: str
    place: str
    role: str
    sha256: str
    inside: Inside


@dataclass(frozen=True)
class Known:
    """All of it.

    Attributes
    ----------
    facts : mapping
        The certificate of the run that is packaged.
    minutes : float or None
        The run took, by the clock; None where only its release is known.
    memory_mb : int or None
        Most that one process of the run held at once, in megabytes; None where only its release is known.
    files : frozenset of str
        Names in the package.
    same_code : bool or None
        Whether the packaged code made the run; None where only its release is known.
    lock_differs : tuple of str
        Packages of which the run had another version than the lock.
    references : tuple of str
    withheld : int
        Values taken out of the intake plan.
    """

    study: Study = field(repr=False)
    findings: Findings = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    with_data: bool
    minutes: float | None
    memory_mb: int | None
    python: str
    files: frozenset[str]
    datasets: tuple[Dataset, ...]
    exhibits: tuple[Exhibit, ...]
    same_code: bool | None
    lock_differs: tuple[str, ...]
    references: tuple[str, ...]
    withheld: int

    def has(self, name: str) -> bool:
        """Whether a file, or a folder that ends in a slash, is in the package."""
        if name.endswith("/"):
            return any(file.startswith(name) for file in self.files)
        return name in self.files

    @property
    def released(self) -> bool:
        """Whether the gate let the figures out."""
        return "released" in self.facts

    @property
    def simulated(self) -> bool:
        """Whether no real unit is in the data."""
        return self.study.plan.truth is not None

    @property
    def from_moments(self) -> bool:
        """Whether the run read sums in place of data."""
        return self.study.plan.from_moments

    @property
    def data_public(self) -> bool:
        """Whether the data come with a published package."""
        return self.study.plan.data.startswith("package:")

    @property
    def outcome(self) -> Literal["with_data", "kit", "nothing"]:
        """What one command makes again."""
        if self.with_data:
            return "with_data"
        return "kit" if self.has(f"{KIT}/check.py") else "nothing"
