"""A finished figure, and the three kinds of file that it becomes."""

from dataclasses import dataclass

from analysis.figures.marks import Sheet
from analysis.figures.pdf import pdf_file
from analysis.figures.svg import svg_file


@dataclass(frozen=True)
class Drawing:
    """A figure. The same drawing always gives the same bytes.

    Attributes:
        title: what is shown.
        description: the figure in words, with every number that it prints.
        sheet: where everything stands.

    """

    title: str
    description: str
    sheet: Sheet

    def svg(self) -> bytes:
        """Return an SVG file for the page: text as outlines, title and description as text alternative.

        Its ids begin with a mark of its own, so that figures can stand together inside one page.
        """
        return svg_file(self.sheet, self.title, self.description)

    def pdf(self) -> bytes:
        """Return a PDF file of one page, ten inches wide: vectors, text as outlines, no dates."""
        return pdf_file(self.sheet, self.title, self.description)

    def png(self, dpi: int = 200) -> bytes:
        """Return a PNG file, ten inches wide at ``dpi`` dots per inch."""
        from analysis.figures.png import png_file  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it

        return png_file(self.sheet, self.title, self.description, dpi)
