"""The site of a reports folder: what stands there is read as what it is, and pages are put in place whole."""

import fcntl
import json
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from impact.data.whole_file import whole_file
from impact.errors import StorageError
from impact.pipeline.numbers import RESULTS
from impact.pipeline.store import CERTIFICATE, RELEASES, read_run
from impact.reporting.site.compare import compare_page
from impact.reporting.site.compared import Compared, Side
from impact.reporting.site.contents import BatchRecord, Comparison, Site
from impact.reporting.site.index import index_page
from impact.reporting.site.json_values import mapping, sequence, text
from impact.reporting.site.records import RunRecord, RunStatus, record_of, unfinished_of
from impact.reporting.site.shell import MARK
from impact.reporting.words.register import REGISTER
from impact.terms import Language

INDEX, BATCH = "index.html", "batch.json"
LANGUAGES: tuple[Language, ...] = ("en", "fr")
COMPARED, WITH = "compare_", "_with_"  # of the name of a page on two runs
MOST_BYTES = 64 * 1024 * 1024  # of a JSON file that is read
HEAD = 4096  # bytes of a page in which its mark stands, behind nothing but the policy
OF_ITS_MAKER, OF_ALL = 0o600, 0o644
"""Modes of pages, as of the runs that they show."""
_UNREADABLE = object()


def write_index(reports: Path) -> Path:
    """Make the index of a reports folder again, in both languages, and return the page to open.

    It reads no more than run.json, results.json and batch.json. Folders that are damaged or not of a run are listed as that.

    Raises
    ------
    StorageError
        When the folder is missing, nothing can be written, or a file of somebody else has the index's name.
    """
    if not reports.is_dir():
        raise StorageError(
            f"{_shown(reports)}: no such folder; name the folder in which runs are kept"
        )
    try:
        with _alone(reports):
            site = read_site(reports)
            pages = {language: index_page(site, language) for language in LANGUAGES}
            mode = OF_ALL if site.released else OF_ITS_MAKER
            for language, page in pages.items():
                put_page(reports / f"index.{language}.html", page, mode=mode)
            return put_page(reports / INDEX, pages[site.language], mode=mode)
    except OSError as problem:
        words = problem.strerror or type(problem).__name__
        raise StorageError(
            f"{_shown(reports)}: the index could not be written ({words}); check space and permissions"
        ) from problem


def read_site(reports: Path) -> Site:
    """Read what a reports folder holds, in the order of names; runs of a batch that are not done stand at the end."""
    folders = [one for one in _folders(reports) if not _is_log(one)]
    told = {folder: _batch(folder, reports) for folder in folders}
    of: dict[str, str] = {}
    unfinished: list[RunRecord] = []
    batches: list[BatchRecord] = []
    for folder, found in told.items():
        if found is None:
            continue
        link, runs = _address(folder, reports), sequence(found.get("runs"))
        batches.append(BatchRecord(text(_shown(folder)), link, asked=len(runs)))
        of |= {text(mapping(one).get("name")): link for one in runs}
        unfinished += filter(None, (unfinished_of(one, link=link) for one in runs))
    earlier = {one.name for one in unfinished}  # a folder of that name is of another day
    made = [
        _run(folder, reports, batch="" if folder.name in earlier else of.get(folder.name, ""))
        for folder in folders
        if told[folder] is None
    ]
    name = text(_shown(reports.resolve())) or "reports"
    return Site(name, (*made, *unfinished), tuple(batches), tuple(_comparisons(reports)))


def write_comparison(
    first: Path, second: Path, *, to: Path | None, language: Language | None
) -> Path:
    """Write the page on what changed between two runs, and return it.

    Parameters
    ----------
    first, second : Path
        Folders of finished runs; each is held to its certificate.
    to : Path or None
        The page; beside the runs if None, where the index lists it.
    language : {"en", "fr"} or None
        That of the second run if None.

    Raises
    ------
    StorageError
        When a run is not whole, or the page cannot be written.
    """
    first, second = Path(os.path.abspath(first)), Path(os.path.abspath(second))  # noqa: PTH100 (links stay)
    page = to or _beside(first, second) / f"{COMPARED}{first.name}{WITH}{second.name}.html"
    compared = Compared(*(_side(one, page.parent) for one in (first, second)))
    content = compare_page(compared, language or compared.second.record.language)
    put_page(page, content)
    if _ours(page.parent / INDEX):
        write_index(page.parent)
    return page


def _beside(first: Path, second: Path) -> Path:
    """Return the folder of both runs where one lies in that of the other, else that of the first."""
    common = Path(os.path.commonpath([first.parent, second.parent]))
    return common if common in {first.parent, second.parent} else first.parent


def _side(run: Path, folder: Path) -> Side:
    facts, results = read_run(run), read_json(run / RESULTS)
    files = tuple(one for one in REGISTER["run_file"] if (run / one).is_file())
    link = quote(os.fsencode(os.path.relpath(run, folder)))
    record = record_of(facts, results, name=text(_shown(run)), link=f"./{link}", files=files)
    if record.headline is None:
        raise StorageError(
            f"{_shown(run)}: {RESULTS} is damaged or of another version; run it again"
        )
    return Side(record, facts, mapping(results))


def _folders(parent: Path) -> list[Path]:
    """Return the folders that are not hidden, links to folders included, by the bytes of their names."""
    found = [
        Path(entry.path)
        for entry in os.scandir(parent)
        if not entry.name.startswith(".") and _is_folder(entry)
    ]
    return sorted(found, key=lambda path: os.fsencode(path.name))


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir(follow_symlinks=True)
    except OSError:
        return False


def _is_log(folder: Path) -> bool:
    """Whether a folder is the log of releases, of which nothing is listed."""
    if folder.name != RELEASES:
        return False
    try:
        return {one.suffix for one in folder.iterdir() if one.name[0] != "."} == {".jsonl"}
    except OSError:
        return False


def _inside(path: Path, reports: Path) -> bool:
    """Whether a path, its links followed, stays in the reports folder."""
    try:
        return path.resolve().is_relative_to(reports.resolve())
    except (OSError, RuntimeError):  # a link to itself
        return False


def _comparisons(reports: Path) -> Iterator[Comparison]:
    """Yield the pages on two runs that stand beside the index."""
    for path in sorted(reports.glob(f"{COMPARED}*{WITH}*.html")):
        first, _, second = path.stem.removeprefix(COMPARED).partition(WITH)
        if _ours(path):
            yield Comparison(_address(path, reports), text(_clean(first)), text(_clean(second)))


def _batch(folder: Path, reports: Path) -> dict[str, Any] | None:
    """Return what a batch tells of its runs, whose folders stand beside its own; None where the folder is no batch's."""
    told = read_json(folder / BATCH) if _inside(folder, reports) else None
    return told if isinstance(told, dict) else None


def _run(folder: Path, reports: Path, *, batch: str = "") -> RunRecord:
    name, link = text(_shown(folder)), _address(folder, reports)
    if not _inside(folder, reports):
        return RunRecord(name=name, link=link, status="foreign")
    files = tuple(one for one in REGISTER["run_file"] if _is_file(folder / one, reports))
    facts, results = read_json(folder / CERTIFICATE), read_json(folder / RESULTS)
    if facts is None:
        begun = results is not None or "report.html" in files
        kind: RunStatus = "incomplete" if begun else "foreign"
        if (folder / BATCH).is_file():  # a batch, but none that can be read
            kind = "damaged"
        return RunRecord(name=name, link=link, status=kind, batch=batch)
    if facts is _UNREADABLE or results is _UNREADABLE or results is None:
        return RunRecord(name=name, link=link, status="damaged", files=files, batch=batch)
    return record_of(
        facts, results, name=name, link=link, files=files, batch=batch, path=_typed(folder)
    )


def _typed(folder: Path) -> str:
    """Return a folder as it is typed into a shell; nothing where its name could do harm there."""
    name = str(folder)
    return shlex.quote(name) if name.isprintable() else ""


def _is_file(path: Path, reports: Path) -> bool:
    return path.is_file() and _inside(path, reports)


def read_json(path: Path) -> Any:
    """Return what a JSON file holds; None where there is none, and `_UNREADABLE` for what is no such file, or too large."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return _UNREADABLE
    with os.fdopen(handle, "rb") as file:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode) or told.st_size > MOST_BYTES:
            return _UNREADABLE
        try:
            return json.loads(file.read(MOST_BYTES + 1))
        except (OSError, ValueError, RecursionError):
            return _UNREADABLE


def _address(path: Path, reports: Path) -> str:
    """Write where a path is, seen from the reports folder, so that a browser takes no name for anything but a path."""
    parts = path.relative_to(reports).parts
    return "./" + "/".join(quote(os.fsencode(part), safe="") for part in parts)


def _shown(path: Path) -> str:
    return _clean(path.name)


def _clean(name: str) -> str:
    """Return a name as it can be written, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "replace")


@contextmanager
def _alone(reports: Path) -> Iterator[None]:
    """Wait until nobody else makes this index: what is written last has then read last."""
    with (reports / f".{INDEX}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def put_page(path: Path, page: bytes, *, mode: int = OF_ITS_MAKER) -> Path:
    """Write a page whole or not at all; only a page of ours is replaced.

    Raises
    ------
    StorageError
        When something else has its name.
    """
    if os.path.lexists(path) and not _ours(path):
        raise StorageError(f"{_shown(path)}: a file of somebody else has this name; move it away")
    with whole_file(path) as file:
        os.fchmod(file.fileno(), mode)
        file.write(page)
    return path


def _ours(path: Path) -> bool:
    """Whether a file carries the mark of the site's pages."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.encode() in file.read(HEAD)
