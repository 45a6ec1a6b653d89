"""Where direct labels may stand: beside their points, over no other label, no point, and little of a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.figures.marks import Point

#: Ways from a point to its label: which side, and how far in lines of text up or down.
_WAYS = [(side, step) for step in (0, -1, 1, -1.6, 1.6, -2.4, 2.4) for side in (1, -1)]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Say whether two rectangles have an area in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, point: Point) -> bool:
        """Say whether a point lies inside."""
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom


class Placing:
    """Places labels one after another inside an area; those that come first get the better places."""

    def __init__(self, area: Box, points: Sequence[Point], radius: float, lines: Sequence[Point] = ()) -> None:
        self.area, self.points, self.radius, self.lines = area, points, radius, lines
        self.taken: list[Box] = []

    def place(self, point: Point, width: float, height: float) -> Box | None:
        """Return where a label of this size stands, or None where there is no free place near its point."""
        best: tuple[float, Box] | None = None
        for rank, (side, step) in enumerate(_WAYS):
            gap = 9 if not step else 14 + 2 * abs(step)
            left = point[0] + gap if side > 0 else point[0] - gap - width
            middle = point[1] + step * height
            box = Box(left, middle - height / 2, left + width, middle + height / 2)
            if not self._inside(box) or any(box.meets(other) for other in self.taken):
                continue
            wide = Box(box.left - self.radius, box.top - self.radius, box.right + self.radius, box.bottom + self.radius)
            if any(wide.holds(each) for each in self.points):
                continue
            cost = rank + 0.3 * sum(box.holds(each) for each in self.lines)
            if best is None or cost < best[0]:
                best = cost, box
        if best is None:
            return None
        self.taken.append(best[1])
        return best[1]

    def _inside(self, box: Box) -> bool:
        area = self.area
        return area.left <= box.left and box.right <= area.right and area.top <= box.top and box.bottom <= area.bottom
