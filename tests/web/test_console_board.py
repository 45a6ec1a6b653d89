"""The board for those who see a part only, those who sort and take it home, and those who watch it all day."""

import csv
import gc
import gzip
import io
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select, update

from survey_app.domain.powers import Role
from survey_app.models import CodeHit, ConsoleSession, EntryCode, Job, Place, Unit
from survey_app.services.accounts import create_account
from survey_app.services.progress import live as live_turnout
from survey_app.services.progress.turnout import take_turnout
from survey_app.web.organiser.board import board_map, board_parts
from tests import cast
from tests.web.console_browser import PASSWORD, Browser, job_number, plain
from tests.web.small_survey import EVERY_KIND, TARGETS, TOWN, VILLAGE, SmallSurvey, other
from tests.web.test_console_pages import turn_out

pytest_plugins = "tests.web.console_fixtures"

BOARD = "/console/surveys/every-kind"
PART = f"{BOARD}/board"
WULING, DINGCHENG = "430702", "430703"
TOWN_CODE = "430702001001"


@pytest.fixture
def survey(app):
    """Give an open survey with quotas."""
    definition = other(EVERY_KIND, places={"under": "430700", "level": "village", "quota": 20})
    return SmallSurvey(app.extensions["manyi"], definition).open()


def enter(app, role, scope):
    """Let somebody with a role over a unit log in."""
    with app.extensions["manyi"].database.writing() as session:
        create_account(session, f"{role}-{scope}", PASSWORD, role, scope)
    browser = Browser(app)
    assert browser.log_in(f"{role}-{scope}").status_code == 303
    return browser


def ask(browser, path=PART, etag=None, **headers):
    """Ask as the page's script does."""
    headers |= {"If-None-Match": etag} if etag else {}
    answer = browser.client.get(path, base_url=browser.host, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def names(text):
    """Return the units of the first table, in its order."""
    body = text[text.index("<tbody>") : text.index("</tbody>")]
    return [row.split("</a>")[0].rsplit(">", 1)[1] for row in body.split('<th scope="row">')[1:]]


def test_a_county_sees_its_own_part_only(app, organiser, survey):
    turn_out(survey, {TOWN: 25, VILLAGE: 5})
    county = enter(app, Role.ORGANISER, DINGCHENG)
    page = plain(county.get(f"{BOARD}?lang=en"))
    assert "Progress: 鼎城区" in page
    assert "Ballots 5 25% of a quota of 20" in page
    assert "常德市" not in page
    assert "武陵区" not in page
    assert "Close the survey…" not in page  # It would close the others' too.
    assert "What was done" not in page  # It names places everywhere.
    below = plain(county.get(f"{BOARD}?unit=430703101&lang=en"))
    assert "鼎城区 \u203a 蒿子港镇" in below
    assert "常德市" not in below
    found = plain(county.get(f"{BOARD}?q=社区&lang=en"))
    assert "0 found" in found
    assert "鼎城区 · 蒿子港镇" in plain(county.get(f"{BOARD}?q=民主&lang=en"))
    for foreign in (f"{BOARD}?unit={WULING}", f"{PART}?unit=430700", f"{BOARD}/board.csv?unit={WULING}"):
        assert ask(county, foreign).status_code == 404
    assert "Close the survey…" in plain(organiser.get(f"{BOARD}?lang=en"))


def test_an_officer_sees_its_own_place(app, organiser, survey):
    turn_out(survey, {TOWN: 25})
    page = enter(app, Role.OFFICER, TOWN_CODE).get(f"{BOARD}?lang=en")
    assert f"Progress: {TOWN}" in plain(page)
    assert "State reached" in plain(page)
    assert f"posters?under={TOWN_CODE}" in page.text
    assert "Inspection notes" not in plain(page)
    assert "<table" not in page.text


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("", ["武陵区", "鼎城区"]),
        ("-unit", ["鼎城区", "武陵区"]),
        ("ballots", ["武陵区", "鼎城区"]),
        ("-ballots", ["鼎城区", "武陵区"]),
        ("nonsense", ["武陵区", "鼎城区"]),
    ],
)
def test_a_board_is_sorted_by_its_address(organiser, survey, sort, wanted):
    turn_out(survey, {TOWN: 3, VILLAGE: 5})
    assert names(organiser.get(BOARD, query_string={"sort": sort}).text) == wanted


def test_heads_say_how_it_is_sorted_and_keep_the_filter(organiser, survey):
    turn_out(survey, {TOWN: 25, VILLAGE: 5})
    text = organiser.get(f"{BOARD}?show=low&sort=-ballots&lang=en").text
    assert text.count("aria-sort") == 1
    head = text[text.index("aria-sort") :].split("</th>")[0]
    assert 'aria-sort="descending"' in head
    assert "show=low&amp;sort=ballots" in head  # Once more turns it round.
    assert "show=low&amp;sort=-completion" in text
    assert "show=reached&amp;sort=-ballots" in text


@pytest.mark.parametrize("query", ["", "?sort=-ballots&show=low", "?q=社区", f"?unit={DINGCHENG}"])
def test_a_file_holds_what_the_board_shows(organiser, survey, query):
    turn_out(survey, {TOWN: 25, VILLAGE: 5})
    turn_out(survey, {VILLAGE: 2}, hours_ago=1)
    shown = names(organiser.get(f"{BOARD}{query}").text)
    mark, answer = "\ufeff", organiser.get(f"{BOARD}/board.csv{query}")
    assert answer.text.startswith(mark)
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix(mark))))
    assert [row["单位"] for row in rows] == shown
    assert "filename=every-kind-progress.csv" in answer.headers["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(organiser.get(f"{BOARD}/board.xlsx{query}").data))
    cells = list(book.worksheets[0].iter_rows(min_row=2, max_row=2 + len(shown), values_only=True))
    assert [dict(zip(cells[0], map(as_text, row), strict=True)) for row in cells[1:]] == rows


def as_text(cell):
    return "" if cell is None else str(cell)


def test_a_file_says_turnout_in_numbers(organiser, survey):
    turn_out(survey, {VILLAGE: 5})
    turn_out(survey, {VILLAGE: 2}, hours_ago=1)
    lines = organiser.get(f"{BOARD}/board.csv?lang=en").text.splitlines()
    assert "430703,鼎城区,常德市,1,1,0,7,2,20,35," in lines[2]


def test_a_name_that_is_a_formula_stays_a_text(app, organiser, survey):
    with survey.database.writing() as session:
        session.execute(update(Unit).where(Unit.code == WULING).values(name="=1+1"))
    assert ",'=1+1," in organiser.get(f"{BOARD}/board.csv").text
    book = openpyxl.load_workbook(io.BytesIO(organiser.get(f"{BOARD}/board.xlsx").data))
    assert [cell.data_type for cell in book.worksheets[0]["B"][2:4]] == ["s", "s"]


def test_there_is_no_file_of_a_unit_that_is_not_there(organiser, survey):
    assert organiser.get(f"{BOARD}/board.csv?unit=999").status_code == 404


def test_who_watches_gets_304_until_a_ballot_comes(organiser, survey, monkeypatch):
    monkeypatch.setattr(live_turnout, "LOOK_EVERY", 0)
    monkeypatch.setattr(live_turnout, "_REST", 0)
    first = ask(organiser)
    assert first.status_code == 200
    etag = first.headers["ETag"]
    assert ask(organiser, etag=etag).status_code == 304
    turn_out(survey, {TOWN: 3})
    second = ask(organiser, etag=etag)
    assert second.status_code == 200
    assert second.headers["ETag"] != etag
    assert 'id="ballots">3<' in second.text
    assert ask(organiser, etag=second.headers["ETag"]).status_code == 304


def test_the_page_holds_what_is_watched(organiser, survey):
    turn_out(survey, {TOWN: 3})
    page = organiser.get(f"{BOARD}?sort=-ballots&lang=en").text
    assert f'data-source="{PART}?sort=-ballots&amp;lang=en"' in page
    part = ask(organiser, f"{PART}?sort=-ballots&lang=en")
    assert part.text in page
    assert f'data-etag="{part.headers["ETag"][3:-1]}"' in page


def test_what_is_watched_is_compressed_and_holds_no_token(organiser, survey):
    zipped = ask(organiser, **{"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data).decode() == ask(organiser).text
    assert "csrf" not in ask(organiser).text


def test_those_who_watch_the_same_make_it_once(organiser, survey, monkeypatch):
    ask(organiser)
    monkeypatch.setattr(board_parts, "_rendered", lambda *_: pytest.fail("it is there already"))
    assert ask(organiser).status_code == 200


def test_what_is_kept_of_finished_parts_is_bounded(app, organiser, survey, monkeypatch):
    addresses = [PART, *(f"{PART}?unit={unit}" for unit in (WULING, DINGCHENG))]
    for address in addresses:
        ask(organiser, address)
    kept = app.extensions["manyi-board-parts"]
    sizes = [len(each.zipped) for each in kept.parts.values()]
    monkeypatch.setattr(board_parts, "_MOST_MADE", sum(sizes[1:]))
    monkeypatch.setattr(board_parts, "_MOST_SEARCHED", 1)
    for wanted in "abc":
        assert ask(organiser, f"{PART}?q={wanted}").status_code == 200
    assert (len(kept.parts), len(kept.searched)) == (3, 0)
    kept.parts.pop(next(reversed(kept.parts)))
    assert ask(organiser, addresses[-1]).status_code == 200
    assert [len(each.zipped) for each in kept.parts.values()] == sizes[1:]
    monkeypatch.setattr(board_parts, "_MOST_SEARCHED", 1_000_000)
    ask(organiser, f"{PART}?q=a")
    monkeypatch.setattr(board_parts, "_rendered", lambda *_: pytest.fail("it is there already"))
    assert ask(organiser, f"{PART}?q=a").status_code == 200


def test_finished_parts_hold_no_count(app, organiser, survey):
    """A count knows every place: hundreds of parts that each held on to another would fill the memory."""
    organiser.get(BOARD)
    for address in (PART, f"{PART}?q=a"):
        ask(organiser, address)
    counts = app.extensions["manyi-turnout"]._kept
    count, snapshot = (weakref.ref(each) for each in (counts[survey.id], counts[survey.id].snapshot))
    counts.clear()
    gc.collect()
    kept = app.extensions["manyi-board-parts"]
    assert (len(kept.parts), len(kept.searched), len(kept.beside)) == (1, 1, 1)
    assert (count(), snapshot()) == (None, None)


def test_ballots_elsewhere_make_no_part_anew(organiser, survey, monkeypatch):
    monkeypatch.setattr(live_turnout, "LOOK_EVERY", 0)
    monkeypatch.setattr(live_turnout, "_REST", 0)
    address = f"{PART}?unit={WULING}"
    etag = ask(organiser, address).headers["ETag"]
    made, real = [], board_parts._rendered
    monkeypatch.setattr(board_parts, "_rendered", lambda *given: made.append(1) or real(*given))
    turn_out(survey, {VILLAGE: 3})
    assert ask(organiser, address, etag=etag).status_code == 304
    assert made == []
    turn_out(survey, {TOWN: 3})
    assert ask(organiser, address, etag=etag).status_code == 200
    assert made == [1]


def test_a_search_tells_a_ballot_of_a_unit_that_its_filter_hides(organiser, survey, monkeypatch):
    monkeypatch.setattr(live_turnout, "LOOK_EVERY", 0)
    monkeypatch.setattr(live_turnout, "_REST", 0)
    address = f"{PART}?unit={WULING}&q=民主村&show=reached&lang=en"
    assert "With places at zero 1<" in ask(organiser, address).text
    turn_out(survey, {VILLAGE: 3})
    assert "With places at zero 0<" in ask(organiser, address).text


def test_what_is_beside_the_turnout_is_read_once_for_all_who_watch(organiser, survey, monkeypatch):
    read, real = [], board_parts.read_beside
    monkeypatch.setattr(board_parts, "read_beside", lambda *given: read.append(1) or real(*given))
    for unit in (WULING, DINGCHENG):
        ask(organiser, f"{PART}?unit={unit}")
    assert len(read) == 1
    organiser.get(BOARD)  # Who opens the page sees a note that was written this moment.
    assert len(read) == 2


def test_while_one_makes_a_part_the_others_get_the_one_before(organiser, survey, monkeypatch):
    monkeypatch.setattr(live_turnout, "LOOK_EVERY", 0)
    monkeypatch.setattr(live_turnout, "_REST", 0)
    before, meanwhile, real = ask(organiser).text, [], board_parts._rendered

    def slowly(*given):
        with ThreadPoolExecutor() as others:
            meanwhile.append(others.submit(lambda: ask(organiser).text).result())
        return real(*given)

    turn_out(survey, {TOWN: 3})
    monkeypatch.setattr(board_parts, "_rendered", slowly)
    assert 'id="ballots">3<' in ask(organiser).text
    assert meanwhile == [before]


def test_nobody_gets_what_was_made_for_another(app, organiser, survey):
    turn_out(survey, {TOWN: 25, VILLAGE: 5})
    with survey.database.writing() as session:
        for entry in session.scalars(select(EntryCode)).all():  # So that roles see different boards.
            session.add(CodeHit(code=entry.code, reason="voided", day=datetime.now(UTC).date(), hits=7))
    others = [enter(app, role, scope) for role in (Role.SUPERVISOR, Role.ORGANISER) for scope in (DINGCHENG, WULING)]
    asked = [(who, address) for address in (PART, f"{PART}?lang=en") for who in (organiser, *others)]
    seen = [ask(*each).text for each in asked]
    assert [text.split('id="ballots">')[1].split("<")[0] for text in seen] == ["30", "5", "25", "5", "25"] * 2
    assert len(set(seen)) == len(seen)
    assert [ask(*each).text for each in reversed(asked)] == seen[::-1]
    for each, text in zip(asked, seen, strict=True):
        app.extensions["manyi-board-parts"].parts.clear()
        assert ask(*each).text == text


def test_watching_keeps_no_session_alive(organiser, survey):
    def seen():
        with survey.database.reading() as session:
            return session.scalars(select(ConsoleSession.seen_at)).one()

    with survey.database.writing() as session:
        session.execute(update(ConsoleSession).values(seen_at=datetime.now(UTC) - timedelta(minutes=20)))
    before = seen()
    assert ask(organiser).status_code == 200
    assert seen() == before
    organiser.get(BOARD)
    assert seen() > before


def test_a_closed_survey_is_watched_no_more(organiser, survey):
    survey.close()
    assert ask(organiser).status_code == 410
    assert "data-source" not in organiser.get(BOARD).text


def test_void_codes_that_are_still_scanned_lead_to_the_codes(app, organiser, survey):
    with survey.database.writing() as session:
        place = session.scalars(select(Place).join(Unit).where(Unit.name == TOWN)).one()
        entry = session.scalars(select(EntryCode).where(EntryCode.place_id == place.id)).one()
        session.add(CodeHit(code=entry.code, reason="voided", day=datetime.now(UTC).date(), hits=37))
    page = organiser.get(f"{BOARD}?lang=en")
    assert "Void codes scanned 37 places with a poster to replace: 1" in plain(page)
    assert f"{BOARD}/codes" in page.text[page.text.index("Void codes scanned") :]
    county = plain(enter(app, Role.ORGANISER, DINGCHENG).get(f"{BOARD}?lang=en"))
    assert "Void codes scanned 0 no poster to replace" in county


def test_the_map_shows_every_place_and_says_it_in_words(organiser, survey):
    turn_out(survey, {TOWN: 25})
    text = organiser.get(f"{BOARD}?lang=en").text
    table = text[text.index('class="map"') :]
    assert '<path class="reached" d="M0 0.5h1"/>' in table
    assert '<path class="zero" d="M0 0.5h1"/>' in table
    assert "no ballots 1" in table
    assert 'class="map"' not in organiser.get(f"{BOARD}?q=x").text


def test_tiles_follow_the_tree_with_a_gap_between_townships(sqlite_database, monkeypatch):
    with sqlite_database.writing() as session:
        cast.add_units(session)
        snapshot = take_turnout(session, cast.launched(session))
    paths = [dict(row.paths) for row in board_map.map_rows(snapshot, snapshot.board())]
    assert paths == [{"zero": "M0 0.5h2"}, {"zero": "M0 0.5h2M3 0.5h2"}]
    monkeypatch.setattr(board_map, "COLUMNS", 2)
    [_, row] = board_map.map_rows(snapshot, snapshot.board())
    assert (dict(row.paths), row.height, row.counts) == ({"zero": "M0 0.5h2M0 1.5h2"}, 2, [("zero", 4)])
    assert board_map.map_rows(snapshot, snapshot.board(cast.QIMING)) == []


def test_an_officer_makes_the_posters_of_its_own_place(app, organiser, survey):
    everybodys = f"/console/jobs/{job_number(organiser.submit(f'{BOARD}/posters', {'paper': 'A4'}))}"
    officer = enter(app, Role.OFFICER, TOWN_CODE)
    assert officer.get(everybodys).status_code == 404
    own = f"/console/jobs/{job_number(officer.submit(f'{BOARD}/posters', {'paper': 'A4'}))}"
    with survey.database.reading() as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
    assert [job.arguments for job in jobs] == [{}, {"under": TOWN_CODE}]
    listed = officer.get(f"{BOARD}/jobs").text
    assert own in listed
    assert everybodys not in listed
    officer.get(own)
    assert officer.post(f"{own}/cancel").status_code == 303
    assert officer.post(f"{everybodys}/cancel").status_code == 404
    assert officer.post(f"{BOARD}/posters", {"paper": "A4", "under": DINGCHENG}).status_code == 404


def test_groups_are_counted_where_there_are_several(app, organiser):
    SmallSurvey(app.extensions["manyi"], TARGETS).open()
    page = plain(organiser.get("/console/surveys/targets?lang=en"))
    assert "By respondent group" in page
    assert "Service users 0" in page
