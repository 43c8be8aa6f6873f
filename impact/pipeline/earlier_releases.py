"""The log of what earlier releases of the same data told, kept beside the runs, inside."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from impact.disclosure.log import START, Earlier, appended, digests, read
from impact.errors import DisclosureError
from impact.evaluation.study import Study
from impact.pipeline.plan import inputs_of, sha256_of
from impact.pipeline.store import CERTIFICATE, INSIDE, locked

RELEASES = "releases"
LOG = "log_of_releases"
"""What run.json of a release has of the log."""
_FILES_OF_PLANS = {".yml", ".yaml", ".json"}


@dataclass(frozen=True)
class EarlierReleases:
    """The log of one data set, locked while a release is made.

    Attributes
    ----------
    path : Path
        A file named after the data: plans of the same data share it.
    """

    path: Path
    _open: ExitStack = field(default_factory=ExitStack, repr=False)

    @classmethod
    def of(cls, reports: Path, study: Study) -> "EarlierReleases":
        """Return the log of a study's data beside its runs."""
        digest = sha256("\n".join(sorted(_data_of(study))).encode()).hexdigest()
        return cls(reports / RELEASES / f"{digest[:16]}.jsonl")

    @property
    def entries(self) -> tuple[Earlier, ...]:
        """What was told.

        Raises
        ------
        DisclosureError
            When an entry was changed or lost.
        """
        return read(self._text())

    def hold_to(self, to: Path) -> None:
        """Hold the log to the releases in a folder, each of which names the entry that was made for it.

        Raises
        ------
        DisclosureError
            When an entry that one of them names is not in the log: it was changed, or taken off its end.
        """
        known = {START, *digests(self._text())}
        for facts in sorted(to.glob(f"*/{CERTIFICATE}")):
            told = json.loads(facts.read_text(encoding="utf-8")).get(LOG, {})
            if told.get("name") == self.path.stem and told.get("head") not in known:
                raise DisclosureError(
                    f"log of releases: {facts.parent.name} names an entry that is not in it; restore it, as nothing can be "
                    "released beside figures that are not known"
                )

    @property
    def facts(self) -> dict[str, str | int]:
        """What a release says of the log: its name, how many entries it has, and the digest of the last, which holds all."""
        every = (START, *digests(self._text()))
        return {"name": self.path.stem, "entries": len(every) - 1, "head": every[-1]}

    def add(self, entry: Earlier) -> None:
        """Add an entry, whole or not at all."""
        aside = self.path.with_suffix(".partial")
        aside.write_text(appended(self._text(), entry), encoding="utf-8")
        aside.chmod(0o600)
        aside.replace(self.path)

    def _text(self) -> str:
        return self.path.read_text(encoding="utf-8") if self.path.is_file() else ""

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.parent.chmod(INSIDE)
        self._open.enter_context(locked(self.path.parent, self.path.stem))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()


def _data_of(study: Study) -> Iterator[str]:
    """Digests of the files that units stand in; of data that a package ships, their name."""
    if study.plan.data.startswith("package:"):
        yield study.plan.data
    for path in inputs_of(study.plan, study.folder).values():
        if path.suffix not in _FILES_OF_PLANS:
            yield sha256_of(path)
