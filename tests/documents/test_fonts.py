import csv
from pathlib import Path

import pytest

from survey_app.documents import fonts

EXAMPLE = Path(__file__).parents[2] / "docs/examples/units-changde.csv"


def test_both_weights_and_their_licence_ship_with_the_project():
    assert fonts.REGULAR_FILE.stat().st_size > 10_000_000
    assert 1_500_000 < fonts.BOLD_FILE.stat().st_size < 2_500_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.FONT_FOLDER / "OFL.txt").read_text("utf-8")


def test_registering_twice_is_registering_once():
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - only this test looks into reportlab.

    fonts.register_fonts()
    first = pdfmetrics.getFont(fonts.BOLD)
    fonts.register_fonts()
    assert pdfmetrics.getFont(fonts.BOLD) is first
    assert pdfmetrics.getFont(fonts.REGULAR) is not first


def test_every_name_of_the_example_has_glyphs_in_both_weights():
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        names = "".join(row["name"] for row in csv.DictReader(file))
    assert fonts.missing_glyphs(names) == ""
    assert [font for font, _ in fonts.font_runs(names, fonts.BOLD)] == [fonts.BOLD]


@pytest.mark.parametrize(
    ("text", "missing"),
    [("", ""), ("垱剅堉洑廻碈菉", ""), ("常😀德\n😀村\u2fff", "😀\n\u2fff")],
)
def test_missing_characters_are_named_once_in_order(text, missing):
    assert fonts.missing_glyphs(text) == missing


def test_what_bold_lacks_is_set_in_regular():
    assert fonts.font_runs("常䶮䴙村", fonts.BOLD) == [
        (fonts.BOLD, "常"),
        (fonts.REGULAR, "䶮䴙"),
        (fonts.BOLD, "村"),
    ]
    assert fonts.font_runs("常䶮", fonts.REGULAR) == [(fonts.REGULAR, "常䶮")]
    assert fonts.font_runs("", fonts.BOLD) == []


def test_the_width_counts_each_character_in_the_font_that_draws_it():
    assert fonts.text_width("常䶮村", fonts.BOLD, 20) == pytest.approx(60)
    assert fonts.text_width("i", fonts.BOLD, 20) > fonts.text_width("i", fonts.REGULAR, 20) > 0


def test_the_serif_font_draws_every_name_of_the_example_and_ships_with_its_licence():
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        names = "".join(row["name"] for row in csv.DictReader(file))
    assert [font for font, _ in fonts.font_runs(names + "—−“”", fonts.SERIF)] == [fonts.SERIF]
    assert fonts.font_runs("䶮", fonts.SERIF) == [(fonts.REGULAR, "䶮")]
    assert fonts.SERIF_FILE.stat().st_size < 4_000_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.FONT_FOLDER / "OFL-NotoSerifSC.txt").read_text("utf-8")
