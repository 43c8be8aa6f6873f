"""What every page of the site stands in: a strict policy, the house's type and colours, its script by hash."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

from impact.reporting.proposal.speech import Speech
from impact.reporting.render.fonts import SANS, css
from impact.terms import Language

HERE = Path(__file__).parent
MARK = '<meta name="generator" content="impact site">'
"""By which a page of ours is known from a file of somebody else."""
NUMBER = ' class="num"'
OTHER: dict[Language, Language] = {"en": "fr", "fr": "en"}
OWN_NAMES: dict[Language, str] = {"en": "English", "fr": "Français"}


@dataclass(frozen=True)
class Page:
    """A page of the site.

    Attributes
    ----------
    title : str
        Of the window; as text.
    body : str
        HTML, its texts escaped already.
    script : str
        Name of its script beside this file; nothing for none.
    """

    language: Language
    title: str
    body: str
    script: str = ""

    def html(self) -> bytes:
        """Return the whole page: the policy lets run and look only what stands here, by its hash."""
        style = "\n".join([css(body=SANS), _part("site.css")])
        script = _part(self.script) if self.script else ""
        policy = "; ".join(
            [
                "default-src 'none'",
                f"script-src {_hash(script)}" if script else "script-src 'none'",
                f"style-src {_hash(style)}",
                "font-src data:",
                "base-uri 'none'",
                "form-action 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            ]
        )
        skip = escape(Speech.of(self.language).t("Skip to content"))
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta name="referrer" content="no-referrer">\n{MARK}\n'
            f"<title>{_(self.title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
            f'<a class="skip" href="#content">{skip}</a>\n{self.body}\n'
            f"{f'<script>{script}</script>' if script else ''}\n</body>\n</html>\n"
        ).encode("utf-8", "replace")


def _part(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _(text: str) -> str:
    """Make any text inert in HTML, between tags and in attributes."""
    return escape(text, quote=True)


def link(address: str, words: str, *, about: str = "", language: str = "") -> str:
    """Write a link; ``about`` is its name for those who do not see what stands around it."""
    label = f' aria-label="{_(about)}"' if about else ""
    of = f' hreflang="{language}" lang="{language}"' if language else ""
    return f'<a href="{_(address)}"{label}{of}>{_(words)}</a>'


def table(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numbers: Iterable[int] = (),
    titled: bool = False,
    data: Sequence[Mapping[str, str]] = (),
    identity: str = "",
) -> str:
    """Set a table whose cells are HTML already; the first names its row, the columns ``numbers`` hold figures.

    Each cell carries its column's head, which a phone shows beside it. Where the table is ``titled`` a heading above
    it says its caption; ``data`` are what a script reads off each row.
    """
    figures = set(numbers)

    def kind(at: int) -> str:
        return NUMBER if at in figures else ""

    head = "".join(f'<th scope="col"{kind(at)}>{_(text)}</th>' for at, text in enumerate(heads))

    def cell(place: int, content: str) -> str:
        if data:  # a long list, which scrolls: lighter, and without its heads in every row
            return f"<td{kind(place)}>{content}</td>"
        whole = f"<div>{content}</div>" if content else ""
        return f'<td{kind(place)} data-label="{_(heads[place])}">{whole}</td>'

    body = "\n".join(
        f'<tr{_data(data[at]) if data else ""}><th scope="row">{cells[0]}</th>'
        + "".join(cell(place, content) for place, content in enumerate(cells[1:], start=1))
        + "</tr>"
        for at, cells in enumerate(rows)
    )
    name = f' id="{identity}"' if identity else ""
    name += ' class="long"' if data else ""
    unseen = ' class="unseen"' if titled else ""
    return (
        f'<div class="table-wrap" tabindex="0" role="group" aria-label="{_(caption)}"><table{name}>'
        f"<caption{unseen}>{_(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _data(values: Mapping[str, str]) -> str:
    return "".join(f' data-{name}="{_(value)}"' for name, value in values.items())
