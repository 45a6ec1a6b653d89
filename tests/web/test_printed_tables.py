"""Every table of a release reads the same in Excel, Word and PDF, and its figures are those of JSON, CSV and the page.

Two surveys have all that a release can print: places in two waves with scores and channels, and targets in classes
rated by weighted groups in two waves.
"""

import csv
import io
import json
import re
import shutil
from dataclasses import dataclass

import docx
import openpyxl
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from survey_app.config import read_config
from survey_app.domain.ballot import Channel
from survey_app.factory import create_app
from survey_app.models import Release, ReleaseFile
from survey_app.services.releases import files as release_files
from survey_app.services.releases.stored_files import plain
from tests.results_fixtures.cases import ANSWERS, BASIC, GOOD, SURVEY, TARGETS, Case, answered, ballots, reviewed
from tests.results_fixtures.reading import page, pdf_text, shown, words

SCALES = {
    "scored": [
        {"code": "satisfied", "text": "满意", "rating": "satisfied", "score": 100},
        {"code": "basically_satisfied", "text": "基本满意", "rating": "basically_satisfied", "score": 70},
        {"code": "dissatisfied", "text": "不满意", "rating": "dissatisfied", "score": 30},
        {"code": "dont_know", "text": "不了解", "rating": "dont_know"},
    ]
}
PLACES = SURVEY | {"scales": SCALES, "questions": [each | {"scale": "scored"} for each in SURVEY["questions"]]}
NOW = {
    "services": PLACES | {"repeats": "before"},
    "departments": TARGETS | {"repeats": "earlier"},
}
COUNTS = ("rated", "satisfied", "basically_satisfied", "dissatisfied", "dont_know", "blank")
RATES = ("satisfied_rate", "approval_rate", "satisfied_rate_all", "approval_rate_all")
HEADERS = ("作出评价", "满意", "基本满意", "不满意", "不了解", "未填")
RATE_HEADERS = (
    "满意占比 %",
    "满意和基本满意合计占比 %",
    "满意占比 %（含“不了解”）",
    "满意和基本满意合计占比 %（含“不了解”）",
)


@dataclass
class Printed:
    """The files of one release, read."""

    files: dict
    json: dict

    @property
    def sheets(self):
        """Tab -> title, headers and lines of its table, as Excel prints them."""
        found = {}
        for sheet in openpyxl.load_workbook(io.BytesIO(self.files["table.xlsx"])).worksheets[1:]:
            lines = [[shown(cell) for cell in row] for row in sheet.iter_rows(min_row=2)]
            end = next((at for at, line in enumerate(lines) if not any(line)), len(lines))
            found[sheet.title] = lines[:end]
        return found


@pytest.fixture(scope="module")
def app(migrated_sqlite, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    shutil.copy(migrated_sqlite, folder / "test.sqlite3")
    url = f"sqlite:///{folder / 'test.sqlite3'}"
    made = create_app(read_config({"SURVEY_DATA_DIR": str(folder), "SURVEY_DATABASE_URL": url}))
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture(scope="module")
def surveys(app):
    """Publish both surveys in two waves, and read the second."""
    database = app.extensions["manyi"].database
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release_files, "_pictures", lambda *_: ())
        patch.setattr(release_files, "release_figures", lambda *_: ())
        answered(database, definition=PLACES | {"slug": "before"}).publish()
        reviewed(database, definition=TARGETS | {"slug": "earlier"}).publish()
        answered_by_two_channels(database).publish()
        reviewed_by_two_channels(database).publish()
    with database.reading() as session:
        return {slug: read(session, slug) for slug in NOW}


def read(session, slug):
    release = session.scalars(select(Release).where(Release.head["slug"].as_string() == slug)).one()
    stored = session.scalars(select(ReleaseFile).where(ReleaseFile.release_id == release.id))
    files = {each.path: plain(each) for each in stored}
    return Printed(files, json.loads(files["table.json"]))


def answered_by_two_channels(database):
    case = answered_open(database)
    case.answer("43A21", ballots((9, 30, 12, 1)), channel=Channel.ASSISTED)
    return case.close()


def answered_open(database):
    case = Case(database, NOW["services"])
    for place, counts in ANSWERS.items():
        case.answer(place, ballots(counts, place.startswith("43A")))
    return case


def reviewed_by_two_channels(database):
    case = Case(database, NOW["departments"])
    for group, share in (("users", 3), ("cadres", 5)):
        rows = [bytes([GOOD if at % share else 3, BASIC if at % 2 else 3, 1 + at % 4]) for at in range(30)]
        case.answer("43", rows, group)
        case.answer("43", rows[:20], group, Channel.TELEPHONE)
    return case.close()


@pytest.mark.parametrize("slug", NOW)
def test_word_and_pdf_print_the_tables_of_the_workbook(surveys, slug):
    printed = surveys[slug]
    written = [
        # A number of Excel has a hyphen for its minus sign, and no plus.
        [[cell.text.replace("\u2212", "-").removeprefix("+") for cell in row.cells] for row in table.rows]
        for table in docx.Document(io.BytesIO(printed.files["bulletin.docx"])).tables
    ]
    in_pdf = _annexes(pdf_text(printed.files["bulletin.pdf"]))
    numbered = {tab: lines for tab, lines in printed.sheets.items() if tab.startswith("表")}
    assert len(numbered) == 10
    told = [tab for tab, lines in numbered.items() if len(lines[0]) > 1]
    assert len(told) >= 8
    assert list(in_pdf) == told
    for tab in told:
        lines = numbered[tab]
        assert lines in written, (tab, [each for each in written if each[0] == lines[0]])
        for line in lines[1:]:
            # Table 10 is words, which run over lines, with their label beside the middle one.
            assert tab == "表10 方法与说明" or _is_printed(line, in_pdf[tab]), (tab, line)


def _annexes(text):
    """Table -> its lines in the PDF, as words."""
    plain = re.sub(r"(?<!\S)\+(?=\d)", "", text.replace("\u2212", "-"))
    _, *annexes = re.split(r"(?m)^\f?附件\d+$", plain)
    split = [[line.split() for line in annex.splitlines()] for annex in annexes]
    return {" ".join(next(filter(None, lines))): lines for lines in split}


def _is_printed(line, in_pdf):
    """Whether a line of the workbook stands in the PDF, where long words run over lines and figures do not."""
    said = " ".join(line).split()
    figures = _figures(said)
    return said in in_pdf or (bool(figures) and figures in map(_figures, in_pdf))


def _figures(words_of_line):
    """The numbers of a line, in order."""
    return tuple(each for each in words_of_line if re.fullmatch(r"-?[\d,]+(\.\d+)?", each))


@pytest.mark.parametrize("slug", NOW)
def test_the_workbook_prints_what_json_holds(surveys, slug):
    printed = surveys[slug]
    read = printed.json
    Draft202012Validator(json.loads(printed.files["table.schema.json"])).validate(read)
    texts = {each["code"]: each["text"]["zh_Hans"] for each in read["release"]["questions"]}
    extras = {(each["unit_code"], each["question"]): each for each in read["extras"]}

    header, *lines = printed.sheets["附表1 各单位各题"]
    assert len(lines) == len(read["rows"])
    for line, row in zip(lines, read["rows"], strict=True):
        shown = dict(zip(header, line, strict=True))
        assert (shown["单位代码"], shown["题目"]) == (row["unit_code"], texts[row["question"]])
        _same(shown, row)
        score = extras.get((row["unit_code"], row["question"]), {}).get("score")
        assert shown.get("平均得分", "") == (score or ("" if row["suppressed"] or slug == "departments" else "—"))

    if slug == "departments":
        header, *lines = printed.sheets["附表2 各票种"]
        assert len(lines) == len(read["group_rows"]) == 2 * len(read["rows"])
        of = {(each["unit_code"], each["question"], each["group"]): each for each in read["group_rows"]}
        names = {each["name"]["zh_Hans"]: each["code"] for each in read["release"]["groups"]}
        codes = {text: code for code, text in texts.items()}
        for line in lines:
            shown = dict(zip(header, line, strict=True))
            _same(shown, of[shown["单位代码"], codes[shown["题目"]], names[shown["票种"]]])
        assert [line[2] for line in printed.sheets["附表3 各渠道"][1:3]] == ["扫测评公告", "电话访问"]
        for line, cell in zip(printed.sheets["附表3 各渠道"][1:], read["release"]["channel_targets"], strict=True):
            _same(dict(zip(printed.sheets["附表3 各渠道"][0], line, strict=True)), cell)
    assert any("change" in each and each["change"] for each in read["extras"])


def _same(shown, cell):
    assert shown["有效票"] == f"{cell['ballots']:,}"
    for header, name in zip(HEADERS, COUNTS, strict=True):
        assert shown[header] == ("" if cell[name] is None else f"{cell[name]:,}"), name
    for header, name in zip(RATE_HEADERS, RATES, strict=True):
        gap = "" if cell["suppressed"] else "—"
        assert shown[header] == (gap if cell[name] is None else cell[name]), name


@pytest.mark.parametrize("slug", NOW)
def test_the_long_table_is_the_same_in_csv_and_json(surveys, slug):
    printed = surveys[slug]
    rows = list(csv.DictReader(io.StringIO(printed.files["table.csv"].decode("utf-8-sig"), newline="")))
    assert [
        {name: {"true": True, "false": False}.get(value, value) for name, value in row.items()} for row in rows
    ] == [
        {name: "" if value is None else _as_csv(value) for name, value in row.items()} for row in printed.json["rows"]
    ]


def _as_csv(value):
    return value if isinstance(value, bool) else str(value)


def test_the_pages_print_groups_channels_and_changes_as_json_holds_them(client, surveys):
    read = surveys["departments"].json
    names = {each["name"]["zh_Hans"]: each["code"] for each in read["release"]["groups"]}
    for row in read["rows"]:
        tree = page(client, f"/results/departments/1?target={row['unit_code']}")
        lines = _lines(tree, "#groups")
        assert len(lines) == 2
        for name, _, *cells in lines:
            of = {"unit_code": row["unit_code"], "group": names[name]}
            cell = next(each for each in read["group_rows"] if of.items() <= each.items())
            assert cells == _on_page(cell)
        channels = [each for each in read["release"]["channel_targets"] if each["target"] == row["unit_code"]]
        assert [line[1:] for line in _lines(tree, "#channels")] == [_on_page(cell) for cell in channels]
    read = surveys["services"].json
    tree = page(client, "/results/services/1")
    assert [line[1:] for line in _lines(tree, "#channels")] == [
        _on_page(cell) for cell in read["release"]["channel_cells"].values()
    ]
    changes = {each["unit_code"]: each for each in read["extras"] if each["question"] == "overall"}
    counties = [line for line in _lines(tree, "#comparison") if line[0] in ("武陵区", "鼎城区")]
    assert len(counties) == 2
    for name, *cells in counties:
        change = changes["43A" if name == "武陵区" else "43B"]
        assert any(change["change"].lstrip("+-") in cell for cell in cells)
        assert change["change_previous"] in cells


def _lines(tree, anchor):
    return [[words(cell) for cell in row.css("th, td")] for row in tree.css(f"{anchor} ~ .scroll tbody tr")]


def _on_page(cell):
    if cell["suppressed"]:
        return [f"{cell['ballots']:,}", *[""] * 6, *["样本不足"] * 2]
    return [
        *(f"{cell[name]:,}" for name in ("ballots", *COUNTS)),
        *(f"{cell[rate]} ({cell[rate + '_all']})" for rate in ("satisfied_rate", "approval_rate")),
    ]
