import io
import re
import subprocess
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode

from survey_app.documents.slips import SlipStack, SlipTexts, write_slips
from survey_app.domain.entry_codes import TEST_CODES, check_digit, grouped
from survey_app.domain.messages import Refused

MILLIMETRE = 150 / 25.4  # In pixels of a page seen at 150 dots to the inch.

TEXTS = SlipTexts(
    title="公共服务满意度测评",
    organiser="常德市统计局",
    closes="2026年12月20日24:00",
    url="https://my.cd.cn/s/",
    host="my.cd.cn",
    printed_on="2026年11月24日",
)
LONG = replace(
    TEXTS,
    title="常德市2024年度“关注民生解十难”工作群众满意度测评",
    organiser="常德市人民政府优化经济发展环境和机关作风建设领导小组办公室",
    url="https://satisfaction.changde.hunan.gov.cn/survey/s/",
    host="satisfaction.changde.hunan.gov.cn/survey",
)


def codes(count, start=0):
    numbers = [str(100_000_000_000_000 + (start + number) * 7_777_777_777) for number in range(count)]
    return tuple(number + check_digit(number) for number in numbers)


STACK = SlipStack("马家吉社区", ("武陵区", "启明街道"), "启明街道", "", 1, codes(13))
HARD = SlipStack(
    "许家桥回族维吾尔族乡居委会",
    ("鼎城区", "许家桥回族维吾尔族乡"),
    "许家桥回族维吾尔族乡",
    "两代表一委员",
    2,
    codes(10),
)


@cache
def pdf_of(texts, *stacks):
    out = io.BytesIO()
    write_slips(out, texts, stacks)
    return out.getvalue()


def run(*command, pdf):
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


@cache
def picture(pdf, page):
    png = run("pdftoppm", "-r", "150", "-gray", "-png", "-f", str(page), "-l", str(page), "-", pdf=pdf)
    return Image.open(io.BytesIO(png)).convert("L")


def text_of(pdf, page):
    return run("pdftotext", "-layout", "-f", str(page), "-l", str(page), "-", "-", pdf=pdf).decode()


def cells(pdf, page):
    """Return the pictures of the ten slips of a sheet, cut where its marks say, by row and column."""
    sheet = picture(pdf, page)
    left, top = 15 * MILLIMETRE, 11 * MILLIMETRE
    boxes = [(left + column * 90 * MILLIMETRE, top + row * 55 * MILLIMETRE) for row in range(5) for column in range(2)]
    return [sheet.crop((int(x), int(y), int(x + 90 * MILLIMETRE), int(y + 55 * MILLIMETRE))) for x, y in boxes]


def symbols(image):
    return [each.data.decode() for each in decode(image, symbols=[ZBarSymbol.QRCODE])]


def pages(pdf):
    return int(re.search(r"Pages:\s+(\d+)", run("pdfinfo", "-", pdf=pdf).decode())[1])


@pytest.mark.parametrize(("texts", "stack"), [(TEXTS, STACK), (LONG, STACK), (TEXTS, HARD), (LONG, HARD)])
def test_every_slip_reads_as_the_address_of_the_code_printed_beside_it(texts, stack):
    """Page 1 is for testing, page 2 the hand-over sheet; the slips begin on page 3."""
    pdf = pdf_of(texts, stack)
    read = []
    for position, cell in enumerate(cells(pdf, 3)):
        (address,) = symbols(cell)
        read.append(address)
        assert address == texts.url + stack.codes[position]
    assert len(read) == 10
    words = " ".join(run("pdftotext", "-layout", "-f", "3", "-l", "3", "-", "-", pdf=pdf).decode().split())
    for address in read:
        assert grouped(address.removeprefix(texts.url)) in words


def test_a_code_stands_on_the_slip_of_its_symbol():
    pdf = pdf_of(TEXTS, STACK)
    for position, code in enumerate(STACK.codes[:10]):
        x, y = 15 + position % 2 * 90, 11 + position // 2 * 55
        box = [str(round(each * 150 / 25.4)) for each in (x, y, 90, 55)]
        command = (
            "pdftotext",
            "-r",
            "150",
            "-f",
            "3",
            "-l",
            "3",
            "-x",
            box[0],
            "-y",
            box[1],
            "-W",
            box[2],
            "-H",
            box[3],
        )
        text = run(*command, "-", "-", pdf=pdf).decode()
        assert re.findall(r"\d{4} \d{4} \d{4} \d{4}", text) == [grouped(code)]


@pytest.mark.parametrize(("texts", "modules"), [(TEXTS, 29), (LONG, 37)])
@pytest.mark.parametrize("stack", [STACK, HARD])
def test_the_symbol_measures_30_mm_with_four_light_modules_around(texts, modules, stack):
    for cell in cells(pdf_of(texts, stack), 3):
        (symbol,) = decode(cell, symbols=[ZBarSymbol.QRCODE])
        dark = np.asarray(cell) < 128
        middle_x, middle_y = symbol.rect.left + symbol.rect.width // 2, symbol.rect.top + symbol.rect.height // 2
        reach = int(16 * MILLIMETRE)
        near = dark[middle_y - reach : middle_y + reach, middle_x - reach : middle_x + reach]
        rows, columns = np.flatnonzero(near.any(axis=1)), np.flatnonzero(near.any(axis=0))
        side = columns[-1] + 1 - columns[0]
        assert side / MILLIMETRE == pytest.approx(30, abs=0.4)
        assert (rows[-1] + 1 - rows[0]) / MILLIMETRE == pytest.approx(30, abs=0.4)
        top, left = middle_y - reach + rows[0], middle_x - reach + columns[0]
        quiet = int(4 * side / modules)
        around = (np.asarray(cell) > 250)[top - quiet : top + side + quiet, left - quiet : left + side + quiet].copy()
        assert around.shape == (side + 2 * quiet, side + 2 * quiet)
        around[quiet - 1 : 1 - quiet, quiet - 1 : 1 - quiet] = True  # The symbol, with its blurred edge.
        assert around.all()


@pytest.mark.parametrize(("texts", "stack"), [(TEXTS, STACK), (LONG, HARD)])
def test_nothing_is_printed_where_the_blade_may_miss(texts, stack):
    """Two millimetres within every edge are white, but for the dashes of the cut itself."""
    edge, line = int(2 * MILLIMETRE), 3
    for cell in cells(pdf_of(texts, stack), 3):
        light = np.asarray(cell)[line:-line, line:-line] > 250
        for band in (light[:edge], light[-edge:], light[:, :edge], light[:, -edge:]):
            assert band.all()


@pytest.mark.parametrize(("texts", "stack"), [(TEXTS, STACK), (LONG, HARD)])
def test_no_text_stands_on_another(texts, stack):
    page = run("pdftotext", "-f", "3", "-l", "3", "-bbox", "-", "-", pdf=pdf_of(texts, stack)).decode()
    words = [
        tuple(map(float, each))
        for each in re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">', page)
    ]
    assert len(words) > 60
    for number, (left, top, right, foot) in enumerate(words):
        for other_left, other_top, other_right, other_foot in words[number + 1 :]:
            overlap = min(right, other_right) - max(left, other_left), min(foot, other_foot) - max(top, other_top)
            assert min(overlap) < 0.5


def test_a_slip_says_all_that_its_holder_must_know():
    text = text_of(pdf_of(TEXTS, replace(HARD, unit_name="沿河社区", codes=codes(1))), 3)
    for words in (
        "公共服务满意度测评",
        "鼎城区 许家桥回族维吾尔族乡",
        "沿河社区",
        "票种：两代表一委员",
        "微信扫一扫，或访问 my.cd.cn",
        "测评码",
        "每张仅限填写一次",
        "匿名",
        "主办：常德市统计局",
        "截止：2026年12月20日24:00",
        "由许家桥回族维吾尔族乡发放",
        "第2次印制",
        "第 1 / 1 页",
        "共 1 张",
    ):
        assert words in text


def test_what_is_not_known_is_left_out():
    text = text_of(pdf_of(replace(TEXTS, closes=""), STACK), 3)
    for words in ("截止", "票种", "次印制"):
        assert words not in text


def test_every_stack_begins_on_a_sheet_of_its_own_behind_the_hand_over_sheet_of_its_unit():
    second = replace(STACK, unit_name="箭道坡社区", codes=codes(3, 50))
    elsewhere = replace(HARD, group="", codes=codes(11, 90))
    pdf = pdf_of(TEXTS, STACK, second, elsewhere)
    found = [
        "测试页"
        if "测试页" in text
        else "交接单"
        if "测评票交接单" in text
        else len(re.findall(r"\d{4} \d{4} \d{4}", text))
        for text in (text_of(pdf, page) for page in range(1, pages(pdf) + 1))
    ]
    assert found == ["测试页", "交接单", 10, 3, 3, "交接单", 10, 1]
    assert "第2/2页·共13张" in text_of(pdf, 4).replace(" ", "")
    first = text_of(pdf, 2)
    for words in (
        "武陵区 启明街道",
        "16 张，2 叠",
        "2026年11月24日",
        "马家吉社区",
        "箭道坡社区",
        "领取人签字",
        "盖章",
        "经办人",
    ):
        assert words in first
    assert "作废" not in first
    assert re.search(r"合计\s+16", first)
    assert "此前未使用的测评票已作废" in text_of(pdf, 6)


def test_a_long_hand_over_sheet_goes_on_and_keeps_within_the_margins():
    stacks = [replace(HARD, unit_name=f"新建村{number}", codes=codes(1, number)) for number in range(40)]
    pdf = pdf_of(LONG, *stacks)
    sheets = [text_of(pdf, page) for page in (2, 3, 4)]
    assert [len(re.findall("新建村", text)) for text in sheets] == [17, 22, 1]
    assert "第3/3页" in sheets[2].replace(" ", "")
    assert re.search(r"合计\s+40", sheets[2])
    for count, page in ((17, 2), (39, 3)):
        full = pdf_of(LONG, *stacks[:count])
        box = run("pdftotext", "-f", str(page), "-l", str(page), "-bbox", "-", "-", pdf=full).decode()
        (foot,) = re.findall(r'yMax="([\d.]+)">经办人', box)
        assert float(foot) < (297 - 19) * 72 / 25.4


def test_the_first_page_is_for_testing_and_no_code():
    pdf = pdf_of(TEXTS, STACK)
    assert symbols(picture(pdf, 1)) == [TEXTS.url + TEST_CODES[1]]


def test_the_outline_leads_to_counties_townships_and_places(tmp_path):
    pdf = pdf_of(
        TEXTS,
        STACK,
        replace(STACK, unit_name="箭道坡社区", codes=codes(1, 50)),
        replace(STACK, path=("武陵区", "丹洲乡"), issuer="丹洲乡", unit_name="新村", codes=codes(1, 60)),
        replace(HARD, codes=codes(1, 70)),
        replace(STACK, path=(), issuer="常德市", unit_name="市直机关", codes=codes(1, 80)),
    )
    (tmp_path / "slips.pdf").write_bytes(pdf)
    xml = run("pdftohtml", "-xml", "-i", "-stdout", tmp_path / "slips.pdf", pdf=b"").decode()
    outline = xml[xml.index("<outline>") :]
    assert re.findall(r'<item page="(\d+)">(.*?)</item>', outline) == [
        ("1", "测试页"),
        ("2", "武陵区"),
        ("2", "启明街道"),
        ("3", "马家吉社区"),
        ("5", "箭道坡社区"),
        ("6", "丹洲乡"),
        ("7", "新村"),
        ("8", "鼎城区"),
        ("8", "许家桥回族维吾尔族乡"),
        ("9", "许家桥回族维吾尔族乡居委会 · 两代表一委员"),
        ("11", "市直机关"),
    ]


def test_a_missing_character_is_refused_with_the_place_and_the_character():
    out = io.BytesIO()
    with pytest.raises(Refused) as refusal:
        write_slips(out, TEXTS, [STACK, replace(STACK, unit_name="😀村"), replace(STACK, issuer="𓀀乡")])
    first, second = refusal.value.messages
    assert first.values["unit"] == "😀村"
    assert "😀 (U+1F600)" in str(first)
    assert "U+13000" in str(second)
    assert out.getvalue() == b""


@pytest.mark.parametrize(
    ("texts", "stack"),
    [
        (replace(TEXTS, title="满意" * 60), STACK),
        (TEXTS, replace(STACK, unit_name="村" * 60)),
        (replace(TEXTS, organiser="常德市统计局" * 20), STACK),
        (replace(TEXTS, host="a" * 80), STACK),
        (TEXTS, replace(STACK, group="代表" * 30)),
    ],
)
def test_a_text_too_long_for_a_slip_is_refused(texts, stack):
    out = io.BytesIO()
    with pytest.raises(Refused, match="too long for a slip"):
        write_slips(out, texts, [stack])
    assert out.getvalue() == b""


def test_no_stacks_are_no_document():
    with pytest.raises(ValueError, match="no stacks"):
        pdf_of(TEXTS)


def test_progress_counts_the_slips():
    seen = []
    write_slips(io.BytesIO(), TEXTS, [STACK, HARD], seen.append)
    assert seen == [13, 23]


def test_every_font_is_in_the_file_and_it_is_printed_at_its_size_on_one_side():
    pdf = pdf_of(TEXTS, STACK)
    fonts = run("pdffonts", "-", pdf=pdf).decode().splitlines()[2:]
    assert fonts
    assert all(" yes yes yes " in font for font in fonts)
    assert b"/PrintScaling /None" in pdf
    assert b"/Duplex /Simplex" in pdf
