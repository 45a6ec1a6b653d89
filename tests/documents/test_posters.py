import csv
import io
import re
import subprocess
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode

from survey_app.documents.posters import A3, A4, Poster, write_posters
from survey_app.domain.messages import Refused

EXAMPLE = Path(__file__).parents[2] / "docs/examples/units-changde.csv"
MILLIMETRE = 150 / 25.4  # In pixels of a page seen at 150 dots to the inch.
MARGIN = 15 * 72 / 25.4

LONG_TITLE = "常德市2024年度“关注民生解十难”工作群众满意度测评公告说明"
LONG_ORGANISER = "常德市人民政府优化经济发展环境和机关作风建设领导小组办公室"
POSTER = Poster(
    code="12345674",
    url="https://manyi.changde.gov.cn/p/12345674",
    unit_name="高山街社区",
    county="武陵区",
    township="府坪街道",
    title="公共服务满意度",
    organiser="常德市统计局",
    contact="0736-7256000",
    closes="2024年6月30日",
)
HARD_CASES = [
    POSTER,
    replace(POSTER, unit_name="新村", title="测评", group="服务对象"),
    replace(POSTER, title=LONG_TITLE, organiser=LONG_ORGANISER, group="基层干部", unit_name="许家桥回族维吾尔族乡居委"),
    replace(POSTER, unit_name="常德市人力资源和社会保障局", county="", township="", title=LONG_TITLE),
    replace(POSTER, url="https://my.cd.cn/p/12345674", group="服务对象"),
    replace(POSTER, url="https://satisfaction.changde.hunan.gov.cn/survey/p/12345674"),
]


@cache
def pdf_of(*posters, paper=A4):
    out = io.BytesIO()
    write_posters(out, posters, paper=paper)
    return out.getvalue()


def run(*command, pdf):
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


@cache
def page_picture(pdf, page=2):
    """Return a page, by default the first poster, which stands behind the test page."""
    png = run("pdftoppm", "-r", "150", "-gray", "-png", "-f", str(page), "-l", str(page), "-", pdf=pdf)
    return Image.open(io.BytesIO(png)).convert("L")


def text_of(pdf, page=2):
    return run("pdftotext", "-layout", "-f", str(page), "-l", str(page), "-", "-", pdf=pdf).decode()


def words_of(pdf, page=2):
    """Return each word on the page as (text, size in points, left, right, top, foot)."""
    page = run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), "-", "-", pdf=pdf).decode()
    found = re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', page)
    return [
        (text, round(float(foot) - float(top), 1), float(left), float(right), float(top), float(foot))
        for left, top, right, foot, text in found
    ]


def size_of(pdf, text):
    return next(size for word, size, *_ in words_of(pdf) if word == text)


def address_read(picture):
    (symbol,) = decode(picture, symbols=[ZBarSymbol.QRCODE])
    return symbol.data.decode()


def symbol_box(picture, side=120):
    """Return (left, top, right, foot) of the QR code in pixels: the box around what the reader found."""
    (symbol,) = decode(picture, symbols=[ZBarSymbol.QRCODE])
    dark = np.asarray(picture) < 128
    middle_x, middle_y = (symbol.rect.left + symbol.rect.width // 2, symbol.rect.top + symbol.rect.height // 2)
    reach = int((side / 2 + 2) * MILLIMETRE)  # Half the side, and a little of the quiet zone.
    rows = np.flatnonzero(dark[middle_y - reach : middle_y + reach, middle_x - reach : middle_x + reach].any(axis=1))
    columns = np.flatnonzero(dark[middle_y - reach : middle_y + reach, middle_x - reach : middle_x + reach].any(axis=0))
    return (
        middle_x - reach + columns[0],
        middle_y - reach + rows[0],
        middle_x - reach + columns[-1] + 1,
        middle_y - reach + rows[-1] + 1,
    )


def check_symbol(picture, side, modules):
    """Check on the picture the side in millimetres, and that four modules around it are light."""
    left, top, right, foot = symbol_box(picture, side)
    assert (right - left) / MILLIMETRE == pytest.approx(side, abs=0.4)
    assert (foot - top) / MILLIMETRE == pytest.approx(side, abs=0.4)
    quiet = int(4 * (right - left) / modules)
    light = np.asarray(picture) > 250
    around = light[top - quiet : foot + quiet, left - quiet : right + quiet].copy()
    around[quiet - 1 : 1 - quiet, quiet - 1 : 1 - quiet] = True  # The symbol, with its blurred edge.
    assert around.all()


PAPERS = pytest.mark.parametrize("paper", [A4, A3], ids=["A4", "A3"])
#: Length of an address -> modules a side.
MODULES = {27: 29, 39: 33, 59: 37}


@PAPERS
@pytest.mark.parametrize("poster", HARD_CASES)
def test_a_printed_code_reads_as_the_printed_address(poster, paper):
    pdf = pdf_of(poster, paper=paper)
    assert address_read(page_picture(pdf)) == poster.url
    assert poster.url in text_of(pdf)


@pytest.mark.parametrize("poster", HARD_CASES)
def test_the_code_measures_120_mm_with_four_light_modules_around(poster):
    check_symbol(page_picture(pdf_of(poster)), 120, MODULES[len(poster.url)])


@pytest.mark.parametrize("poster", HARD_CASES)
def test_on_a3_the_code_measures_170_mm_with_four_light_modules_around(poster):
    check_symbol(page_picture(pdf_of(poster, paper=A3)), 170, MODULES[len(poster.url)])


@PAPERS
@pytest.mark.parametrize("poster", HARD_CASES)
def test_nothing_stands_in_the_margins_or_on_another_text(poster, paper):
    pdf = pdf_of(poster, paper=paper)
    margin = MARGIN * paper.width / A4.width
    for page in (1, 2):
        words = words_of(pdf, page)
        for _, _, left, right, top, foot in words:
            assert left >= margin - 0.5
            assert right <= paper.width - margin + 0.5
            assert top >= margin - 0.5
            assert foot <= paper.height - margin + 0.5
        lines = sorted({(top, foot) for *_, top, foot in words})
        assert all(foot <= next_top for (_, foot), (next_top, _) in pairwise(lines))


def test_a3_is_the_same_page_enlarged():
    small, large = words_of(pdf_of(POSTER)), words_of(pdf_of(POSTER, paper=A3))
    assert [word[0] for word in small] == [word[0] for word in large]
    for (_, size, *_), (_, enlarged, *_) in zip(small, large, strict=True):
        assert enlarged == pytest.approx(size * 297 / 210, abs=0.15)


@PAPERS
@pytest.mark.parametrize("poster", HARD_CASES)
def test_the_first_page_tests_the_printer_with_a_code_of_the_same_size_that_leads_nowhere(poster, paper):
    pdf = pdf_of(poster, paper=paper)
    picture = page_picture(pdf, 1)
    side = {A4: 120, A3: 170}[paper]
    check_symbol(picture, side, MODULES[len(poster.url)])
    assert address_read(picture) == poster.url.replace("12345674", "00000000")
    text = text_of(pdf, 1)
    assert "测试页（请勿张贴）" in text
    assert "请先扫描本页" in text
    assert f"{side} 毫米" in text
    assert "不收答卷" in text
    assert poster.unit_name not in text
    assert "1234 5674" not in text


def test_a_print_dialog_begins_at_full_size_on_one_side():
    pdf = pdf_of(POSTER)
    assert b"/PrintScaling /None" in pdf
    assert b"/Duplex /Simplex" in pdf


@pytest.mark.parametrize("poster", HARD_CASES)
def test_every_line_is_centred(poster):
    words = words_of(pdf_of(poster))
    for line in {top for *_, top, _ in words}:
        left = min(word[2] for word in words if word[4] == line)
        right = max(word[3] for word in words if word[4] == line)
        assert (left + right) / 2 == pytest.approx(105 * 72 / 25.4, abs=0.5)


def test_the_sizes_are_those_of_the_design():
    pdf = pdf_of(POSTER)
    assert size_of(pdf, "公共服务满意度") == 60
    assert size_of(pdf, "高山街社区") == 40
    assert size_of(pdf, "微信扫一扫") == 36
    assert size_of(pdf, POSTER.url) == 24
    assert size_of(pdf, "1234") == 24
    assert size_of(pdf, "主办：常德市统计局") == 16


def test_a_poster_says_who_asks_whom_to_call_until_when_and_that_it_is_anonymous():
    text = text_of(pdf_of(replace(POSTER, group="服务对象")))
    for words in (
        "高山街社区",
        "武陵区",
        "府坪街道",
        "票种：服务对象",
        "微信扫一扫",
        "1234 5674",
        "主办：常德市统计局",
        "咨询：0736-7256000",
        "截止：2024年6月30日",
        "匿名填写，无需登录",
    ):
        assert words in text


def test_what_is_not_known_is_left_out():
    text = text_of(pdf_of(replace(POSTER, contact="", closes="")))
    assert "咨询" not in text
    assert "截止" not in text
    assert "主办：常德市统计局" in text


def test_without_a_group_no_group_is_named():
    assert "票种" not in text_of(pdf_of(POSTER))


def test_a_long_title_stands_on_two_balanced_lines():
    pdf = pdf_of(replace(POSTER, title=LONG_TITLE))
    first, second = (word for word in words_of(pdf) if word[0] in LONG_TITLE and len(word[0]) > 8)
    assert first[0] + second[0] == LONG_TITLE
    assert 0.75 < (first[3] - first[2]) / (second[3] - second[2]) < 1.34
    assert first[1] >= 28


def test_the_codes_of_a_batch_stand_at_one_place_whatever_the_unit_is_called():
    pdf = pdf_of(POSTER, replace(POSTER, unit_name="许家桥回族维吾尔族乡居委", township="", group="基层干部"))
    assert symbol_box(page_picture(pdf, 2)) == symbol_box(page_picture(pdf, 3))


def test_a_batch_is_drawn_at_the_version_of_its_longest_address():
    longer = replace(POSTER, url="https://satisfaction.changde.hunan.gov.cn/survey/p/12345674")
    pdf = pdf_of(POSTER, longer)
    picture = page_picture(pdf)
    left, top, _, _ = symbol_box(picture)
    # The finder pattern is seven modules wide; its white ring begins after one: 37 modules make 120 mm.
    row = np.asarray(picture)[top + int(120 * MILLIMETRE / 37 * 0.5), left:] < 128
    assert np.argmin(row) == pytest.approx(7 * 120 * MILLIMETRE / 37, abs=2)


def test_characters_that_bold_lacks_are_printed_and_can_be_searched():
    assert "䶮䴙䴘村" in text_of(pdf_of(replace(POSTER, unit_name="䶮䴙䴘村")))


def test_a_missing_character_is_refused_with_the_unit_and_the_character():
    out = io.BytesIO()
    bad = replace(POSTER, unit_name="😀村", township="\U0002ceff乡")
    with pytest.raises(Refused) as refusal:
        write_posters(out, [POSTER, bad, replace(bad, unit_name="😀乡")])
    first, second = refusal.value.messages
    assert first.values["unit"] == "😀村"
    assert "😀 (U+1F600)" in str(first)
    assert second.values["unit"] == "😀乡"
    assert out.getvalue() == b""


@pytest.mark.parametrize(
    "change",
    [
        {"title": "满意" * 60},
        {"unit_name": "村" * 60},
        {"organiser": "常德市统计局" * 30},
        {"url": "https://manyi.gov.cn/" + "a" * 100 + "/12345674"},
    ],
)
def test_a_text_too_long_for_the_page_is_refused(change):
    (text,) = change.values()
    with pytest.raises(Refused, match="too long") as refusal:
        pdf_of(replace(POSTER, **change))
    assert text in str(refusal.value)


def test_no_posters_are_no_document():
    with pytest.raises(ValueError, match="no posters"):
        pdf_of()


def test_the_typed_code_must_be_that_of_the_address():
    with pytest.raises(ValueError, match="12345674 is not in its address"):
        pdf_of(replace(POSTER, url="https://manyi.changde.gov.cn/p/87654321"))


def test_a_reprint_is_identical():
    assert pdf_of.__wrapped__(*HARD_CASES) == pdf_of.__wrapped__(*HARD_CASES)


def test_progress_counts_the_pages():
    seen = []
    write_posters(io.BytesIO(), HARD_CASES, seen.append)
    assert seen == [1, 2, 3, 4, 5, 6]


def test_the_outline_leads_to_counties_and_townships(tmp_path):
    pdf = pdf_of(
        replace(POSTER, unit_name="常德市", county="", township=""),
        replace(POSTER, unit_name="武陵区", township=""),
        POSTER,
        replace(POSTER, unit_name="百街口社区"),
        replace(POSTER, township="丹洲乡", unit_name="新村"),
        replace(POSTER, county="鼎城区", township="丹洲乡"),
    )
    (tmp_path / "posters.pdf").write_bytes(pdf)
    xml = run("pdftohtml", "-xml", "-i", "-stdout", tmp_path / "posters.pdf", pdf=b"").decode()
    outline = xml[xml.index("<outline>") :]
    assert re.findall(r'<item page="(\d)">(.*?)</item>', outline) == [
        ("1", "测试页"),
        ("2", "常德市"),
        ("3", "武陵区"),
        ("4", "府坪街道"),
        ("6", "丹洲乡"),
        ("7", "鼎城区"),
        ("7", "丹洲乡"),
    ]


def test_every_name_of_the_example_can_be_printed_and_every_font_is_in_the_file():
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert len(names) == 2462
    pdf = pdf_of(*(replace(POSTER, unit_name=name) for name in sorted(names, key=len)[::60]))
    assert b"Helvetica" not in pdf
    fonts = run("pdffonts", "-", pdf=pdf).decode().splitlines()[2:]
    assert fonts
    assert all(" yes yes yes " in font for font in fonts)
