"""The codebook as one HTML page in the plan's language: no script, no address outside itself, every text escaped."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from impact.data.strict import Words
from impact.reporting.codebook.description import Codebook, StudyDescription
from impact.reporting.codebook.variables import Variable
from impact.reporting.render.fonts import css
from impact.reporting.voice import Voice
from impact.reporting.words.register import said

HERE = Path(__file__).parent
NUMBER = ' class="num"'
STYLE = HERE.parent / "render" / "page.css"


def page(codebook: Codebook, voice: Voice) -> bytes:
    """Return the page."""
    title = codebook.study.data_title.in_language(voice.study.plan.language)
    parts = {
        "LANGUAGE": voice.study.plan.language,
        "TITLE": f"{_(voice.t('Codebook'))}{voice.colon} {_(title)}",
        "SKIP": _(voice.t("Skip to content")),
        "BANNER": _banner(codebook.study, voice),
        "KIND": _(voice.t("Codebook")),
        "HEADING": _(title),
        "STUDY": _study(codebook.study, voice),
        "VARIABLES_HEAD": _(voice.t("Variables")),
        "CONTENTS": _contents(codebook, voice),
        "VARIABLES": "\n".join(_variable(one, voice) for one in codebook.variables),
    }
    text = (HERE / "page.html").read_text(encoding="utf-8")
    style = "\n".join([css("".join(parts.values())), STYLE.read_text(encoding="utf-8")])
    for name, part in {"STYLE": style, **parts}.items():
        before, mark, after = text.partition(f"<!--{name}-->")
        text = f"{before}{part}{after}" if mark else text
    return text.encode("utf-8")


def _(text: str) -> str:
    return escape(text, quote=True)


def _banner(study: StudyDescription, voice: Voice) -> str:
    if voice.study.blind:
        words = voice.t("BLIND · treatment exchanged at random, no finding")
        return f'<div class="banner"><p>{_(words)}</p></div>'
    if not study.simulated:
        return ""
    return f'<div class="banner"><p>{_(_in_language(study.kind, voice))}</p></div>'


def _study(study: StudyDescription, voice: Voice) -> str:
    t, f = voice.t, voice.f
    told: Iterable[tuple[str, Words | str | None]] = (
        (t("Study"), study.title),
        (t("Identifier"), study.name),
        (t("Aim of the programme"), study.aim),
        (t("Run by"), study.run_by),
        (t("Funded by"), study.funded_by),
        (t("Places"), study.places),
        (t("Periods"), f"{f.time(study.first)} – {f.time(study.last)}"),
        (t("Frequency"), said(t, "frequency", f"every:{study.frequency}")),
        (t("Kind of data"), study.kind),
        (t("Unit of observation"), study.unit),
        (t("Assignment"), study.assignment),
        (t("Selection"), study.selection),
        (t("Source of the data"), study.source),
        (t("Data file"), study.file_name),
        (t("Rows"), None if study.rows is None else f.number(study.rows)),
        (t("Firms"), None if study.units is None else f.number(study.units)),
    )
    return _list((name, _in_language(text, voice)) for name, text in told if text is not None)


def _in_language(text: Words | str, voice: Voice) -> str:
    return text if isinstance(text, str) else text.in_language(voice.study.plan.language)


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    rows = "\n".join(f"<div><dt>{_(name)}</dt><dd>{_(text)}</dd></div>" for name, text in pairs)
    return f"<dl>\n{rows}\n</dl>"


def _contents(codebook: Codebook, voice: Voice) -> str:
    t = voice.t
    counted = any(one.valid is not None for one in codebook.variables)
    counts = (t("Valid"), t("Missing")) if counted else ()
    heads = (t("Variable"), t("Meaning"), t("Type"), t("Unit"), *counts)
    rows = [
        (
            f'<a href="#{_anchor(one)}"><code>{_(one.name)}</code></a>',
            _(_in_language(one.column.label, voice)),
            _(said(t, "column_type", f"type:{one.column.type}")),
            _(one.column.unit_in(voice.study.plan.language)),
            *(_(voice.f.number(n)) for n in (one.valid, one.missing) if n is not None),
        )
        for one in codebook.variables
    ]
    return _table(t("All variables"), heads, rows, numbers=len(counts))


def _anchor(one: Variable) -> str:
    return "v-" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in one.name)


def _variable(one: Variable, voice: Voice) -> str:
    t, language = voice.t, voice.study.plan.language
    label = _in_language(one.column.label, voice)
    parts = [
        f'<section id="{_anchor(one)}">',
        f"<h3>{_(label)} <code>{_(one.name)}</code></h3>",
        *(
            [f"<p>{_(one.column.description.in_language(language))}</p>"]
            if one.column.description is not None
            else []
        ),
        _list(_facts(one, voice)),
    ]
    if one.categories:
        counts = () if one.valid is None else (t("Rows"),)
        heads = (t("Value"), t("Meaning"), *counts)
        rows = [
            (
                f"<code>{_(c.code)}</code>",
                _(_in_language(c.label, voice)),
                *(_(_count(c.n, voice)) for _each in counts),
            )
            for c in one.categories
        ]
        parts.append(_table(t("Values of {name}", name=label), heads, rows, numbers=len(counts)))
    return "\n".join([*parts, "</section>"])


def _facts(one: Variable, voice: Voice) -> Iterator[tuple[str, str]]:
    t, f, column = voice.t, voice.f, one.column
    yield t("Type"), said(t, "column_type", f"type:{column.type}")
    if one.role is not None:
        yield t("Role"), said(t, "role", one.role)
    if column.unit:
        yield t("Unit"), column.unit_in(voice.study.plan.language)
    if column.minimum is not None:
        yield t("Smallest value allowed"), f.significant(column.minimum)
    if column.maximum is not None:
        yield t("Largest value allowed"), f.significant(column.maximum)
    if one.valid is not None:
        yield t("Valid"), f.number(one.valid)
        yield t("Missing"), _missing(one, voice)
    if one.mean is not None:
        yield t("Mean"), f.significant(one.mean)
    if one.sd is not None:
        yield t("Standard deviation"), f.significant(one.sd)
    yield t("Protection"), said(t, "security", one.security)


def _missing(one: Variable, voice: Voice) -> str:
    total = voice.f.number(one.missing)
    told = [f"{reason} {_count(n, voice)}" for reason, n in one.reasons.items()]
    return f"{total} ({voice.f.listed(told)})" if told else total


def _count(n: int | None, voice: Voice) -> str:
    return voice.t("too few to show") if n is None else voice.f.number(n)


def _table(
    caption: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, numbers: int
) -> str:
    """Set a table of cells that are HTML already; the first names its row, the last ``numbers`` are figures."""
    first_number = len(heads) - numbers

    head = "".join(
        f'<th scope="col"{NUMBER if at >= first_number else ""}>{_(text)}</th>'
        for at, text in enumerate(heads)
    )
    body = "\n".join(
        f'<tr><th scope="row">{first}</th>{_cells(rest, first_number)}</tr>'
        for first, *rest in rows
    )
    name = _(caption)
    return (
        f'<div class="table-wrap" tabindex="0" role="group" aria-label="{name}"><table>\n<caption>{name}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cells(cells: Iterable[str], first_number: int) -> str:
    kinds = ((NUMBER if at >= first_number else "", cell) for at, cell in enumerate(cells, 1))
    return "".join(f"<td{kind}>{cell}</td>" for kind, cell in kinds)
