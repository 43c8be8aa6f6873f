"""The replication package of a run: everything that another person needs to make it again, or to check it without data."""

import json
import os
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import impact
from impact.data.whole_file import whole_file
from impact.errors import DisclosureError, StorageError
from impact.moments.moments_file import is_moments
from impact.pipeline.as_run import content_as_certified, refuse_rehearsal, study_as_run
from impact.pipeline.blinding import refuse_blind
from impact.pipeline.evidence import recorded
from impact.pipeline.packaged_inputs import packaged_inputs
from impact.pipeline.pages import REPORT
from impact.pipeline.plan import published
from impact.pipeline.public_use import CHOICES
from impact.pipeline.run import MARK, code_hash, notebooks_folder
from impact.pipeline.store import CERTIFICATE, building, files_of, read_run
from impact.reporting.codebook.ddi import ddi
from impact.reporting.codebook.description import Codebook
from impact.reporting.codebook.page import page
from impact.reporting.codebook.sheet import sheet
from impact.reporting.codebook.write import CODEBOOKS
from impact.reporting.evidence.rows import RecordedRun
from impact.reporting.evidence.write import evidence_files, schema_text
from impact.reporting.package.checklists import checklist_files, is_reference
from impact.reporting.package.crate import CRATE, crate
from impact.reporting.package.known import KIT, RESULTS, Known
from impact.reporting.package.programs import bare_notebook, exhibits_of, python_of
from impact.reporting.package.readme import FILES, READMES, readme
from impact.reporting.package.wheel import (
    HERE,
    lock,
    lock_of,
    locked,
    names_of,
    needs,
    wheel,
    wheel_name,
)
from impact.reporting.package.zipped import zipped
from impact.reporting.sections.references import cited
from impact.reporting.voice import Voice
from impact.terms import Language

MANIFEST = "package.json"
PROGRAMS = frozenset({"replicate.py"})
OF_KIT = ("numpy", "pandas", "statsmodels", "linearmodels")
"""What the kit's check.py imports."""
LOCK, LOCK_OF_KIT = "code/requirements.lock", "code/requirements-kit.lock"


@dataclass(frozen=True)
class Package:
    """A package that was written: where, of which run, and what one command makes again of it."""

    path: Path
    known: Known


def package(
    run: Path,
    *,
    plan_path: Path,
    to: Path,
    released: Path = Path("released"),
    with_data: bool = False,
    public: Path | None = None,
) -> Package:
    """Write the replication package of a run, whole or not at all; the same bytes for the same run.

    Parameters
    ----------
    run : Path
        A run's folder, internal or released.
    plan_path : Path
        Its plan, with the documents that it names as they were.
    to : Path
        A ``.zip``, which replaces one that is there, or a folder that is not there yet.
    released : Path
        Folder of releases, in which that of an internal run is looked for.
    with_data : bool
        For internal use: the internal run with the data that it read.
    public : Path, optional
        A folder of public use of the same study, as `write_public_use` made it: it is added.

    Raises
    ------
    DisclosureError
        When an internal run has no release, and its data are not asked for.
    StorageError
        When a run or a file is not as it was, or something else stands at ``to``.
    PlanError
        When a path of the plan is absolute: nobody else has it.
    """
    chosen, facts, told = _chosen(run.resolve(), released.resolve(), with_data=with_data)
    study, inputs = study_as_run(plan_path.resolve(), facts, with_data=with_data)
    found = recorded(chosen, study, facts)
    added = {} if public is None else _public(public.resolve(), study.plan.name)
    contents, known = _contents(
        chosen, found, inputs, with_data=with_data, of_run=told, added=added
    )
    _publish(contents, to.resolve(), mode=stat.S_IMODE(chosen.stat().st_mode))
    return Package(to, known)


def _chosen(
    run: Path, released: Path, *, with_data: bool
) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """Return the folder to package, its certificate, and that of the run that was named."""
    facts = read_run(run)
    refuse_blind(facts.get("blind"), name=run.name)
    refuse_rehearsal(facts, name=run.name)
    if facts["impact"] != impact.__version__:
        raise StorageError(
            f"{run.name}: made by impact {facts['impact']}, this is {impact.__version__}; package it with the code that made it"
        )
    inside = MARK in facts["outputs"] or "released" not in facts
    if with_data and not inside:
        raise StorageError(
            f"{run.name}: a release, of which no data can be packaged; name the run under reports/"
        )
    if with_data or not inside:
        return run, facts, facts
    folder = released / facts["plan"]["name"]
    if (folder / CERTIFICATE).is_file():
        let_out = read_run(folder)
        if let_out["run_id"] == facts["run_id"] and "released" in let_out:
            return folder, let_out, facts
    if is_moments(facts["plan"]["data"]):
        raise DisclosureError(
            f"{run.name}: made from moments, which cannot be released; package it --with-data for use inside, or release and "
            "package the run where the data are"
        )
    raise DisclosureError(
        f"{run.name}: internal, and {released.name}/ has no release of this run; impact release it first, or package it "
        "--with-data for use inside"
    )


def _contents(
    run: Path,
    found: RecordedRun,
    inputs: Mapping[str, Path],
    *,
    with_data: bool,
    of_run: Mapping[str, Any],
    added: Mapping[str, bytes],
) -> tuple[dict[str, bytes], Known]:
    """Return every file of a package by name, and what is known of it."""
    study, facts = found.study, found.facts
    made = _whole(run, RESULTS, facts["outputs"])
    read = packaged_inputs(study, facts, inputs, with_data=with_data)
    made |= {**read.contents, **_code(run), **_codebook(found, run, with_data=with_data)}
    made |= {f"evidence/{name}": content for name, content in evidence_files(found).items()}
    made["evidence/evidence.schema.json"] = schema_text().encode()
    made |= {name: (FILES / f"{name}.in").read_bytes() for name in ("replicate.py", "Makefile")}
    made |= added
    if with_data:
        made[MARK] = (FILES / f"{MARK}.in").read_bytes()
    text = lock()
    known = Known(
        study=study,
        findings=found.findings,
        facts=facts,
        with_data=with_data,
        minutes=_minutes(of_run),
        memory_mb=of_run.get("memory_mb"),
        python=python_of(run),
        files=frozenset({*made, *READMES.values(), MANIFEST, CRATE}),
        datasets=read.datasets,
        exhibits=exhibits_of(run, report=f"{REPORT}.ipynb"),
        same_code=_same_code(of_run),
        lock_differs=() if text is None else _differing(locked(text), facts["versions"]),
        references=tuple(sorted(_cited(found), key=str.casefold)),
        withheld=read.withheld,
    )
    made |= checklist_files(known)
    size = sum(map(len, made.values()))
    made |= {READMES[one]: readme(known, one, size=size) for one in get_args(Language)}
    made[CRATE] = crate(known, made)
    made[MANIFEST] = _manifest(known, made)
    return made, known


def _cited(found: RecordedRun) -> set[str]:
    """Return what the report cites, and the source of the data where the schema writes it as a reference."""
    source = found.study.schema.source_in("en")
    methods = cited(Voice(found.study), found.findings)
    return methods | ({source} if is_reference(source) else set())


def _public(folder: Path, study: str) -> dict[str, bytes]:
    """Return a folder of public use, whole and of this study; nothing else holds rows that may leave."""
    facts = read_run(folder)
    if CHOICES not in facts["outputs"] or facts.get("plan") != study:
        raise StorageError(
            f"{folder.name}: no public-use file of {study}; make it by impact deidentify, and name its folder"
        )
    return _whole(folder, "public", facts["outputs"])


def _whole(folder: Path, inside: str, outputs: Mapping[str, str]) -> dict[str, bytes]:
    """Return the files of a certified folder with its certificate, each as the certificate has it at this moment."""
    made = {f"{inside}/{CERTIFICATE}": (folder / CERTIFICATE).read_bytes()}
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        made[f"{inside}/{name}"] = content_as_certified(path, name, outputs.get(name))
    return made


def _same_code(facts: Mapping[str, Any]) -> bool | None:
    """Whether the code that is running is the run's; None where only a release is known, which does not say."""
    known = facts.get("code")
    return None if known is None else bool(known == code_hash(notebooks_folder()))


def _minutes(facts: Mapping[str, Any]) -> float | None:
    seconds = facts.get("durations_s", {}).get("total")
    return None if seconds is None else seconds / 60


def _differing(versions: Mapping[str, frozenset[str]], used: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name, one in used.items() if one not in versions.get(name, ()))


def _code(run: Path) -> dict[str, bytes]:
    made = {f"code/{wheel_name()}": wheel()}
    made |= {
        f"code/notebooks/{path.name}": bare_notebook(path)
        for path in sorted((run / "notebooks").glob("*.ipynb"))
    }
    if (text := lock()) is not None:
        made |= {LOCK: text.encode(), LOCK_OF_KIT: lock_of(text, OF_KIT).encode()}
    license_file = HERE.parent / "LICENSE"
    return {**made, "LICENSE": license_file.read_bytes()} if license_file.is_file() else made


def _codebook(found: RecordedRun, run: Path, *, with_data: bool) -> dict[str, bytes]:
    """Return the codebook: with the run's counts inside, as the schema declares it where it may leave."""
    if with_data and all((run / name).is_file() for name in CODEBOOKS):
        return {f"codebook/{name}": (run / name).read_bytes() for name in CODEBOOKS}
    study = found.study
    times = [str(time) for time in found.findings.sample.paths.get("time", ())]
    told = Codebook.declared(
        study,
        file_name=published(study.plan.data),
        periods=(times[0], times[-1]) if times else ("", ""),
    )
    contents = (ddi(told, version=impact.__version__), sheet(told), page(told, Voice(study)))
    return {f"codebook/{name}": made for name, made in zip(CODEBOOKS, contents, strict=True)}


def _manifest(known: Known, made: Mapping[str, bytes]) -> bytes:
    """Return package.json: what the main script must know, and the SHA-256 of every other file."""
    plan_name = known.facts["parameters"]["plan"]
    parameters = known.facts["parameters"]
    told = {
        "package": 1,
        "study": known.study.plan.name,
        "run": known.facts["run_id"],
        "status": "released" if known.released else "internal",
        "with_data": known.with_data,
        "plan": next(one.place for one in known.datasets if one.name == plan_name),
        "parameters": {name: value for name, value in parameters.items() if name != "plan"},
        "wheel": f"code/{wheel_name()}",
        "needs": names_of(needs()) if known.with_data else sorted(OF_KIT),
        "lock": LOCK if LOCK in made else None,
        "lock_of_kit": LOCK_OF_KIT if LOCK_OF_KIT in made else None,
        "kit": KIT if known.has(f"{KIT}/check.py") else None,
        "files": {name: sha256(made[name]).hexdigest() for name in sorted(made)},
    }
    return (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()


def _publish(contents: Mapping[str, bytes], to: Path, *, mode: int) -> None:
    """Put a package in place in one step, readable for whom the run was; a folder that stands there stays.

    Raises
    ------
    StorageError
        When a folder stands there, or nothing can be written; an earlier archive is then untouched.
    """
    archive = to.suffix.lower() == ".zip"
    if os.path.lexists(to) and (to.is_symlink() or not (archive and zipfile.is_zipfile(to))):
        raise StorageError(
            f"{to.name}: something stands there already, and stays; name another place, or remove it"
        )
    if archive:
        _write_archive(zipped(contents, programs=PROGRAMS), to, mode=mode & 0o666)
        return
    with building(to.parent, to.name, mode=mode) as folder:
        for name, content in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode if name in PROGRAMS else mode & 0o666)


def _write_archive(content: bytes, to: Path, *, mode: int) -> None:
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise StorageError(
            f"{to.parent.name}: {problem.strerror or 'cannot be made'}; check the folder, space and permissions"
        ) from None
    with whole_file(to) as file:  # its maker's alone, until it is whole
        file.write(content)
    to.chmod(mode)
