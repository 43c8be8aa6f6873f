"""The codebook as DDI-Codebook 2.5: elements in the order and number of its schema, every text escaped.

``docDscr`` (this document), ``stdyDscr`` (the study), ``fileDscr`` (the data file), ``dataDscr`` (its variables). ``titl`` may
stand once: it is in English, French beside it as a parallel title. ``security`` too is written once, in English: the standard's
field list has it once, only the schema of edition 2.5.1 lets it be repeated for languages.
"""

import re
from typing import Any

from impact.data.strict import Words
from impact.reporting.codebook.description import Codebook, StudyDescription
from impact.reporting.codebook.variables import Category, Variable

NAMESPACE = "ddi:codebook:2_5"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FILE = "F1"  # the one data file's ID, to which variables refer
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPRESENTED = {
    "string": "text",
    "category": "code",
    "boolean": "code",
    "period": "datetime",
    "date": "datetime",
}


def ddi(codebook: Codebook, *, version: str) -> bytes:
    """Return the XML document.

    Parameters
    ----------
    codebook : Codebook
    version : str
        Of this package, which made the document.
    """
    from lxml import etree

    root = etree.Element(f"{{{NAMESPACE}}}codeBook", nsmap={None: NAMESPACE}, version="2.5")
    root.set(LANG, "en")
    _document(root, codebook.study, version)
    _study(root, codebook)
    _file(root, codebook)
    data = _add(root, "dataDscr")
    for at, variable in enumerate(codebook.variables, start=1):
        _variable(data, variable, f"V{at}", codebook)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _add(parent: Any, tag: str, text: object = None, **attributes: object) -> Any:
    """Add an element; characters that XML cannot hold become spaces."""
    from lxml import etree

    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}")
    if text is not None:
        made.text = _NOT_XML.sub(" ", str(text))
    for name, value in attributes.items():
        made.set(name, _NOT_XML.sub(" ", str(value)))
    return made


def _in_both(parent: Any, tag: str, words: Words | None, **attributes: object) -> None:
    """Add an element in each language; once, without a language, where both say the same."""
    if words is None:
        return
    if words.en == words.fr:
        _add(parent, tag, words.en, **attributes)
        return
    _add(parent, tag, words.en, **attributes).set(LANG, "en")
    _add(parent, tag, words.in_language("fr"), **attributes).set(LANG, "fr")


def _title(parent: Any, title: Words, identifier: str) -> None:
    statement = _add(parent, "titlStmt")
    _add(statement, "titl", title.en).set(LANG, "en")
    _add(statement, "parTitl", title.in_language("fr")).set(LANG, "fr")
    _add(statement, "IDNo", identifier)


def _document(root: Any, study: StudyDescription, version: str) -> None:
    citation = _add(_add(root, "docDscr"), "citation")
    _title(citation, study.data_title, f"{study.name}-codebook")
    _add(_add(citation, "prodStmt"), "software", "impact", version=version)


def _study(root: Any, codebook: Codebook) -> None:
    study = codebook.study
    described = _add(root, "stdyDscr")
    citation = _add(described, "citation")
    _title(citation, study.title, study.name)
    if study.funded_by is not None and not study.simulated:
        _in_both(_add(citation, "prodStmt"), "fundAg", study.funded_by)
    _scope(_add(described, "stdyInfo"), study)
    method = _add(described, "method")
    collected = _add(method, "dataColl")
    _in_both(collected, "timeMeth", codebook.said("time_method", "panel"))
    _in_both(collected, "frequenc", codebook.said("frequency", f"every:{study.frequency}"))
    _in_both(_add(collected, "sources"), "dataSrc", study.source)
    for kind in ("assignment", "selection", "run_by", "funded_by"):
        _in_both(method, "notes", getattr(study, kind), type=kind)


def _scope(scope: Any, study: StudyDescription) -> None:
    _in_both(scope, "abstract", study.aim)
    summary = _add(scope, "sumDscr")
    _add(summary, "timePrd", study.first, event="start")
    _add(summary, "timePrd", study.last, event="end")
    _in_both(summary, "geogCover", study.places)
    _in_both(summary, "anlyUnit", study.unit)
    _in_both(summary, "dataKind", study.kind)


def _file(root: Any, codebook: Codebook) -> None:
    study = codebook.study
    text = _add(_add(root, "fileDscr", ID=FILE), "fileTxt")
    _add(text, "fileName", study.file_name)
    size = _add(text, "dimensns")
    if study.rows is not None:
        _add(size, "caseQnty", study.rows)
    _add(size, "varQnty", len(codebook.variables))
    if study.ending:
        _add(text, "fileType", study.ending)


def _variable(data: Any, one: Variable, identifier: str, codebook: Codebook) -> None:
    column = one.column
    numeric = column.type in {"number", "integer"}
    attributes = {
        "ID": identifier,
        "name": one.name,
        "files": FILE,
        "intrvl": "contin" if column.type == "number" else "discrete",
        "representationType": REPRESENTED.get(column.type, "numeric"),
        **({"wgt": "wgt"} if one.role == "weight" else {}),
        **({"temporal": "Y"} if one.role == "time" else {}),
        **({"measUnit": column.unit_in("en")} if column.unit else {}),
    }
    made = _add(data, "var", **attributes)
    _in_both(made, "labl", column.label)
    _add(made, "security", codebook.said("security", one.security).en).set(LANG, "en")
    _limits(made, one)
    for n, kind in ((one.valid, "vald"), (one.missing, "invd")):
        if n is not None:
            _add(made, "sumStat", n, type=kind)
    for value, kind in ((one.mean, "mean"), (one.sd, "stdev")):
        if value is not None:
            _add(made, "sumStat", f"{value:.6g}", type=kind)
    _in_both(made, "txt", column.description)
    for category in one.categories:
        _category(made, category)
    for reason, n in one.reasons.items():
        _missing(made, reason, n)
    _add(made, "varFormat", type="numeric" if numeric else "character")
    if one.role is not None:
        _in_both(made, "notes", codebook.said("role", one.role), type="role")


def _limits(made: Any, one: Variable) -> None:
    """Declared limits only: the least and the most of the data are single units' values."""
    column = one.column
    limits = {"min": column.minimum, "max": column.maximum}
    known = {name: f"{value:.15g}" for name, value in limits.items() if value is not None}
    if known:
        units = "INT" if column.type == "integer" else "REAL"
        _add(_add(made, "valrng"), "range", UNITS=units, **known)


def _category(made: Any, one: Category) -> None:
    category = _add(made, "catgry")
    _add(category, "catValu", one.code)
    _in_both(category, "labl", one.label)
    if one.n is not None:
        _add(category, "catStat", one.n, type="freq")


def _missing(made: Any, reason: str, n: int | None) -> None:
    category = _add(made, "catgry", missing="Y", missType=reason)
    if n is not None:
        _add(category, "catStat", n, type="freq")
