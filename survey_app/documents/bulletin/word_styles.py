"""The styles, fonts and properties of a bulletin in Word."""

from typing import TYPE_CHECKING

from survey_app.documents.bulletin import house_style as style

if TYPE_CHECKING:
    from docx.document import Document

#: The Chinese typefaces by use. They ship with WPS and government machines; what else may stand in for each.
TEXT, KAI, HEI, TITLE = "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"
_STAND_INS = {
    TEXT: "仿宋,FangSong,STFangsong",
    KAI: "楷体,KaiTi,STKaiti",
    HEI: "SimHei,STHeiti",
    TITLE: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,宋体,SimSun",
}
_LATIN = "Times New Roman"

#: Name of the style -> typeface, size, bold, and properties of its paragraphs.
_PARAGRAPHS = {
    "Title": (TITLE, style.TITLE_SIZE, False, f'<w:spacing w:line="{style.TITLE_PITCH * 20:.0f}" w:lineRule="exact"/>'
              '<w:ind w:firstLine="0"/><w:jc w:val="center"/><w:outlineLvl w:val="9"/>'),
    "Heading 1": (HEI, style.TEXT_SIZE, False, '<w:keepNext/><w:outlineLvl w:val="0"/>'),
    "Heading 2": (KAI, style.TEXT_SIZE, False, '<w:keepNext/><w:outlineLvl w:val="1"/>'),
    "Heading 3": (TEXT, style.TEXT_SIZE, True, '<w:keepNext/><w:outlineLvl w:val="2"/>'),
    "Caption": (HEI, style.CAPTION_SIZE, False, '<w:keepNext/><w:spacing w:before="120" w:after="60" w:line="360" '
                'w:lineRule="exact"/><w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Annex": (HEI, style.TEXT_SIZE, False, '<w:keepNext/><w:ind w:firstLine="0"/><w:outlineLvl w:val="0"/>'),
    "Annex Title": (TITLE, 18.0, False, '<w:keepNext/><w:spacing w:after="160" w:line="520" w:lineRule="exact"/>'
                    '<w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Notes": (TEXT, style.NOTE_SIZE, False, '<w:snapToGrid w:val="0"/>'
              '<w:spacing w:before="40" w:line="270" w:lineRule="exact"/>'
              '<w:ind w:firstLine="0"/>'),
    "Flush": (TEXT, style.TEXT_SIZE, False, '<w:ind w:firstLine="0"/>'),
    "Figure": (TEXT, style.SMALL_SIZE, False, '<w:keepNext/><w:spacing w:before="120" w:line="240" w:lineRule="auto"/>'
               '<w:ind w:firstLine="0"/><w:jc w:val="center"/>'),
    "Cell": (TEXT, style.NOTE_SIZE, False, '<w:snapToGrid w:val="0"/><w:spacing w:before="20" w:after="20" '
             'w:line="240" w:lineRule="auto"/><w:ind w:firstLine="0"/><w:jc w:val="left"/>'),
    "Imprint": (TEXT, style.SMALL_SIZE, False, '<w:spacing w:line="480" w:lineRule="exact"/><w:ind w:firstLine="0"/>'),
    "Page Foot": (TEXT, style.SMALL_SIZE, False, '<w:spacing w:line="300" w:lineRule="exact"/>'
                    '<w:ind w:firstLine="0"/>'),
}  # fmt: skip


def set_styles(document: "Document") -> None:
    """Give the document its styles, in place of the template's, and its table of typefaces."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - only a bulletin needs it.

    styles = document.styles.element
    for child in list(styles):
        if not child.tag.endswith("}latentStyles"):
            styles.remove(child)
    styles.insert(0, parse_xml(_DEFAULTS))
    styles.append(parse_xml(_style("Normal", TEXT, style.TEXT_SIZE, False, _TEXT_PARAGRAPH, default=True)))
    for name, (face, size, bold, properties) in _PARAGRAPHS.items():
        styles.append(parse_xml(_style(name, face, size, bold, properties)))
    styles.append(parse_xml(_TABLE_STYLE))
    part = next(each for each in document.part.package.iter_parts() if each.partname == "/word/fontTable.xml")
    part._blob = _font_table().encode()


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

_DEFAULTS = (
    f'<w:docDefaults {_W}><w:rPrDefault><w:rPr><w:rFonts w:ascii="{_LATIN}" w:eastAsia="{TEXT}" w:hAnsi="{_LATIN}" '
    f'w:cs="{_LATIN}"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
    "<w:pPrDefault/></w:docDefaults>"
)

#: 28 characters a line: a quarter of a point less between two of them, in twentieths.
_SPACING = -5

#: Two characters of indent, and no white space between paragraphs.
_TEXT_PARAGRAPH = (
    '<w:overflowPunct w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
    f'<w:spacing w:line="{style.LINE_PITCH * 20:.0f}" w:lineRule="exact"/>'
    f'<w:ind w:firstLineChars="200" w:firstLine="{style.TEXT_SIZE * 40:.0f}"/><w:jc w:val="both"/>'
)

_TABLE_STYLE = (
    f'<w:style {_W} w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr>'
    "</w:style>"
)


def _style(name: str, face: str, size: float, bold: bool, properties: str, default: bool = False) -> str:
    based = "" if default else '<w:basedOn w:val="Normal"/>'
    following = '<w:next w:val="Normal"/>' if name.startswith(("Heading", "Title")) else ""
    weight = "<w:b/>" if bold else ""
    spacing = _SPACING if size == style.TEXT_SIZE else 0
    # Word knows its own headings by these names, in lower case.
    known = name.lower() if name.startswith(("Heading", "Caption")) else name
    properties = properties.replace('<w:ind w:firstLine="0"/>', '<w:ind w:firstLineChars="0" w:firstLine="0"/>')
    return (
        f'<w:style {_W} w:type="paragraph" w:default="{int(default)}" w:styleId="{style_id(name)}">'
        f'<w:name w:val="{known}"/>{based}{following}<w:qFormat/><w:pPr>{properties}</w:pPr>'
        f'<w:rPr><w:rFonts w:ascii="{_LATIN}" w:eastAsia="{face}" w:hAnsi="{_LATIN}"/>{weight}'
        f'<w:spacing w:val="{spacing}"/>'
        f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/></w:rPr></w:style>'
    )


def style_id(name: str) -> str:
    """Return the identifier of a style: its name without spaces."""
    return name.replace(" ", "")


def _font_table() -> str:
    faces = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        '<w:pitch w:val="default"/></w:font>'
        for name, others in _STAND_INS.items()
    )
    latin = f'<w:font w:name="{_LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/></w:font>'
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {_W}>{faces}{latin}</w:fonts>'
