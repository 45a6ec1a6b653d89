"""Lists that mean harm, sent through the page: refused, or harmless."""

import csv
import io
import zipfile

import pytest

from survey_app.services.jobs import JobKind
from tests import cast
from tests.web.console_browser import plain
from tests.web.sending_lists import GOOD, IMPORTS, agree, jobs, look, send, units, work, workbook

pytest_plugins = "tests.web.console_fixtures"


def packed(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def book_with(**changed):
    """Give a workbook with some of its parts changed or added."""
    with zipfile.ZipFile(io.BytesIO(workbook([line.split(",") for line in GOOD.splitlines()]))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed(parts | changed)


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><x>' + b" " * 30_000_000 + b"</x>"  # A thousand to one.
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (b"", "units.csv", "The file is empty."),
        (b"code,name\n1,a\n", "units.csv", "is missing"),
        (b"\xff\xd8\xff\xe0 a picture", "units.png", "Only .csv and .xlsx files can be read."),
        (b"no workbook", "units.xlsx", "is no Excel workbook"),
        (b"PK\x03\x04 broken", "units.xlsx", "cannot be read"),
        (b"\x00" * 1000, "units.csv", "is no text"),
        (GOOD.encode(), "../../etc/passwd", "Only .csv and .xlsx files can be read."),
        (book_with(**{SHEET: BOMB}), "bomb.xlsx", "The sheet is too large"),
        (book_with(**{"xl/media/x.xml": BOMB}), "bomb.xlsx", "The sheet is too large"),
        (book_with(**{SHEET: ENTITY}), "dtd.xlsx", "The workbook cannot be read."),
        (book_with(**{"../../../tmp/evil": b"x"}), "path.xlsx", "The workbook cannot be read."),
        (book_with(**{"/etc/cron.d/evil": b"x"}), "path.xlsx", "The workbook cannot be read."),
        (book_with(**{"xl\\..\\..\\evil": b"x"}), "path.xlsx", "The workbook cannot be read."),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("The") else "",
)
def test_a_file_that_is_no_list_or_means_harm_is_refused(app, organiser, content, filename, sentence):
    answer = send(organiser, content, filename)
    assert answer.status_code == 422
    assert sentence in plain(answer)
    assert units(app) == {}
    assert jobs(app, JobKind.UNIT_UPLOAD) == []  # Nothing of it is kept.


FORMULAS = ("=1+1", '=HYPERLINK("http://x","y")', "+86", "@SUM(A1)", "＝1", "-1+2", "\t=1")  # noqa: RUF001


@pytest.mark.parametrize("filename", ["units.csv", "units.xlsx"])
def test_formulas_are_refused_in_every_cell_of_a_list(app, organiser, filename):
    rows = [["code", "name", "level", "parent_code", "class", "sector"], ["1", "市", "city", "", "", ""]]
    rows += [[f"2{place}", "名", "county", "1", each, FORMULAS[-place]] for place, each in enumerate(FORMULAS)]
    rows += [[each, each, "county", "1", "", ""] for each in FORMULAS]
    if filename.endswith("xlsx"):
        content = workbook(rows)
    else:
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        content = text.getvalue().encode()
    answer, address = look(organiser, content, filename)
    assert plain(answer).count("This is a formula, or would be one in a spreadsheet.") == 4 * len(FORMULAS)
    for cell in next(csv.reader(io.StringIO(organiser.get(f"{address}/bad-rows.csv").data.decode("utf-8-sig")))):
        assert not cell.startswith(("=", "+", "@", "\t"))
    assert units(app) == {}


def test_script_in_every_text_of_a_list_is_shown_as_text(app, organiser):
    script = "<script>alert(1)</script>"
    rows = ((cast.CITY, script, "city", "", script, script),)
    columns = f"code name level parent_code class sector {script}"
    content = cast.units_csv(((*rows[0], script),), columns)
    answer, address = look(organiser, content, f"{script}.csv")
    going = agree(organiser, answer, address)
    work(app)
    for page in (answer, organiser.get(going.location), organiser.get(IMPORTS), organiser.get("/console/units")):
        assert script not in page.text
    assert units(app)[cast.CITY].name == script
