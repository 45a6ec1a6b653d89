"""Funnel: approval rate by the number of ballots, with the limits within which chance would keep it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path
from typing import Final

import numpy as np

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.marks import Point, Symbol
from analysis.figures.page import Page, Scale, percent, percent_ticks, ticks
from analysis.figures.placing import Box, Placing

_HEIGHT: Final = 500
_LABELS: Final = 12
#: More units than this are not listed.
_LISTED: Final = 60
_LABEL_SIZE: Final = 12.5
#: Much better, better, as expected, worse, much worse: shape, fill, and how large.
_LOOKS: Final = (
    (Symbol.UP, look.DARK_BLUE, 1.55),
    (Symbol.UP, look.PAPER, 1.35),
    (Symbol.CIRCLE, look.GREY, 1.0),
    (Symbol.DOWN, look.PAPER, 1.35),
    (Symbol.DOWN, look.ORANGE, 1.55),
)
_AS_EXPECTED: Final = 2
#: Ticks of a logarithmic axis within a decade, and those that are taken where so few or fewer would stand.
_COARSE: Final = (1, 2, 5)
_FINE: Final = (1, 1.5, 2, 3, 4, 5, 7)
_FEW: Final = 2
#: Which bands get the free places first.
_BY_BAND: Final = {0: 0, 4: 0, 1: 1, 3: 1}


@dataclass(frozen=True)
class FunnelPoint:
    """One unit of a funnel.

    Attributes:
        name: the unit.
        within: what stands beside a name that repeats; may be empty.
        n: ballots that rated, 1 or more; None where hidden.
        rate: the approval rate in percent as printed, without the sign; None where there is none or it is hidden.
        band: 0 much better, 1 better, 2 as expected, 3 worse, 4 much worse.
        reason: why there is no rate.

    """

    name: str
    within: str
    n: int | None = None
    rate: str | None = None
    band: int = _AS_EXPECTED
    reason: str = ""


@dataclass(frozen=True)
class FunnelLimits:
    """The limits in percent at rising numbers of ballots; all of the same length, 2 or more."""

    n: Sequence[float]
    low_95: Sequence[float]
    high_95: Sequence[float]
    low_998: Sequence[float]
    high_998: Sequence[float]


@dataclass(frozen=True)
class FunnelLabels:
    """The words of a funnel, translated by the caller.

    Attributes:
        n, rate: the two axes.
        bands: names of the five bands, much better first.
        key: a band in the keys, or a reason, with ``{band}`` and ``{n}``, for example "{band}（{n} 个）".
        target: the line in the middle, with ``{rate}``, for example "全市 {rate}%".
        limits_95, limits_998: the limits.
        row: one unit in words for the text alternative, with ``{name}``, ``{n}``, ``{rate}`` and ``{band}``.
        row_without: the same where there is no rate, with ``{name}`` and ``{reason}``.
        without: heads the list of units without a rate, with ``{n}``.
        unnamed: says that the picture shows ``{n}`` units with a rate and that the table has them all; used where
            the text alternative names the labelled units only.
        without_one: one unit in the list of those without a rate, with ``{name}`` and ``{reason}``.

    """

    n: str
    rate: str
    bands: tuple[str, str, str, str, str]
    key: str
    target: str
    limits_95: str
    limits_998: str
    row: str
    row_without: str
    without: str
    unnamed: str
    without_one: str = "{name}（{reason}）"


#: Up to so many units the text alternative names each; above, those that have a label.
NAMED: Final = 200


def funnel(
    points: Sequence[FunnelPoint],
    *,
    target: str,
    limits: FunnelLimits,
    title: str,
    note: str,
    labels: FunnelLabels,
    font: Path | None,
    logarithmic: bool = True,
) -> Drawing:
    """Draw every unit as a point, its shape saying its band; units far outside the limits have their names.

    Units without a rate are listed below in the order given, or counted by reason where they are many.

    Args:
        points: 1 or more.
        target: the rate in the middle, printed without the sign.
        limits: what chance allows.
        title: what is shown.
        note: base, formula, and how the limits were found.
        labels: all other words.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.
        logarithmic: whether the axis of ballots is.

    Raises:
        ValueError: there are no points, or the font lacks a character.

    """
    if not points:
        raise ValueError("a figure has at least one point")
    rated = [point for point in points if point.rate is not None]
    others = [point for point in points if point.rate is None]
    page = Page(title, note, font)
    picture = _Funnel(page, rated, limits, labels, logarithmic)
    labelled = picture.draw(target)
    if others:
        picture.list_without(others)
    many = len(points) > NAMED
    counts = [labels.unnamed.format(n=f"{len(rated):,}"), *picture.counted()] if many else []
    named = [_in_words(point, labels) for point in (labelled if many else picture.ordered())]
    rest = [labels.row_without.format(name=f"{point.within}{point.name}", reason=point.reason) for point in others]
    if len(others) > NAMED:
        rest = _counted(others, labels)
    return page.drawing([note, labels.target.format(rate=target), *counts, *named, *rest])


def _in_words(point: FunnelPoint, labels: FunnelLabels) -> str:
    name = f"{point.within}{point.name}"
    return labels.row.format(name=name, n=f"{point.n:,}", rate=point.rate, band=labels.bands[point.band])


def _steps(factors: Sequence[float]) -> list[float]:
    """Return the whole numbers that stand on a logarithmic axis, these factors in each decade."""
    return [step for power in range(9) for factor in factors if (step := factor * 10.0**power).is_integer()]


class _Funnel:
    """The page of this figure."""

    def __init__(
        self,
        page: Page,
        rated: Sequence[FunnelPoint],
        limits: FunnelLimits,
        labels: FunnelLabels,
        logarithmic: bool,
    ) -> None:
        self.page, self.rated, self.limits, self.labels, self.logarithmic = page, rated, limits, labels, logarithmic
        self.left, self.right = look.MARGIN + 52.0, look.RIGHT - 108.0
        self.rates = [percent(point.rate or "") for point in rated]
        self.drawn: list[Point] = []
        self.radius = 3.0 if len(rated) > 400 else 4.5

    def ordered(self) -> list[FunnelPoint]:
        """Return the units by printed rate, the highest first."""
        return sorted(self.rated, key=lambda point: -percent(point.rate or ""))

    def counted(self) -> list[str]:
        """Say how many units each band has."""
        held = [sum(point.band == band for point in self.rated) for band in range(5)]
        pairs = zip(self.labels.bands, held, strict=True)
        return [self.labels.key.format(band=band, n=f"{count:,}") for band, count in pairs]

    def draw(self, target: str) -> list[FunnelPoint]:
        """Fill the page; return the units that have labels."""
        page, labels = self.page, self.labels
        looks = [page.symbol(symbol, 4.5 * size, fill) for symbol, fill, size in _LOOKS]
        page.keys(list(zip(looks, self.counted(), strict=True)))
        page.y += 14
        page.text(look.MARGIN, page.y, labels.rate, look.NOTE_SIZE, look.MUTED)
        page.y += 20
        inside = [low for n, low in zip(self.limits.n, self.limits.low_95, strict=True) if n >= self.least()]
        axis = percent_ticks([*self.rates, percent(target), *(max(0.0, low) for low in inside)])
        self.up = Scale(axis[-1], axis[0], page.y, page.y + _HEIGHT)
        self.axes(axis)
        self.limit_lines(target)
        centres = [
            (self.across(point.n or 1), self.up(rate)) for point, rate in zip(self.rated, self.rates, strict=True)
        ]
        for band in (2, 1, 3, 0, 4):
            symbol, fill, size = _LOOKS[band]
            held = [centre for point, centre in zip(self.rated, centres, strict=True) if point.band == band]
            if len(self.rated) > 400:
                line = look.MUTED if band == _AS_EXPECTED else look.OUTLINE
                page.point(symbol, held, self.radius * size, fill, line, 0.6)
            else:
                page.point(symbol, held, self.radius * size, fill)
        labelled = self.label(centres)
        page.y += _HEIGHT + 50
        return labelled

    def least(self) -> float:
        """Return the smallest number of ballots drawn."""
        return min((point.n or 1 for point in self.rated), default=1)

    def ballots_axis(self) -> list[float]:
        """Return the ticks of the ballots and set the scale."""
        most = max((point.n or 1 for point in self.rated), default=10)
        least = self.least()
        if self.logarithmic:
            steps = _steps(_COARSE)
            below = max(step for step in steps if step <= max(least, 1))
            above = min(step for step in steps if step > most)
            # Not the whole step where the units fill little of it, but always two ticks.
            low, high = max(below, least * 0.8) * 0.94, min(above, most * 1.15)
            if sum(low <= step <= high for step in steps) < 2:
                low, high = below * 0.94, above
            self.scale = Scale(log10(low), log10(high), self.left, self.right)
            found = [[step for step in _steps(each) if low <= step <= high] for each in (_COARSE, _FINE)]
            return found[0] if len(found[0]) > _FEW else found[1]
        shown = ticks(0, most)
        self.scale = Scale(shown[0], shown[-1], self.left, self.right)
        return shown

    def across(self, n: float) -> float:
        """Return where a number of ballots stands."""
        return self.scale(log10(n) if self.logarithmic else n)

    def axes(self, axis: Sequence[float]) -> None:
        """Draw both axes."""
        page, end = self.page, self.up.end
        for tick in axis:
            page.text(self.left - 8, self.up(tick), f"{tick:g}%", 12, look.MUTED, "right")
            page.line([(self.left, self.up(tick)), (self.right, self.up(tick))], look.LINE)
        for tick in self.ballots_axis():
            page.text(self.across(tick), end + 14, f"{tick:,.0f}", 12, look.MUTED, "center")
            page.line([(self.across(tick), end), (self.across(tick), end + 5)], look.MUTED)
        page.line([(self.left, end), (self.right, end)], look.INK, 1.2)
        page.text((self.left + self.right) / 2, end + 36, self.labels.n, look.NOTE_SIZE, look.MUTED, "center")

    def limit_lines(self, target: str) -> None:
        """Draw target and limits, each with its name at the right end."""
        limits, page = self.limits, self.page
        ends: list[tuple[float, str, str]] = []
        for low, high, dashes, words in (
            (limits.low_998, limits.high_998, None, self.labels.limits_998),
            (limits.low_95, limits.high_95, (5.0, 3.0), self.labels.limits_95),
        ):
            for curve in (high, low):
                points = self.curve(curve)
                self.drawn += points
                if len(points) > 1:
                    page.line(points, look.DARK_BLUE, 1.2, dashes)
            if len(points) > 1:
                ends.append((points[-1][1], words, look.DARK_BLUE))
        y = self.up(percent(target))
        page.line([(self.left, y), (self.right, y)], look.DARK_RED, 1.4)
        ends.append((y, self.labels.target.format(rate=target), look.DARK_RED))
        below = -1e9
        for y, words, colour in sorted(ends):
            lines, size = page.fitting(words, 12.5, 100, 11.5)
            first = max(y, below + 18)
            for number, line in enumerate(lines):
                page.text(self.right + 8, first + 15 * number, line, size, colour)
            below = first + 15 * (len(lines) - 1)

    def curve(self, values: Sequence[float]) -> list[Point]:
        """Return a limit as points inside the picture, 200 of them."""
        at = np.linspace(self.scale.low, self.scale.high, 200)
        n = 10**at if self.logarithmic else at
        held = (n >= self.limits.n[0]) & (n <= self.limits.n[-1])
        drawn = np.interp(n[held], self.limits.n, values)
        low, high = self.up.high, min(self.up.low, 99.99)
        inside = [(self.scale(x), self.up(y)) for x, y in zip(at[held], drawn, strict=True) if low <= y <= high]
        return [(float(x), float(y)) for x, y in inside]

    def label(self, centres: Sequence[Point]) -> list[FunnelPoint]:
        """Write the names of units outside, the farthest first; return those that found a place."""
        page, limits = self.page, self.limits
        n = [float(point.n or 1) for point in self.rated]
        low, high = np.interp(n, limits.n, limits.low_998), np.interp(n, limits.n, limits.high_998)
        rates = np.array(self.rates)
        outside = np.maximum(low - rates, rates - high) / np.maximum(high - low, 0.5)
        chosen = [at for at, point in enumerate(self.rated) if point.band != _AS_EXPECTED]
        chosen.sort(key=lambda at: (_BY_BAND[self.rated[at].band], -outside[at], at))
        chosen = chosen[:_LABELS]
        area = Box(self.left + 2, self.up.start - 12, self.right - 2, self.up.end - 4)
        placing = Placing(area, centres, self.radius, self.drawn)
        labelled = []
        for at in chosen:
            point, (x, y) = self.rated[at], centres[at]
            text = f"{point.within}{point.name} {point.rate}%"
            width = page.face.width(text, _LABEL_SIZE)
            box = placing.place((x, y), width, _LABEL_SIZE * 1.3)
            if box is None:
                continue
            labelled.append(point)
            middle = (box.top + box.bottom) / 2
            if abs(middle - y) > 1:
                near = box.left - 2 if box.left > x else box.right + 2
                page.line([(x, y), (near, middle)], look.MUTED, 0.8)
            page.text(box.left, middle, text, _LABEL_SIZE)
        return labelled

    def list_without(self, others: Sequence[FunnelPoint]) -> None:
        """List the units without a rate where three lines hold them all; else say how many there are, and why."""
        page, width = self.page, look.RIGHT - look.MARGIN
        text = " ".join(
            [
                self.labels.without.format(n=f"{len(others):,}"),
                *(
                    self.labels.without_one.format(name=f"{point.within}{point.name}", reason=point.reason)
                    for point in others[:_LISTED]
                ),
            ]
        )
        if len(others) > _LISTED or len(page.face.wrapped(text, look.NOTE_SIZE, width)) > 3:
            text = " ".join(_counted(others, self.labels))
        page.paragraph(text, look.NOTE_SIZE, 20, look.MUTED)


def _counted(others: Sequence[FunnelPoint], labels: FunnelLabels) -> list[str]:
    """Say how many units have no rate, and how many for each reason."""
    reasons = Counter(point.reason for point in others)
    counted = [labels.key.format(band=reason, n=f"{count:,}") for reason, count in reasons.most_common()]
    return [labels.without.format(n=f"{len(others):,}"), *counted]
