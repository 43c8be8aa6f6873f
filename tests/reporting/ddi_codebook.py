"""What the official schema says of the elements that our codebook writes, as facts, and the grammar that lxml makes of them.

The facts were read off the DDI Alliance's DDI-Codebook 2.5 XML Schema (``codebook.xsd``, edition 2.5.1, 2013-11-14) and written
down in a notation of our own; the schema itself, 450 kB beside three that it imports, is not shipped. Elements that we never write
are left out: the schema demands none of them inside those that we do, so that what passes here passes there. What it allows
and we do not write is refused, until somebody looks it up and adds it.
"""

from functools import cache
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from impact.reporting.codebook.ddi import NAMESPACE

# Children in the order of the schema's sequence: one, ? none or one, * any number, + one or more.
CHILDREN = {
    "codeBook": "docDscr* stdyDscr+ fileDscr* dataDscr*",
    "docDscr": "citation?",
    "citation": "titlStmt prodStmt?",
    "titlStmt": "titl parTitl* IDNo*",
    "prodStmt": "software* fundAg*",
    "stdyDscr": "citation+ stdyInfo* method*",
    "stdyInfo": "abstract* sumDscr*",
    "sumDscr": "timePrd* geogCover* anlyUnit* dataKind*",
    "method": "dataColl* notes*",
    "dataColl": "timeMeth* frequenc* sources?",
    "sources": "dataSrc*",
    "fileDscr": "fileTxt*",
    "fileTxt": "fileName* dimensns? fileType*",
    "dimensns": "caseQnty* varQnty*",
    "dataDscr": "var*",
    "var": "labl* security* valrng* sumStat* txt* catgry* varFormat? notes*",
    "valrng": "range+",  # or items, which we do not write
    "catgry": "catValu? labl* catStat*",
    "range": "",
}

CHILD_OF = {
    (parent, child.rstrip("?*+"))
    for parent, sequence in CHILDREN.items()
    for child in sequence.split()
}

# The others hold text, numbers included: the schema has no type for them. None of the above may hold any.
TEXTS = {child for _, child in CHILD_OF} - CHILDREN.keys()

# Attributes beside those that every element may have: a type, or the values that may stand.
ATTRIBUTES: dict[str, dict[str, str | tuple[str, ...]]] = {
    "codeBook": {"version": ("2.5",)},
    "software": {"version": "string"},
    "timePrd": {"event": ("start", "end", "single")},
    "notes": {"type": "string"},
    "var": {
        "name": "string",
        "files": "IDREFS",
        "wgt": ("wgt", "not-wgt"),
        "intrvl": ("contin", "discrete"),
        "temporal": ("Y", "N"),
        "measUnit": "string",
        "representationType": ("text", "numeric", "code", "datetime", "other"),
    },
    "range": {"UNITS": ("INT", "REAL"), "min": "string", "max": "string"},
    "sumStat": {
        "type": ("mean", "medn", "mode", "vald", "invd", "min", "max", "stdev", "other"),
    },
    "catgry": {"missing": ("Y", "N"), "missType": "string"},
    "catStat": {"type": ("freq", "percent", "crosstab", "other")},
    "varFormat": {"type": ("character", "numeric")},
}
OF_EVERY_ELEMENT = {"ID": "ID", "xml:lang": "language"}
REQUIRED = {("var", "name"), ("sumStat", "type")}

_RNG = "http://relaxng.org/ns/structure/1.0"
_MAKE = ElementMaker(namespace=_RNG, nsmap={None: _RNG})
_OFTEN = {"?": "optional", "*": "zeroOrMore", "+": "oneOrMore"}


@cache
def rules() -> etree.RelaxNG:
    """Return the facts as a RELAX NG grammar."""
    grammar = _MAKE.grammar(
        _MAKE.start(_MAKE.ref(name="codeBook")),
        *(_MAKE.define(_element(name), name=name) for name in sorted(CHILDREN.keys() | TEXTS)),
        ns=NAMESPACE,
        datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes",
    )
    return etree.RelaxNG(grammar)


def _element(name: str) -> Any:
    attributes = OF_EVERY_ELEMENT | ATTRIBUTES.get(name, {})
    return _MAKE.element(
        *(_attribute(name, one, kind) for one, kind in attributes.items()),
        *(_child(one) for one in CHILDREN.get(name, "").split()),
        *([_MAKE.text()] if name in TEXTS else []),
        name=name,
    )


def _attribute(element: str, name: str, kind: str | tuple[str, ...]) -> Any:
    values = (
        _MAKE.data(type=kind)
        if isinstance(kind, str)
        else _MAKE.choice(*(_MAKE.value(one) for one in kind))
    )
    attribute = _MAKE.attribute(values, name=name)
    return attribute if (element, name) in REQUIRED else _MAKE.optional(attribute)


def _child(marked: str) -> Any:
    child = _MAKE.ref(name=marked.rstrip("?*+"))
    return _MAKE(_OFTEN[marked[-1]], child) if marked[-1] in _OFTEN else child
