import re
import struct
import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from analysis.figures.face import open_face
from analysis.figures.marks import Shape, Words
from analysis.figures.page import Page
from analysis.figures.svg import _outline as svg_outline
from tests.analysis.figure_examples import (
    BAR_ROWS,
    BARS,
    FONT,
    LONG,
    bars,
    every_kind,
    heat,
    ranges,
    spread,
    turnout,
    waves,
)

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("bars", "ranges", "funnel", "waves", "heat", "turnout")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_text_alternative_in_each_of_its_files(kind):
    drawing = every_kind()[kind]
    svg = drawing.svg()
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own file
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert (title.text, desc.text) == ("各区县", drawing.description)
    assert drawing.description.startswith("满意 < 全部 & 其他")
    assert "各区县".encode("utf-16-be").hex().upper().encode() in drawing.pdf()
    assert "各区县".encode() in drawing.png(50)


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_that_a_figure_prints_is_in_its_text_alternative(kind):
    drawing = every_kind()[kind]
    printed = {
        number
        for mark in drawing.sheet.marks
        if isinstance(mark, Words)
        for number in re.findall(r"[+−]?\d[\d,]*\.\d|\d,\d{3}", mark.text)
    }
    said = set(re.findall(r"[+−]?\d[\d,]*(?:\.\d)?", drawing.description))
    # Ticks of an axis and the names of the limits are no results.
    assert printed - said <= {"1,000", "1,500", "99.8"}
    assert printed & said


@pytest.mark.parametrize("kind", KINDS)
def test_everything_stands_on_the_page_and_no_text_on_another(kind):
    sheet = every_kind()[kind].sheet
    boxes = []
    for mark in sheet.marks:
        if isinstance(mark, Words):
            width = sheet.face.width(mark.text, mark.size)
            boxes.append((mark.x, mark.y - 0.7 * mark.size, mark.x + width, mark.y, mark.text))
        else:
            points = [point for path in mark.paths for point in path] if isinstance(mark, Shape) else mark.centres
            assert all(0 <= x <= sheet.width and 0 <= y <= sheet.height for x, y in points)
    for number, one in enumerate(boxes):
        assert one[0] >= 23.9, one
        assert one[2] <= 940, one
        assert 20 <= one[1] <= one[3] <= sheet.height - 10, one
        for other in boxes[number + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


def test_the_same_drawing_has_the_same_bytes():
    one, other = bars(BAR_ROWS[:2]), bars(BAR_ROWS[:2])
    assert one.svg() == other.svg()
    assert one.pdf() == other.pdf()
    assert one.png(60) == other.png(60)


def test_a_pdf_has_vectors_and_no_dates():
    pdf = every_kind()["waves"].pdf()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox[0 0 720 " in pdf
    for word in (b"Date", b"/Subtype/Image", b"matplotlib", b"/Type3"):
        assert word not in re.sub(rb"stream.*?endstream", b"", pdf, flags=re.DOTALL), word


def test_a_png_is_ten_inches_wide():
    png = bars(BAR_ROWS[:1]).png(dpi=60)
    assert struct.unpack(">I", png[16:20]) == (600,)
    assert b"pHYs" in png


def test_two_figures_on_a_page_share_no_id_and_every_reference_is_kept():
    ids = []
    for drawing in every_kind().values():
        svg = drawing.svg()
        defined = re.findall(rb' id="([^"]+)"', svg)
        assert len(defined) == len(set(defined))
        assert set(re.findall(rb'href="#([^"]+)"', svg)) <= set(defined)
        assert b"\0" not in svg
        for word in (b"<style", b"<metadata", b"<text", b"url("):
            assert word not in svg
        ids += defined
    assert len(ids) == len(set(ids))


def test_figures_stay_small():
    rows = [replace(BAR_ROWS[1], name=name) for name in ("武陵区", "澧县", "津市市", "安乡县", "石门县", "鼎城区") * 2]
    drawing = bars(rows)
    assert len(drawing.svg()) < 90_000
    assert len(drawing.pdf()) < 60_000


@pytest.mark.parametrize("draw", [bars, ranges, spread, waves, heat])
def test_a_character_that_the_font_lacks_is_an_error_that_names_it(draw):
    with pytest.raises(ValueError, match=r"'🙂' \(U\+1F642\)"):
        draw(title="满意🙂")


def test_a_missing_character_in_a_name_is_an_error_too():
    with pytest.raises(ValueError, match=r"U\+10FFFD"):
        bars([replace(BAR_ROWS[0], name="某\U0010fffd村")])
    with pytest.raises(ValueError, match=r"'各' \(U\+5404\)"):
        bars(font=None)


@pytest.mark.parametrize("draw", [bars, ranges, spread, waves, heat, turnout])
def test_a_figure_has_rows(draw):
    with pytest.raises(ValueError, match="at least one"):
        draw([])


def test_importing_the_figures_loads_no_matplotlib():
    check = "import sys, analysis.figures; sys.exit(any(name.startswith('matplotlib') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_without_a_font_file_latin_labels_can_be_drawn():
    labels = replace(BARS, ratings=("a", "b", "c"), dont_know="d", approval="e", base="{n}", row="{name} {n}")
    row = replace(BAR_ROWS[0], name="North")
    assert bars([row], labels, title="By county", note="", font=None).description == "North 2,000"


def test_long_texts_break_between_characters_or_words_but_not_before_a_comma():
    face = open_face(FONT)
    assert face.wrapped("满意和基本，满意", 10, 51) == ["满意和基", "本，满意"]
    assert face.wrapped("among the ballots", 10, 55) == ["among the", "ballots"]
    assert face.wrapped("较上次（百分点）", 10, 60) == ["较上次", "（百分点）"]
    assert face.wrapped("incomprehensibilities", 10, 60)[0] == "incomprehe"
    assert face.wrapped("", 10, 60) == [""]
    assert face.balanced("满意和基本满意合计占比", 10, 100) == ["满意和基本满", "意合计占比"]


def test_a_long_name_is_not_cut():
    for drawing in (bars([replace(BAR_ROWS[0], name=LONG)]), every_kind()["ranges"], every_kind()["waves"]):
        assert any(mark.text == LONG for mark in drawing.sheet.marks if isinstance(mark, Words))


def test_a_sliver_too_thin_for_a_hatch_line_still_has_its_frame():
    page = Page("题", "", FONT)
    before = len(page.marks)
    page.hatched(0, 0, 0.01, 0.01)
    assert len(page.marks) == before + 2


@pytest.mark.parametrize("face", [open_face(FONT), open_face(None)], ids=["Chinese", "Latin"])
def test_a_short_outline_is_that_of_the_font(face):
    """Read as a browser reads it: every point from the last, along an axis with one number, a letter twice left out."""
    for character in "aBg&8%":
        glyph = face.glyph(character)
        found, last, start = [], (0, 0), (0, 0)
        for letter, written in re.findall(r"([a-z])([^a-z]*)", svg_outline(glyph)):
            numbers = [int(each) for each in re.findall(r"-?\d+", written)]
            if letter in "hv":
                numbers = [each for number in numbers for each in ((number, 0) if letter == "h" else (0, number))]
            while numbers:
                size = {"q": 4, "c": 6}.get(letter, 2)
                points = [(last[0] + numbers[at], last[1] + numbers[at + 1]) for at in range(0, size, 2)]
                numbers, last = numbers[size:], points[-1]
                found += points
            start = last if letter == "m" else start
            last = start if letter == "z" else last
        codes = zip(glyph.points, glyph.codes, strict=True)
        assert found == [point for point, code in codes if code != 79], character
