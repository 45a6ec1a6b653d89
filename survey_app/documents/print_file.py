"""What every PDF that goes to a printer begins with."""

from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.fonts import REGULAR
from survey_app.documents.paper import Paper

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


def new_print_file(out: BinaryIO, paper: Paper, kind: str, title: str, organiser: str) -> "Canvas":
    """Return the canvas of a new PDF of this kind (测评公告, 测评票); the same content gives the same bytes."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - heavy, and only printing needs it.

    canvas = Canvas(
        out,
        pagesize=(paper.width, paper.height),
        pageCompression=1,
        invariant=1,
        # Without it every file names a font that it does not carry; the library's stubs take it for a number.
        initialFontName=REGULAR,  # type: ignore[arg-type]
        lang="zh-CN",
    )
    canvas.setTitle(f"{kind}：{title}")
    canvas.setAuthor(organiser)
    canvas.setSubject(kind)
    canvas.setCreator("Manyi")
    # What a print dialog begins with: at full size, and on one side, since a sheet is hung up or cut.
    canvas.setViewerPreference("PrintScaling", "None")
    canvas.setViewerPreference("Duplex", "Simplex")
    canvas.showOutline()
    return canvas
