"""The log of what earlier releases of the same data told, kept beside the runs, inside."""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from impact.disclosure.log import START, Earlier, appended, digests, read
from impact.errors import DisclosureError
from impact.evaluation.study import Study
from impact.pipeline.plan import inputs_of, sha256_of
from impact.pipeline.store import CERTIFICATE, INSIDE, RELEASES, locked

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
        """What releases of figures told.

        Raises
        ------
        DisclosureError
            When an entry was changed or lost.
        """
        return tuple(one for one in read(self._text()) if not one.public_use)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs of which figures were released, by their ids, each once."""
        return tuple(dict.fromkeys(one.run for one in self.entries))

    @property
    def public_files(self) -> tuple[str, ...]:
        """The public-use files that were made of the data, by their names, each once."""
        names = (one.public_use for one in read(self._text()))
        return tuple(dict.fromkeys(name for name in names if name))

    def refuse_public_files(self, accepted: Sequence[str]) -> tuple[str, ...]:
        """Return the public-use files of the data, each of which somebody must have accepted by its name.

        Raises
        ------
        DisclosureError
            Where one is not among those ``accepted``.
        """
        for name in self.public_files:
            if name not in accepted:
                raise DisclosureError(
                    f"{name}: a public-use file was made of these data, and figures are proven beside figures, not beside the "
                    f"rows of single units; keep one of the two inside, or accept both with --beside {name}, which both say"
                )
        return self.public_files

    def refuse_releases(self, accepted: Sequence[str]) -> tuple[str, ...]:
        """Return the runs of which figures were released, each of which somebody must have accepted by its id.

        Raises
        ------
        DisclosureError
            Where one is not among those ``accepted``.
        """
        for run in self.runs:
            if run not in accepted:
                raise DisclosureError(
                    f"run {run}: figures of these data were released, and are proven beside figures, not beside the rows of "
                    f"single units; keep one of the two inside, or accept both with --beside {run}, which both say"
                )
        return self.runs

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

    def asked(self, entry: Earlier) -> "AskedEntry":
        """Return an entry that is to be added when what it tells of is published."""
        before = self._text()
        return AskedEntry(self.path, before, appended(before, entry))

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


@dataclass(frozen=True)
class AskedEntry:
    """The log with one more entry, before it is written: it counts if what it tells of is published, and only then.

    Attributes
    ----------
    path : Path
        Of the log.
    before, after : str
        What is in it without the entry, and with it.
    """

    path: Path
    before: str = field(repr=False)
    after: str = field(repr=False)

    @property
    def facts(self) -> dict[str, str | int]:
        """What a release says of the log: its name, how many entries it has, and the digest of the last, which holds all."""
        every = digests(self.after)
        return {"name": self.path.stem, "entries": len(every), "head": every[-1]}

    def tell(self) -> None:
        """Add the entry, whole or not at all, and on the disk when this returns: the last step before publishing."""
        self._write(self.after)

    @contextmanager
    def only_if_published(self, folder: Path) -> Iterator[None]:
        """Take the entry off again where something went wrong and the folder is still what it was.

        Whoever is killed after `tell` and before the folder has its name leaves an entry of what nobody saw: it stays told.
        """
        there = _inode(folder)
        try:
            yield
        except BaseException:
            told = self.path.is_file() and self.path.read_text(encoding="utf-8") == self.after
            if told and _inode(folder) == there:
                self._write(self.before)
            raise

    def _write(self, text: str) -> None:
        if not text:
            self.path.unlink()
            return
        aside = self.path.with_suffix(".partial")
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        aside.chmod(0o600)
        aside.replace(self.path)


def _inode(folder: Path) -> int | None:
    """Return which folder has a name; None where none has."""
    return folder.stat().st_ino if folder.is_dir() else None


def _data_of(study: Study) -> Iterator[str]:
    """Digests of the files that units stand in; of data that a package ships, their name."""
    if study.plan.data.startswith("package:"):
        yield study.plan.data
    for path in inputs_of(study.plan, study.folder).values():
        if path.suffix not in _FILES_OF_PLANS:
            yield sha256_of(path)
