"""Sheets on paper as documents: how they are broken into pages, and what cannot be printed."""

import io
import subprocess

import pytest

from survey_app.documents.paper_sheet import PaperSheet, PlacedSheet, write_paper_sheets
from survey_app.documents.paper_sheet_blocks import Choice, Grid, Label, Row, Written
from survey_app.domain.messages import Refused


def run(*command, pdf):
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


def pages(pdf):
    """Return the words of each page."""
    read = run("pdftotext", "-layout", "-", "-", pdf=pdf)
    return [" ".join(page.split()) for page in read.decode().split("\f")[:-1]]


def sheet(**changes):
    given = {
        "kind": "纸质测评表",
        "title": "测评",
        "english": "",
        "organiser": "测评办",
        "contact": "",
        "instructions": ("请打勾。",),
        "blocks": (Written(Label("意见"), "", 3),),
    }
    return PaperSheet(**given | changes)


def written(*sheets, unit="马家吉社区"):
    out = io.BytesIO()
    write_paper_sheets(out, [PlacedSheet(each, ("武陵区",), unit, "") for each in sheets])
    return out.getvalue()


def test_what_the_font_lacks_is_named_before_anything_is_written():
    with pytest.raises(Refused, match=r"sheets of 新村.*U\+12000"):
        written(sheet(), unit="新村\U00012000")
    with pytest.raises(Refused, match=r"U\+12000"):
        written(sheet(title="\U00012000"))
    with pytest.raises(ValueError, match="no sheets"):
        write_paper_sheets(io.BytesIO(), [])


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "长" * 400},
        {"instructions": ("x" * 300,)},
        {"unit": "长" * 300},
    ],
)
def test_what_does_not_fit_is_refused(changes):
    unit = changes.pop("unit", "村")
    with pytest.raises(Refused, match="too long for a sheet"):
        written(sheet(**changes), unit=unit)


def test_a_table_is_broken_between_rows_and_options_between_lines():
    rows = tuple(Row(str(number), Label(f"第{number}项", f"item {number}")) for number in range(1, 90))
    options = tuple(Label(f"选项{number}", "an option") for number in range(12))
    blocks = (
        Grid(Label("您满意吗？"), Label("事项"), options[:4], rows, "circle"),
        Choice(Label("为什么？"), "（都填）", options, "square"),
    )
    found = pages(written(sheet(blocks=blocks)))
    assert len(found) >= 3
    assert all("事项" in page for page in found if "item" in page)
    assert "选项11" in found[-1]
