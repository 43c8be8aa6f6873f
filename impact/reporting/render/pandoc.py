"""pandoc from its own tree, in its sandbox: it reads no file and fetches nothing that the tree names."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from impact.errors import RenderError
from impact.reporting.tree import API_VERSION, Node

TIMEOUT_S = 120
EPOCH = (
    "1356998400"  # 2013-01-01, for tools that insist on a date; clock times stand in run.json only
)


def pandoc(blocks: Sequence[Node], meta: Mapping[str, Any], folder: Path, *options: str) -> None:
    """Write a tree in the format that the options name.

    Raises
    ------
    RenderError
        When pandoc fails.
    """
    import pypandoc

    source = folder / "report.json"
    document = {"pandoc-api-version": API_VERSION, "meta": dict(meta), "blocks": list(blocks)}
    source.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    command = [
        pypandoc.get_pandoc_path(), str(source), "--from=json", "--sandbox", "--wrap=none", *options,
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (our own pandoc, our own arguments)
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise RenderError(
            f"pandoc did not finish ({type(problem).__name__}); reinstall pypandoc-binary"
        ) from None
    if done.returncode != 0:
        raise RenderError(
            f"pandoc refused the report (exit code {done.returncode}); is its notebook whole?"
        )


def meta_text(content: Sequence[Node]) -> dict[str, Any]:
    """Return inlines as a value of pandoc's metadata."""
    return {"t": "MetaInlines", "c": list(content)}


def meta_blocks(content: Sequence[Node]) -> dict[str, Any]:
    """Return blocks as a value of pandoc's metadata."""
    return {"t": "MetaBlocks", "c": list(content)}


def meta_list(content: Sequence[Any]) -> dict[str, Any]:
    """Return values as a list of pandoc's metadata."""
    return {"t": "MetaList", "c": list(content)}


def meta_map(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return named values of pandoc's metadata."""
    return {"t": "MetaMap", "c": dict(content)}


def publish(content: bytes, output: Path) -> None:
    """Write a file whole or not at all."""
    aside = output.with_name(f".{output.name}.partial")
    try:
        aside.write_bytes(content)
        aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)


def default_file(name: str) -> bytes:
    """Return one of pandoc's own data files.

    Raises
    ------
    RenderError
        When pandoc does not give it.
    """
    import pypandoc

    try:
        return subprocess.run(  # noqa: S603 (our own pandoc, our own arguments)
            [pypandoc.get_pandoc_path(), "--print-default-data-file", name],
            capture_output=True, check=True, timeout=TIMEOUT_S,
        ).stdout  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        raise RenderError(f"pandoc lacks its {name}; reinstall pypandoc-binary") from None
