"""Styles of the Word document, as the format wants them."""


def _style(
    name: str,
    *,
    size: int = 20,
    colour: str = "1C1C1C",
    bold: bool = False,
    shade: str = "",
    sans: bool = True,
) -> str:
    font = '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Arial"/>' if sans else ""
    weight = "<w:b/>" if bold else ""
    ground = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{name.replace(" ", "")}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="BodyText"/><w:qFormat/><w:pPr>{ground}<w:spacing w:before="60" w:after="100"/></w:pPr>'
        f'<w:rPr>{font}{weight}<w:color w:val="{colour}"/><w:sz w:val="{size}"/></w:rPr></w:style>'
    )


_RATING = (
    '<w:style w:type="character" w:customStyle="1" w:styleId="Rating"><w:name w:val="Rating"/>'
    '<w:rPr><w:color w:val="084C4D"/></w:rPr></w:style>'
)


def _heading(level: int, size: int) -> tuple[str, str]:
    """Return the edit that makes a level's headings black, bold and of a size in half points."""
    found = rf'(w:styleId="Heading{level}".*?)<w:color [^>]*/>(.*?)<w:sz w:val="\d+" ?/>'
    return found, rf'\1<w:b/><w:color w:val="1C1C1C"/>\2<w:sz w:val="{size}" />'


_LINE = '<w:{} w:val="single" w:sz="{}" w:color="{}"/>'
_LINES = "".join(
    (
        _LINE.format("top", 8, "1C1C1C"),
        _LINE.format("bottom", 8, "1C1C1C"),
        _LINE.format("insideH", 4, "D8D3CA"),
    )
)
_IN_TABLES = (
    '<w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Arial"/><w:sz w:val="17"/></w:rPr>'
)
EDITS = (
    (r'(w:styleId="Compact".*?)(</w:style>)', rf"\1{_IN_TABLES}\2"),
    (r'(w:styleId="Title".*?)<w:jc w:val="center" ?/>(.*?</w:style>)', r"\1\2"),
    (r'(w:styleId="Title".*?)<w:sz w:val="\d+" ?/>', r'\1<w:b/><w:sz w:val="38" />'),
    _heading(1, 31),
    _heading(2, 24),
    _heading(3, 21),
    (r'(<w:docDefaults>.*?)<w:sz w:val="\d+" ?/>', r'\1<w:sz w:val="20" />'),
    (
        r'(w:styleId="BodyText".*?)<w:spacing w:before="180" w:after="180" ?/>',
        r'\1<w:spacing w:before="90" w:after="90" />',
    ),
    (r'(w:styleId="Caption".*?)<w:i ?/>', r"\1"),
    (
        r'(w:styleId="Table".*?)<w:tblCellMar>(.*?)w:w="108"(.*?)w:w="108"',
        rf'\1<w:tblBorders>{_LINES}</w:tblBorders><w:tblCellMar>\2w:w="60"\3w:w="60"',
    ),
)
"""Of pandoc's own styles: what to find and what to put instead, once each."""
ROW_IN_ONE_PIECE = "<w:tr><w:trPr><w:cantSplit/></w:trPr>"
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
STYLES = "".join(
    (
        _style("Banner", colour="5A4300", bold=True, shade="FFF3D6"),
        _style("Kicker", size=17, colour="8A3B12", bold=True),
        _style("Standfirst", size=25, colour="3A3733", sans=False),
        _style("Reading", size=17, colour="5D574F"),
        _style("Table Note", size=17, colour="5D574F"),
        _style("Finding", shade="E9F1F0", sans=False),
        _style("Caution", shade="FBF0E8", sans=False),
        _RATING,
    )
)
_MAIN = "http://schemas.openxmlformats.org"
HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    f'<w:hdr xmlns:w="{_MAIN}/wordprocessingml/2006/main"><w:p><w:r><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri"/>'
    '<w:b/><w:color w:val="5A4300"/><w:sz w:val="16"/></w:rPr><w:t xml:space="preserve">WORDS</w:t></w:r></w:p></w:hdr>'
)
PAGE = (
    f'<w:sectPr><w:headerReference xmlns:r="{_MAIN}/officeDocument/2006/relationships" w:type="default" r:id="rIdRunning"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1247" w:bottom="1021" w:left="1247" '
    'w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)
TYPES = {
    "relation": f'<Relationship Id="rIdRunning" Type="{_MAIN}/officeDocument/2006/relationships/header" Target="header9.xml"/>',
    "content": '<Override PartName="/word/header9.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.header+xml"/>',
}
