"""What stands around the text of a bulletin in Word: paper, page numbers, watermark, settings."""

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from survey_app.documents.bulletin import house_style as style
from survey_app.documents.bulletin.word_styles import style_id
from survey_app.documents.plain_text import plain_line

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_CLEAR_INDENT = '<w:ind w:firstLineChars="0" w:firstLine="0"/>'


def set_page(section: "Section", on_side: bool) -> None:
    """Give a section its paper and edges: upright for the text, on its side for wide annexes."""
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415 - only a bulletin needs it.
    from docx.oxml import parse_xml  # noqa: PLC0415 - as above.
    from docx.shared import Pt  # noqa: PLC0415 - as above.

    width, height = style.PAGE[::-1] if on_side else style.PAGE
    section.orientation = WD_ORIENT.LANDSCAPE if on_side else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Pt(width), Pt(height)
    if on_side:
        edges = (style.WIDE_TOP, style.WIDE_EDGE, style.WIDE_BOTTOM, style.WIDE_EDGE)
    else:
        edges = (style.TOP, style.RIGHT, style.BOTTOM, style.LEFT)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = map(Pt, edges)
    section.header_distance = Pt(edges[0] / 2)
    section.footer_distance = Pt(max(20.0, edges[2] - style.PAGE_NUMBER_BELOW - style.SMALL_SIZE))
    for grid in section._sectPr.xpath("./w:docGrid"):
        section._sectPr.remove(grid)
    if not on_side:  # 22 lines a page.
        grid = f'<w:docGrid {_NAMESPACES} w:type="lines" w:linePitch="579"/>'
        section._sectPr.append(parse_xml(grid))


def set_head_and_foot(document: "Document", watermark: str) -> None:
    """Print page numbers outside at the foot, and the watermark on every page; later sections take both over."""
    section = document.sections[0]
    document.settings.odd_and_even_pages_header_footer = True
    for number, (foot, side) in enumerate(((section.footer, "right"), (section.even_page_footer, "left"))):
        _replace(foot._element, _page_number(side))
        head = section.even_page_header if number else section.header
        _replace(head._element, _watermark(plain_line(watermark), number) if watermark else _empty())


def set_settings(document: "Document") -> None:
    """Set what Word asks of a Chinese document: its language, and lines that no mark begins."""
    from docx.oxml import parse_xml  # noqa: PLC0415 - only a bulletin needs it.

    settings = document.settings.element
    language = settings.find(f"{{{settings.nsmap['w']}}}themeFontLang")
    if language is not None:
        settings.replace(language, parse_xml(f'<w:themeFontLang {_NAMESPACES} w:val="en-US" w:eastAsia="zh-CN"/>'))


def drop_thumbnail(document: "Document") -> None:
    """Leave out the picture of the template's first page."""
    relations = document.part.package.rels
    for key in [key for key, each in relations.items() if each.reltype.endswith("/thumbnail")]:
        del relations[key]


def _replace(container: object, paragraph: str) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415 - only a bulletin needs it.

    for child in list(container):  # type: ignore[call-overload]
        container.remove(child)  # type: ignore[attr-defined]
    container.append(parse_xml(paragraph))  # type: ignore[attr-defined]


def _empty() -> str:
    return f'<w:p {_NAMESPACES}><w:pPr><w:pStyle w:val="{style_id("Page Foot")}"/></w:pPr></w:p>'


def _page_number(side: str) -> str:
    """Write "— 1 —", one character in from the outer edge."""
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    edge = f'w:{side}="{style.SMALL_SIZE * 20:.0f}"'
    return (
        f'<w:p {_NAMESPACES}><w:pPr><w:pStyle w:val="{style_id("Page Foot")}"/>'
        f'<w:ind {edge} w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{side}"/></w:pPr>'
        f'<w:r><w:t xml:space="preserve">— </w:t></w:r>{field}<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )


def _watermark(text: str, number: int) -> str:
    """Write the text across the page, grey and behind everything, as Word's own watermarks are made."""
    placed = (
        "position:absolute;margin-left:0;margin-top:0;width:400pt;height:130pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:page;"
        "mso-position-vertical:center;mso-position-vertical-relative:page"
    )
    shape = (
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/>'
        '<v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/>'
        '<v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>'
        '<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="PowerPlusWaterMarkObject{number + 1}" o:spid="_x0000_s{2049 + number}" type="#_x0000_t136" '
        f'alt={quoteattr(f"水印：{text}")} style="{placed}" o:allowincell="f" '
        f'fillcolor="{style.WATERMARK_GREY}" stroked="f">'
        f'<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string={quoteattr(text)}/></v:shape>'
    )
    return (
        f'<w:p {_NAMESPACES}><w:pPr><w:pStyle w:val="{style_id("Page Foot")}"/>{_CLEAR_INDENT}</w:pPr>'
        f"<w:r><w:pict>{shape}</w:pict></w:r></w:p>"
    )
