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
_BREAK_IN_QUOTATION = 0.1


def unbreakable_pieces(text: str) -> list[str]:
    """Split `text` into the pieces between which a line may be broken; leading space is left out."""
    return _PIECE.findall(text)


def break_lines(text: str, width_of: Callable[[str], float], limit: float) -> tuple[str, ...]:
    """Break `text` into the fewest lines not wider than `limit`, as equal in width as its words allow.

    `width_of` gives a string's width in the unit of `limit`. Only a single word may make a line wider than the limit:
    the caller then takes a smaller size.
    """
    return balance_pieces(unbreakable_pieces(text), width_of, limit)


def balance_pieces(pieces: Sequence[str], width_of: Callable[[str], float], limit: float) -> tuple[str, ...]:
    """Join `pieces` into the fewest lines not wider than `limit`, as equal as they allow; white space at ends falls."""

    def line(start: int, end: int) -> str:
        return "".join(pieces[start:end]).strip()

    @cache
    def width(start: int, end: int) -> float:
        return width_of(line(start, end))

    def fits(start: int, end: int) -> bool:
        return end == start + 1 or width(start, end) <= limit

    count = _fewest_lines(len(pieces), fits)
    mean = width(0, len(pieces)) / max(count, 1) or 1.0

    @cache
    def best(start: int, lines: int) -> tuple[float, tuple[int, ...]]:
        """Return the least cost of setting the pieces from `start` in so many lines, and where those lines end."""
        choices: list[tuple[float, tuple[int, ...]]] = [(float("inf"), (len(pieces),))]
        ends = (len(pieces),) if lines == 1 else range(start + 1, len(pieces) - lines + 2)
        for end in ends:
            if fits(start, end):
                after, rest = best(end, lines - 1) if lines > 1 else (0.0, ())
                uneven = ((width(start, end) - mean) / mean) ** 2
                choices.append((uneven + _cost_of_break(pieces, end) + after, (end, *rest)))
        return min(choices)

    ends = best(0, count)[1] if count else ()
    return tuple(line(start, end) for start, end in zip((0, *ends), ends, strict=False))


def _fewest_lines(pieces: int, fits: Callable[[int, int], bool]) -> int:
    """Return how many lines are needed when each is filled before the next is begun."""
    start = lines = 0
    for end in range(1, pieces + 1):
        if end == 1 or not fits(start, end):
            start, lines = end - 1, lines + 1
    return lines


def _cost_of_break(pieces: Sequence[str], end: int) -> float:
    """Return what a break before `pieces[end]` costs; 0 at the end of the text and at a space or mark."""
    if end == len(pieces):
        return 0.0
    before = "".join(pieces[:end])
    if sum(map(before.count, _OPENING)) > sum(map(before.count, _SHUTTING)):
        return _BREAK_IN_QUOTATION
    soft = before[-1].isspace() or before[-1] in "，。；：" + _SHUTTING or pieces[end][0] in _OPENING
    return 0.0 if soft else _BREAK_IN_SENTENCE
