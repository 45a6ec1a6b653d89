import pytest

from survey_app.documents.fonts import BOLD
from survey_app.documents.typesetting import LEADING, Block, fit_block


def test_a_short_text_stands_at_the_largest_size_on_one_line():
    assert fit_block("满意度测评", BOLD, (60, 20), (510, 100)) == Block(("满意度测评",), BOLD, 60)


def test_a_text_a_little_too_long_shrinks_rather_than_breaks():
    block = fit_block("常德市公共服务满意度测评", BOLD, (60, 20), (511, 100))
    assert block == Block(("常德市公共服务满意度测评",), BOLD, 42.5)


def test_a_long_text_breaks_where_that_makes_it_larger():
    block = fit_block("常德市公共服务满意度测评与评议", BOLD, (60, 20), (510, 140))
    assert len(block.lines) == 2
    assert block.size == 60


@pytest.mark.parametrize("room", [(510, 19), (50, 100), (510, -5)])
def test_what_does_not_fit_is_none(room):
    assert fit_block("满意度测评", BOLD, (60, 20), room) is None


def test_a_line_that_cannot_be_broken_does_not_stick_out():
    block = fit_block("https://manyi.changde.gov.cn/p/12345674", BOLD, (60, 4), (100, 200))
    assert len(block.lines) == 1
    assert block.size < 5


def test_a_block_is_as_high_as_its_lines():
    assert Block(("满",), BOLD, 40).height == 40
    assert Block(("满", "意"), BOLD, 40).height == 40 + 40 * LEADING
    assert Block((), BOLD, 40).height == 0


def test_the_largest_size_is_taken_wherever_it_fits():
    assert fit_block("公共服务满意度测评", BOLD, (60, 20), (511, 140)).size == 60
    assert fit_block("公共服务满意度测评", BOLD, (60, 20), (511, 130)).lines == ("公共服务满意度测评",)


def test_below_the_largest_size_two_lines_must_gain_a_tenth():
    block = fit_block("常德市城乡居民对公共服务满意度的测评与评议", BOLD, (60, 20), (511, 90))
    assert len(block.lines) == 2
    assert block.size == 40
