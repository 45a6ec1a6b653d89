import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from analysis.figures import BarRow, FigureLabels, diverging_bars
from analysis.svg_text import wrapped

FONT = Path(__file__).parents[2] / "survey_app/static/fonts/NotoSansSC-Regular.ttf"
SVG = "{http://www.w3.org/2000/svg}"
LABELS = FigureLabels(
    satisfied="满意",
    basically_satisfied="基本满意",
    dissatisfied="不满意",
    dont_know="不了解",
    approval="合计占比",
    base="{n} 份",
    suppressed="样本不足",
    nobody="没有人作出评价",
    row="{name}（{n}）：{approval}，{satisfied}/{basically_satisfied}/{dissatisfied}，不了解 {dont_know}。",
    row_without="{name}：{reason}。",
)
ROWS = [
    BarRow("桃源县", "", 560, 330, 1110, 40),
    BarRow("安乡县", "某乡", 950, 20, 30, 900),
    BarRow("贺家山原种场管理区", "", None, None, None, None),
    BarRow("澧县", "", 20, 960, 20, 0),
    BarRow("柳叶湖", "", 0, 0, 0, 7),
    BarRow("津市市", "", 0, 0, 50, 1),
]


def draw(rows=ROWS, font=FONT, **words):
    return diverging_bars(rows, title="各区县", note="满意 < 全部 & 其他", labels=LABELS, font=font, **words)


def description(svg):
    return ElementTree.fromstring(svg).find(f"{SVG}desc").text  # noqa: S314 - our own file


def test_rows_are_sorted_by_rate_and_those_without_one_are_last():
    assert description(draw()) == (
        "满意 < 全部 & 其他 澧县（1,000）：98.0，2.0/96.0/2.0，不了解 0.0。 "
        "某乡安乡县（1,000）：97.0，95.0/2.0/3.0，不了解 47.4。 桃源县（2,000）：44.5，28.0/16.5/55.5，不了解 2.0。 "
        "津市市（50）：0.0，0.0/0.0/100.0，不了解 2.0。 贺家山原种场管理区：样本不足。 柳叶湖：没有人作出评价。"
    )


def test_the_figure_has_a_text_alternative():
    root = ElementTree.fromstring(draw())  # noqa: S314 - our own file
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert title.text == "各区县"


def test_the_same_figure_has_the_same_bytes():
    assert draw() == draw()


def test_two_figures_on_a_page_share_no_id():
    one, other = (set(re.findall(rb' id="([^"]+)"', draw(rows))) for rows in (ROWS, ROWS[:1]))
    assert one
    assert not one & other


def test_every_reference_inside_the_figure_is_kept():
    svg = draw()
    defined = re.findall(rb' id="([^"]+)"', svg)
    assert len(defined) == len(set(defined))
    assert set(re.findall(rb'href="#([^"]+)"|url\(#([^)]+)\)', svg)) <= {(i, b"") for i in defined} | {
        (b"", i) for i in defined
    }
    assert b"<style" not in svg
    assert b"<metadata" not in svg


@pytest.mark.parametrize("rows", [1, 12, 60])
def test_the_height_follows_the_rows(rows):
    svg = draw([BarRow(f"第{row}村", "丹洲乡", 30, 5, 2, 1) for row in range(rows)])
    assert re.search(rb'width="960" height="(\d+)"', svg)[1] == str(30 + 20 + 72 + 46 * rows + 12).encode()


def test_twelve_rows_stay_small():
    names = ["武陵区", "澧县", "津市市", "安乡县", "石门县", "鼎城区", "临澧县", "汉寿县", "桃源县", "西洞庭管理区"]
    names += ["柳叶湖", "贺家山"]
    assert len(draw([BarRow(name, "", 600, 300, 70, 40) for name in names])) < 150_000


def test_a_figure_of_hidden_rows_only_can_be_drawn():
    assert "样本不足" in description(draw(ROWS[2:3]))


def test_the_axis_has_no_minus_signs_and_text_needs_no_font():
    svg = draw()
    assert b"<text" not in svg
    assert "−".encode() not in svg


def test_without_a_font_file_latin_labels_can_be_drawn():
    labels = FigureLabels("a", "b", "c", "d", "e", "{n}", "few", "none", "{name}", "{name}")
    rows = [BarRow("North", "", 9, 9, 9, 9)]
    assert b"North" in diverging_bars(rows, title="By county", note="", labels=labels, font=None)


def test_unanimous_rows_can_be_drawn():
    assert "（30）：100.0，100.0/0.0/0.0" in description(draw([BarRow("某村", "", 30, 0, 0, 0)]))


def test_a_figure_has_rows():
    with pytest.raises(ValueError, match="at least one row"):
        draw([])


def test_long_notes_break_between_characters_but_not_before_a_comma():
    assert wrapped("满意和基本，满意", 10, 50) == ["满意和基", "本，满意"]
    assert wrapped("among the ballots", 10, 60) == ["among the ", "ballots"]
