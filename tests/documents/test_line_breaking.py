from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces

OPENING, CLOSING = "（《“", "）》”，。、；：的"


def width_of(line):
    """Count a Chinese character or mark as 1 and a Latin one as a half."""
    return sum(0.5 if character.isascii() else 1 for character in line)


def break_lines(text, limit):
    return LineBreaker(unbreakable_pieces(text), width_of).balanced(limit)


@pytest.mark.parametrize(
    ("text", "limit", "lines"),
    [
        ("", 5, ()),
        ("　", 5, ()),
        ("一", 5, ("一",)),
        ("常德市公共服务满意度测评", 12, ("常德市公共服务满意度测评",)),
        ("常德市公共服务满意度测评", 11, ("常德市公共服务", "满意度测评")),
        ("常德市2024年度公共服务满意度测评", 12, ("常德市2024年度", "公共服务满意度测评")),
        (
            "常德市2024年度“关注民生解十难”工作群众满意度测评",
            20,
            ("常德市2024年度“关注民生解十难”", "工作群众满意度测评"),
        ),
        ("The survey of satisfaction", 8, ("The survey of", "satisfaction")),
    ],
)
def test_lines_are_few_balanced_and_broken_between_words(text, limit, lines):
    assert break_lines(text, limit) == lines


def test_a_line_filled_to_the_brim_leaves_no_scrap():
    assert break_lines("东南西北上下左右前后内", 10) == ("东南西北上", "下左右前后内")


def test_a_break_falls_rather_after_a_mark_than_where_lines_are_equal():
    assert break_lines("东南西北上下，左右前后内", 8) == ("东南西北上下，", "左右前后内")


def test_quotation_marks_are_rather_not_torn():
    assert break_lines("东南西北“上下左右”前后", 10) == ("东南西北", "“上下左右”前后")


def test_a_word_wider_than_the_limit_stands_alone():
    assert break_lines("见satisfaction。", 3) == ("见", "satisfaction。")


def test_pieces_keep_marks_numbers_and_words_together():
    assert unbreakable_pieces("（满意度）2024年的常德市A B，《一》") == [
        "（满意度）",
        "2024年的",
        "常德市",
        "A ",
        "B，",
        "《一》",
    ]


def test_each_possible_line_is_measured_once_however_long_the_text():
    measured = []

    def counted(line):
        measured.append(line)
        return width_of(line)

    text = LineBreaker(unbreakable_pieces("常德满意" * 100), counted)
    assert len(text.balanced(20)) == 20
    assert text.fewest_lines(20) == 20
    assert len(measured) < 300 * 20


def test_pieces_given_are_kept_whole():
    statements = LineBreaker(["组织者：统计局　", "咨询：0736　", "匿名"], width_of)
    assert statements.balanced(12) == ("组织者：统计局", "咨询：0736　匿名")
    assert statements.fewest_lines(100) == 1
    assert statements.widest_piece == 7


@given(st.text(alphabet="常德市满意度测评的，。（）“”A1年", max_size=40), st.integers(2, 12))
def test_nothing_is_lost_and_no_line_begins_or_ends_with_a_wrong_mark(text, limit):
    lines = break_lines(text, limit)
    assert "".join(lines) == text
    for line in lines:
        assert width_of(line) <= limit or len(unbreakable_pieces(line)) == 1
    for before, after in pairwise(lines):
        assert before[-1] not in OPENING
        assert after[0] not in CLOSING
