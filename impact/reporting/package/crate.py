"""Metadata of a package for catalogues: RO-Crate 1.1 as plain JSON-LD."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from impact.reporting.package.known import RESULTS, Known
from impact.reporting.package.wheel import wheel_name

CRATE = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
CONFORMS = "https://w3id.org/ro/crate/1.1"
MIT = "http://spdx.org/licenses/MIT"
FORMATS = {
    "csv": "text/csv",
    "do": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "dta": "application/x-stata-dta",
    "html": "text/html",
    "ipynb": "application/x-ipynb+json",
    "json": "application/json",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "py": "text/x-python",
    "svg": "image/svg+xml",
    "whl": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xml": "application/xml",
    "yml": "application/yaml",
}
Entity = dict[str, Any]


def crate(known: Known, contents: Mapping[str, bytes]) -> bytes:
    """Return ``ro-crate-metadata.json`` of a package with these files.

    References
    ----------
    RO-Crate Metadata Specification 1.1, https://w3id.org/ro/crate/1.1.
    """
    graph = [_descriptor(), _root(known, contents), *_context(known)]
    graph += [_file(name, contents[name]) for name in sorted(contents)]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, ensure_ascii=False)
    return f"{text}\n".encode()


def identifier(name: str) -> str:
    """Return a file's name as a relative address; no name is taken for one elsewhere."""
    return quote(name, safe="/")


def _descriptor() -> Entity:
    return {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": CONFORMS},
        "about": {"@id": "./"},
    }


def _root(known: Known, contents: Mapping[str, bytes]) -> Entity:
    plan, facts = known.study.plan, known.facts
    published = facts.get("released", facts.get("finished", ""))
    return {
        "@id": "./",
        "@type": "Dataset",
        "identifier": f"{plan.name}-{facts['run_id']}",
        "name": f"Replication package: {plan.title.en}",
        "description": "Plan, code, versions and results of an evaluation run, with one command that computes it again.",
        "alternateName": f"Archive de réplication : {plan.title.in_language('fr')}",
        "datePublished": published,
        "license": {"@id": "#rights"},
        "conditionsOfAccess": "open" if known.released else "internal: no disclosure gate has seen it",
        "hasPart": [{"@id": identifier(name)} for name in sorted(contents)],
        "mentions": {"@id": "#run"},
    }  # fmt: skip


def _context(known: Known) -> list[Entity]:
    """Return what files alone do not say: rights, the licence of the code, and the run that made the results."""
    facts, code = known.facts, f"code/{wheel_name()}"
    inputs = [one.place for one in known.datasets if one.inside == "yes"]
    action: Entity = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run {facts['run_id']}",
        "instrument": {"@id": identifier(code)},
        "object": [{"@id": identifier(name)} for name in inputs],
        "result": {"@id": f"{RESULTS}/results.json"},
    }
    if "started" in facts:
        action["startTime"] = facts["started"]
    if "finished" in facts:
        action["endTime"] = facts["finished"]
    return [
        {
            "@id": "#rights",
            "@type": "CreativeWork",
            "name": "Rights",
            "description": "The code is under the MIT licence. No file of the run states the rights to its data and results.",
        },
        {"@id": MIT, "@type": "CreativeWork", "name": "MIT License"},
        action,
    ]


def _file(name: str, content: bytes) -> Entity:
    ending = name.rpartition(".")[2]
    told: Entity = {
        "@id": identifier(name),
        "@type": "File",
        "name": name,
        "contentSize": str(len(content)),
        "sha256": sha256(content).hexdigest(),
    }
    if ending in FORMATS:
        told["encodingFormat"] = FORMATS[ending]
    if name == f"code/{wheel_name()}":
        told |= {"@type": ["File", "SoftwareSourceCode"], "license": {"@id": MIT}}
        told |= {"programmingLanguage": "Python"}
    return told
