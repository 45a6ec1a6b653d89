"""The marks of which every figure is made, and the sheet on which they stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from analysis.figures.face import Face

Point = tuple[float, float]


class Symbol(Enum):
    """The shapes of points."""

    CIRCLE = "circle"
    UP = "up"
    DOWN = "down"
    DIAMOND = "diamond"


#: The corners of the symbols that have some, for a radius of 1, y downwards.
CORNERS: dict[Symbol, Sequence[Point]] = {
    Symbol.UP: ((0.0, -1.1), (1.05, 0.8), (-1.05, 0.8)),
    Symbol.DOWN: ((0.0, 1.1), (1.05, -0.8), (-1.05, -0.8)),
    Symbol.DIAMOND: ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Lines or areas of one look, in pixels from the top left."""

    paths: Sequence[Sequence[Point]]
    closed: bool
    fill: str | None
    line: str | None
    width: float = 0.7
    dashes: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Points:
    """Points of one look."""

    symbol: Symbol
    centres: Sequence[Point]
    radius: float
    fill: str | None
    line: str
    width: float = 0.9


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text that begins at x and stands on y."""

    x: float
    y: float
    text: str
    size: float
    colour: str


Mark = Shape | Points | Words


@dataclass(frozen=True)
class Sheet:
    """Marks in the order in which they cover one another; width and height in pixels of 1/96 inch."""

    width: float
    height: float
    marks: Sequence[Mark]
    face: Face
