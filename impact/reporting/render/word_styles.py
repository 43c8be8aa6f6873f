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
    '<w:rPr><w:color w:val="0B5A5A"/></w:rPr></w:style>'
)
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
