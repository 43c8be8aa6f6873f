"""An executed notebook becomes a self-contained page and a tagged PDF, through pandoc and Typst, without a network."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from impact.errors import RenderError
from impact.reporting.formats import escape
from impact.terms import Language

HERE = Path(__file__).parent
TIMEOUT_S = 120
EPOCH = (
    "1356998400"  # 2013-01-01, for tools that insist on a date; clock times stand in run.json only
)


@dataclass(frozen=True)
class Cover:
    """What stands on the first page, in the report's language.

    ``provenance`` are (name, value) pairs; ``words`` names the fixed parts: contents, table, figure, page.
    """

    title: str
    subtitle: str
    disclaimer: str
    provenance: tuple[tuple[str, str], ...]
    language: Language
    words: dict[str, str]

    def metadata(self) -> dict[str, object]:
        """Return pandoc's metadata; pandoc reads it as Markdown, so every text is escaped."""
        return {
            "lang": self.language,
            "pagetitle": escape(self.title),
            "title": escape(self.title),
            "subtitle": escape(self.subtitle),
            "disclaimer": escape(self.disclaimer),
            "provenance": [
                {"name": escape(name), "value": escape(value)} for name, value in self.provenance
            ],
            "words": {name: escape(word) for name, word in self.words.items()},
        }


def render_html(notebook: Path, output: Path, *, cover: Cover) -> None:
    """Write the page: one file, no script, no address outside itself.

    Raises
    ------
    RenderError
        When pandoc fails.
    """
    with tempfile.TemporaryDirectory(prefix="impact-") as name:
        folder = Path(name)
        page = folder / "report.html"
        _pandoc(
            notebook, folder, cover,
            "--to=html5", "--standalone", "--embed-resources", "--mathml", "--toc", "--toc-depth=2", "--section-divs",
            f"--template={HERE / 'page.html'}", f"--css={HERE / 'page.css'}", f"--output={page}",
        )  # fmt: skip
        _publish(page.read_bytes(), output)


def render_pdf(notebook: Path, output: Path, *, cover: Cover) -> None:
    """Write the PDF, tagged for screen readers (PDF/UA-1).

    Raises
    ------
    RenderError
        When pandoc or Typst fails.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="impact-") as name:
        folder = Path(name)
        source = folder / "report.typ"
        _pandoc(
            notebook, folder, cover,
            "--to=typst", "--standalone", f"--extract-media={folder / 'media'}",
            f"--template={HERE / 'page.typ'}", f"--output={source}",
        )  # fmt: skip
        source.write_text(
            source.read_text(encoding="utf-8").replace(f"{folder}/", ""), encoding="utf-8"
        )
        try:
            pdf = typst.compile(
                str(source), root=str(folder), pdf_standards=["ua-1"], timestamp=int(EPOCH)
            )
        except Exception as problem:  # noqa: BLE001 (Typst's own error class is not public)
            lines = [line for line in str(problem).splitlines() if line.strip()]
            raise RenderError(
                f"{output.name}: Typst refused the report: {lines[0] if lines else 'no reason given'}"
            ) from None
        _publish(pdf, output)


def _pandoc(notebook: Path, folder: Path, cover: Cover, *options: str) -> None:
    import pypandoc

    metadata = folder / "metadata.json"
    metadata.write_text(json.dumps(cover.metadata(), ensure_ascii=False), encoding="utf-8")
    command = [
        pypandoc.get_pandoc_path(), str(notebook.resolve()), "--from=ipynb", "--ipynb-output=all",
        f"--lua-filter={HERE / 'exhibits.lua'}", f"--metadata-file={metadata}", *options,
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


def _publish(content: bytes, output: Path) -> None:
    """Write a file whole or not at all."""
    aside = output.with_name(f".{output.name}.partial")
    try:
        aside.write_bytes(content)
        aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)
