"""Text in figures: how wide it runs, where it breaks, and what it says to those who cannot see it."""

import hashlib
import re
from xml.sax.saxutils import escape

#: Marks that never begin a line.
_CLOSING = "，。；：、）”"


def text_width(text: str, size: float) -> float:
    """Estimate a text's width in the unit of ``size``: Chinese characters are square, others about half as wide."""
    return size * sum(1.0 if ord(character) > 0x2E7F else 0.57 for character in text)


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Break a text into lines: between Chinese characters or at spaces, never before a closing mark."""
    lines = [""]
    for piece in re.findall(rf"[⺀-￿][{_CLOSING}]*|[^\s⺀-￿]+[{_CLOSING}]*|\s+", text):
        if lines[-1] and text_width(lines[-1] + piece.rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] or piece.strip() else ""
    return lines


def described(svg: str, title: str, description: str) -> bytes:
    """Put a text alternative at the head of matplotlib's SVG, and make it small and fit to stand inside a page.

    Every id gets a prefix of the figure's own, so that figures on one page do not share glyphs by accident, and the
    style sheet, which would reach the whole page, becomes an attribute.
    """
    mark = "f" + hashlib.sha256(f"{title}\n{description}\n{svg}".encode()).hexdigest()[:6]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg[svg.index("<svg") :])
    svg = re.sub(r'( id="|href="#|url\(#)(?:\w+-Regular-)?', rf"\g<1>{mark}-", svg)
    svg = re.sub(r' d="[^"]*"', lambda path: re.sub(r"(?<=\S)\s*([A-Zz])\s*", r"\1", path[0]), svg)
    svg = re.sub(r'((?:width|height)="[\d.]+)pt"', r'\1"', svg, count=2)
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    tag, rest = svg.split(">", 1)
    said = f'<title id="{mark}-title">{escape(title)}</title>\n<desc id="{mark}-desc">{escape(description)}</desc>'
    head = f'{tag} role="img" aria-labelledby="{mark}-title {mark}-desc" stroke-linejoin="round">'
    return f"{head}\n{said}{rest}".encode()
