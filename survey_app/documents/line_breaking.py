"""Line breaks for Chinese headings: the fewest lines, of like length, broken between words, no mark left alone.

Chinese may be broken between almost any two characters, so a heading broken where the line is full ends in a scrap of
one character, or splits a word. Here the lines are balanced instead (least squares, as in Knuth and Plass, "Breaking
Paragraphs into Lines", 1981), and marks that must not begin or end a line stay with their neighbour (GB/T 15834).
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

_OPENING = "（《“‘「『【〔〈([{"  # noqa: RUF001 - full-width on purpose, as in the next two lines.
_SHUTTING = "）》”’」』】〕〉)]}"  # noqa: RUF001
_CLOSING = _SHUTTING + "，。、；：？！…—·～%％.,;:?!的"  # noqa: RUF001

#: Words that titles and organisers' names are made of, which a break must not split; longer before shorter.
_WORDS = """
人民政府|领导小组|公共服务|居民委员会|村民委员会|委员会|办公室|指挥部|统计局|满意度|满意|测评|评价|评议|调查|问卷|公告|通报|结果|服务
民生|实事|社区|街道|群众|居民|工作|机关|单位|部门|情况|政府|人民|农村|城乡|城区|环境|卫生|教育|医疗|交通|经济|发展|建设|治理|整治
改革|作风|优化|基本|重点|专项|落实|关注|年度|管理|保障
""".strip().replace("\n", "|")

_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*"
    rf"(?:{_WORDS}"
    r"|[0-9]+(?:年度|[年月日届次期个项号])"  # A number stays with its measure word,
    r"|[!-~]+"  # a word or number in Latin letters whole,
    r"|[\u4e00-\u9fff]{2}[省市县区]"  # and so does a short place name.
    r"|\S)"
    rf"[{re.escape(_CLOSING)}]*\s*"
)

#: What a break costs that falls at no space and no mark: as much as lines a character or two from equal.
_BREAK_IN_SENTENCE = 0.02
#: What a break between quotation marks or brackets costs.
_BREAK_IN_QUOTATION = 0.25


def unbreakable_pieces(text: str) -> list[str]:
    """Split `text` into the pieces between which a line may be broken; leading space is left out."""
    return _PIECE.findall(text)


class LineBreaker:
    """Breaks one text, given as its pieces, into lines at any width; what it has measured it remembers.

    `width_of` gives a string's width, in the unit of the limits. White space at the ends of lines is left out. Only a
    single piece may make a line wider than the limit: the caller then takes a smaller size.
    """

    def __init__(self, pieces: Sequence[str], width_of: Callable[[str], float]) -> None:
        self._pieces = pieces
        self._width = cache(lambda start, end: width_of(self._line(start, end)))
        self._break_costs = [self._cost_of_break(end) for end in range(len(pieces) + 1)]

    @property
    def widest_piece(self) -> float:
        """The width of the widest piece, 0 if there is none."""
        return max((self._width(start, start + 1) for start in range(len(self._pieces))), default=0.0)

    def fewest_lines(self, limit: float) -> int:
        """Return how many lines are needed when each is filled before the next is begun."""
        start = lines = 0
        for end in range(1, len(self._pieces) + 1):
            if end == 1 or not self._fits(start, end, limit):
                start, lines = end - 1, lines + 1
        return lines

    def balanced(self, limit: float) -> tuple[str, ...]:
        """Return the fewest lines not wider than `limit`, as equal as the pieces allow."""
        count = self.fewest_lines(limit)
        if not count:
            return ()
        last = len(self._pieces)
        mean = self._width(0, last) / count

        @cache
        def best(start: int, lines: int) -> tuple[float, tuple[int, ...]]:
            """Return the least cost of setting the pieces from `start` in so many lines, and where those lines end."""
            choices: list[tuple[float, tuple[int, ...]]] = [(float("inf"), (last,))]
            for end in (last,) if lines == 1 else range(start + 1, last - lines + 2):
                if not self._fits(start, end, limit):
                    break
                after, rest = best(end, lines - 1) if lines > 1 else (0.0, ())
                uneven = (self._width(start, end) / mean - 1) ** 2
                choices.append((uneven + self._break_costs[end] + after, (end, *rest)))
            return min(choices)

        ends = best(0, count)[1]
        return tuple(self._line(start, end) for start, end in zip((0, *ends), ends, strict=False))

    def _line(self, start: int, end: int) -> str:
        return "".join(self._pieces[start:end]).strip()

    def _fits(self, start: int, end: int, limit: float) -> bool:
        return end == start + 1 or self._width(start, end) <= limit

    def _cost_of_break(self, end: int) -> float:
        """Return what a break before piece `end` costs; 0 at either end of the text and at a space or mark."""
        if end in (0, len(self._pieces)):
            return 0.0
        before = "".join(self._pieces[:end])
        if sum(map(before.count, _OPENING)) > sum(map(before.count, _SHUTTING)):
            return _BREAK_IN_QUOTATION
        soft = before[-1].isspace() or before[-1] in "，。；：" + _SHUTTING or self._pieces[end][0] in _OPENING
        return 0.0 if soft else _BREAK_IN_SENTENCE
