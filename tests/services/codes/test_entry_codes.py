import io
import re
import subprocess
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from survey_app.domain.entry_codes import POSTER_LENGTH, SLIP_LENGTH, grouped, is_entry_code
from survey_app.domain.messages import Refused
from survey_app.models import EntryCode, Place, Unit
from survey_app.services.codes import entry_codes
from survey_app.services.codes.entry_codes import address_warning, closing_day, list_codes, print_posters
from survey_app.services.units.importing import import_units
from tests import cast

URL = "https://my.cd.cn"


@pytest.fixture
def stage(database):
    with database.writing() as session:
        cast.add_units(session)
        cast.launched(session, cast.definition(closes="2031-05-31"))
    return database


def pages_of(pdf):
    """Return the text of each page."""
    command = ("pdftotext", "-layout", "-", "-")
    text = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return text.decode().split("\f")[:-1]


def printed(database, slug="small", under=None, progress=lambda done, total: None):
    out = io.BytesIO()
    with database.reading() as session:
        count = print_posters(session, slug, URL, out, progress, under)
    pages = pages_of(out.getvalue())
    assert len(pages) == count + 1
    assert "测试页" in pages[0]
    return pages[1:]


def drawn(database, monkeypatch, slug):
    """Return the posters themselves, without the PDF."""
    posters = []
    monkeypatch.setattr(entry_codes, "write_posters", lambda out, some, progress, paper: posters.extend(some))
    with database.reading() as session:
        print_posters(session, slug, URL, io.BytesIO(), lambda done, total: None)
    return posters


def test_the_codes_of_a_survey_are_listed_by_unit_with_their_addresses(stage):
    with stage.reading() as session:
        codes = list_codes(session, "small", URL)
    assert [each.unit_code for each in codes] == sorted(cast.VILLAGES)
    assert {each.group for each in codes} == {"residents"}
    assert all(is_entry_code(each.code) and each.url == f"{URL}/s/{each.code}" for each in codes)
    assert len({each.code for each in codes}) == len(codes)


def test_codes_lead_to_the_places_they_are_listed_under(stage):
    with stage.reading() as session:
        rows = session.execute(
            select(EntryCode.code, Unit.code)
            .join(Place, Place.id == EntryCode.place_id)
            .join(Unit, Unit.id == Place.unit_id)
        ).all()
        assert {each.code: each.unit_code for each in list_codes(session, "small", URL)} == dict(map(tuple, rows))


def test_groups_stand_in_their_order(stage):
    with stage.writing() as session:
        cast.launched(session, cast.with_groups())
        codes = list_codes(session, "grouped", URL)
    assert [(each.unit_code, each.group) for each in codes] == [
        (cast.CITY, "users"),
        (cast.CITY, "delegates"),
        (cast.CITY, "cadres"),
    ]


def test_a_voided_code_is_neither_listed_nor_printed(stage):
    with stage.writing() as session:
        first = list_codes(session, "small", URL)[0]
        session.get_one(EntryCode, first.code).state = "voided"
    with stage.reading() as session:
        assert first.code not in {each.code for each in list_codes(session, "small", URL)}
    assert len(printed(stage)) == len(cast.VILLAGES) - 1


def test_there_are_no_codes_of_no_survey(stage):
    with stage.reading() as session, pytest.raises(Refused, match="There is no survey none"):
        list_codes(session, "none", URL)
    with pytest.raises(Refused, match="There is no survey none"):
        printed(stage, "none")


def test_there_is_a_page_for_each_place_and_progress_is_told(stage):
    heard = []
    pages = printed(stage, progress=lambda done, total: heard.append((done, total)))
    with stage.reading() as session:
        codes = list_codes(session, "small", URL)
    assert len(pages) == len(codes) == 6
    for page, code in zip(pages, codes, strict=True):
        assert code.url in page
        assert grouped(code.code) in page
        assert cast.VILLAGES[code.unit_code] in page
        assert "2031年5月31日24:00" in page.replace(" ", "")
    assert heard == [(done, 6) for done in range(1, 7)]


def file_on(database, paper):
    out = io.BytesIO()
    with database.reading() as session:
        print_posters(session, "small", URL, out, lambda done, total: None, paper=paper)
    return out.getvalue()


@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_printing_again_gives_the_same_file(stage, paper):
    assert file_on(stage, paper) == file_on(stage, paper)


def test_both_papers_carry_the_same_codes(stage):
    assert re.findall(r"测评码 +([\d ]+\d)", "".join(pages_of(file_on(stage, "A4")))) == re.findall(
        r"测评码 +([\d ]+\d)", "".join(pages_of(file_on(stage, "A3")))
    )


@pytest.mark.parametrize(
    ("host", "length"), [("https://" + "a" * 23, POSTER_LENGTH), ("https://" + "a" * 15, SLIP_LENGTH)]
)
def test_addresses_of_more_than_42_characters_are_warned_about(host, length):
    assert address_warning(host, length) is None
    assert "43 characters, more than 42" in str(address_warning(f"{host}a", length))


@pytest.mark.parametrize(
    ("under", "pages"), [(cast.DINGCHENG, 4), (cast.QIMING, 2), (cast.RURAL[0], 1), (cast.CITY, 6)]
)
def test_only_the_posters_under_one_unit(stage, under, pages):
    assert len(printed(stage, under=under)) == pages


@pytest.mark.parametrize("under", ["999", "", "4307"])
def test_no_place_under_a_unit_is_refused(stage, under):
    with pytest.raises(Refused, match="There is no place under"):
        printed(stage, under=under)


def test_the_group_is_printed_only_where_there_are_several(stage, monkeypatch):
    with stage.writing() as session:
        cast.launched(session, cast.with_groups())
    assert [each.group for each in drawn(stage, monkeypatch, "grouped")] == ["服务对象", "两代表一委员", "基层干部"]
    assert {each.group for each in drawn(stage, monkeypatch, "small")} == {""}


def test_a_poster_names_the_county_and_the_township_but_not_the_city(stage, monkeypatch):
    with stage.writing() as session:
        cast.launched(session, cast.definition(slug="all", places={"under": cast.CITY}))
    found = {each.unit_name: (each.county, each.township) for each in drawn(stage, monkeypatch, "all")}
    assert found["常德市"] == ("", "")
    assert found["武陵区"] == ("", "")
    assert found["启明街道"] == ("武陵区", "")
    assert found["马家吉社区"] == ("武陵区", "启明街道")


def test_a_county_at_the_top_is_named_too(database, monkeypatch):
    rows = (("1", "武陵区", "county", ""), ("2", "启明街道", "township", "1"), ("3", "马家吉社区", "village", "2"))
    with database.writing() as session:
        import_units(session, cast.units_csv(rows), "u.csv")
        cast.launched(session, cast.definition(places={"units": ["3"]}))
    (poster,) = drawn(database, monkeypatch, "small")
    assert (poster.county, poster.township) == ("武陵区", "启明街道")


def test_posters_of_one_township_follow_one_another_whatever_the_codes(database, monkeypatch):
    rows = (
        ("C", "市", "city", ""),
        ("A", "甲县", "county", "C"),
        ("T1", "东镇", "township", "A"),
        ("T2", "西镇", "township", "A"),
        ("1", "一村", "village", "T1"),
        ("2", "二村", "village", "T2"),
        ("3", "三村", "village", "T1"),
    )
    with database.writing() as session:
        import_units(session, cast.units_csv(rows), "u.csv")
        cast.launched(session, cast.definition(places={"under": "C", "level": "village"}))
    assert [each.unit_name for each in drawn(database, monkeypatch, "small")] == ["一村", "三村", "二村"]


def test_a_name_that_the_font_lacks_is_refused_by_name(database):
    with database.writing() as session:
        import_units(session, cast.units_csv((("1", "村𓀀", "village", ""),)), "u.csv")
        cast.launched(session, cast.definition(places={"units": ["1"]}))
    with pytest.raises(Refused, match="U\\+13000"):
        printed(database)


@pytest.mark.parametrize(
    ("closes_at", "text"),
    [
        (None, ""),
        (datetime(2031, 5, 31, 16, tzinfo=UTC), "2031年5月31日24:00"),
        (datetime(2031, 5, 31, 15, 59, tzinfo=UTC), "2031年5月31日23:59"),
        (datetime(2031, 5, 31, 10, 5, tzinfo=UTC), "2031年5月31日18:05"),
        (datetime(2031, 12, 31, 16, tzinfo=UTC), "2031年12月31日24:00"),
        (datetime(2031, 5, 31, 16, 30, tzinfo=UTC), "2031年6月1日00:30"),
    ],
)
def test_midnight_is_printed_as_the_end_of_the_day_before(closes_at, text):
    assert closing_day(closes_at, "Asia/Shanghai") == text
