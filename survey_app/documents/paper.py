"""The papers that posters are printed on. Lengths are points."""

from dataclasses import dataclass

MILLIMETRE = 72 / 25.4


@dataclass(frozen=True)
class Paper:
    """A sheet, upright, and the side of the QR code on it (its quiet zone comes on top)."""

    name: str
    width: float
    height: float
    symbol_side: float


A4 = Paper("A4", 210 * MILLIMETRE, 297 * MILLIMETRE, 120 * MILLIMETRE)
A3 = Paper("A3", 297 * MILLIMETRE, 420 * MILLIMETRE, 170 * MILLIMETRE)

PAPERS = {paper.name: paper for paper in (A4, A3)}
