"""The pages of a published release: what they say, and what they never say."""

import re
import shutil
from collections import Counter

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.models import ReleaseUnit
from survey_app.services.releases import results as published
from tests.results_fixtures.cases import ANSWERS, SURVEY, UNITS, answered, reviewed
from tests.results_fixtures.reading import get, lines, page, table, words

BASE = "/results/services/1"

#: Every address of the two surveys, and the status it answers with.
ADDRESSES = (
    ("/results", 200),
    (BASE, 200),
    (f"{BASE}?unit=43A", 200),
    (f"{BASE}?unit=43A1&sort=lowest", 200),
    (f"{BASE}?unit=43A1&sort=list", 200),
    (f"{BASE}?unit=43A12", 200),
    (f"{BASE}?unit=43B13", 200),
    (f"{BASE}?unit=43A21&question=buses", 200),
    (f"{BASE}?unit=43B1&question=buses", 200),
    (f"{BASE}?q=先锋", 200),
    (f"{BASE}?q=火星", 200),
    ("/results/departments/1", 200),
    ("/results/departments/1?target=D1", 200),
    ("/results/departments/1?unit=43", 200),
    ("/results/departments/1?q=财政", 200),
)


@pytest.fixture(scope="module")
def app(migrated_sqlite, tmp_path_factory):
    """Give an application for all tests of this file, which read it: publishing is what takes long."""
    made = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path_factory.mktemp("results"))}))
    shutil.copy(migrated_sqlite, made.extensions["manyi"].database.engine.url.database)
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture(scope="module")
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture(scope="module")
def case(database):
    return answered(database).publish()


@pytest.fixture(scope="module")
def both(database, case):
    return case, reviewed(database).publish()


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_page_is_whole(client, both, language):
    for address, status in ADDRESSES:
        joined = "&" if "?" in address else "?"
        answer = get(client, f"{address}{joined}lang={language}" if language == "en" else address, status)
        tree = HTMLParser(answer.get_data(as_text=True))
        ids = Counter(node.attributes["id"] for node in tree.css("[id]"))
        assert [name for name, times in ids.items() if times > 1] == [], address
        assert tree.css_first("html").attributes["lang"] == language.replace("_", "-")
        assert len(tree.css("h1")) == 1
        assert words(tree.css_first("title"))
        assert tree.css("script, style, [style], [onclick]") == []
        assert "None" not in words(tree.body), address
        assert not re.search(r"\{\w*\}|%\(", words(tree.body)), address
        assert len(answer.data) <= 50_000
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert "Set-Cookie" not in answer.headers


def test_the_language_stays_along_every_link(client, both):
    for address, _ in ADDRESSES:
        joined = "&" if "?" in address else "?"
        tree = page(client, f"{address}{joined}lang=en")
        for link in tree.css("main a[href]"):
            href = link.attributes["href"]
            assert "lang=en" in href or "/table." in href or "/figures/" in href, (address, href)
    assert "lang=" not in str([link.attributes["href"] for link in page(client, BASE).css("main a[href]")])


def test_texts_of_the_questionnaire_come_in_the_language(client, case):
    assert words(page(client, BASE).css_first("h1")) == SURVEY["title"]["zh_Hans"]
    english = page(client, f"{BASE}?lang=en")
    assert words(english.css_first("h1")) == SURVEY["title"]["en"]
    assert words(english.css_first(".asked")) == "All in all, are you satisfied?"
    assert english.css_first('.bars a[lang="zh-Hans"]').text() in ("武陵区", "鼎城区")


def test_the_headline_says_its_number_and_its_base(client, case):
    tree = page(client, f"{BASE}?lang=en")
    satisfied, basically, bad, unknown = (sum(column) for column in zip(*ANSWERS.values(), strict=True))
    rated = satisfied + basically + bad
    assert words(tree.css_first(".big")) == f"{_half_up(satisfied + basically, rated)} %"
    assert words(tree.css_first(".say")) == (
        f"Among {rated} ballots that rated, {satisfied + basically} chose “Satisfied” or “Basically satisfied”."
    )
    keys = [words(each) for each in tree.css(".hero .keys div")]
    assert keys == [
        f"Ballots {rated + unknown}",
        f"Of these, don't know {unknown} {_half_up(unknown, rated + unknown)}%",
        f"Satisfied, share {_half_up(satisfied, rated)} %",
        f"With “don't know” in the base {_half_up(satisfied + basically, rated + unknown)} %",
        "Villages (communities) with ballots 8 / 9",
    ]


def _half_up(part: int, whole: int) -> str:
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}"


def test_the_page_agrees_with_the_stored_table_to_the_digit(client, case, database):
    with database.reading() as session:
        release = published.releases_of(session, "services")[0]
        units = {code: session.get_one(ReleaseUnit, (release.id, code, False)) for code, *_ in UNITS}
        for question in ("overall", "buses"):
            for parent in ("43", "43A", "43A2", "43B1"):
                tree = page(client, f"{BASE}?unit={parent}&question={question}&lang=en")
                below = {unit.name["zh_Hans"]: unit for unit in units.values() if unit.parent_code == parent}
                assert {line[0] for line in table(tree)} == set(below)
                for name, *shown in table(tree):
                    assert shown == _line(below[name].cells[question], below[name].ballots), (name, question)


def _line(cell, unit_ballots):
    counts = [cell["ballots"]] + [
        cell[name] for name in ("rated", "satisfied", "basically_satisfied", "dissatisfied", "dont_know")
    ]
    said = ["" if count is None else str(count) for count in counts]
    if cell["suppressed"]:
        return [*said, "Too few ratings", "Too few ratings"]
    if cell["ballots"] == 0:
        return [*said, *(["Not asked here"] * 2 if unit_ballots else ["—"] * 2)]
    return [
        *said,
        f"{cell['satisfied_rate']} ({cell['satisfied_rate_all']})",
        f"{cell['approval_rate']} ({cell['approval_rate_all']})",
    ]


def test_the_table_names_base_and_formula(client, case):
    said = words(page(client, f"{BASE}?lang=en").css_first("caption"))
    assert "(satisfied + basically satisfied) ÷ base" in said
    assert "The base is the ballots that rated" in said
    assert "In brackets: base with “don't know”" in said


def test_the_other_base_is_the_headline_where_declared(client, database):
    definition = SURVEY | {"slug": "all", "headline": {"question": "overall", "base": "all"}}
    answered(database, definition=definition).publish()
    tree = page(client, "/results/all/1?unit=43B1&lang=en")
    assert words(tree.css_first(".big")) == f"{_half_up(79, 95)} %"
    assert "Among 95 ballots that rated or did not know, 79 chose" in words(tree.css_first(".say"))
    assert "In brackets: base without “don't know”" in words(tree.css_first("caption"))
    assert table(tree)[0][-1] == f"{_half_up(40, 48)} ({_half_up(40, 43)})"


def test_units_stand_by_rate_and_hidden_ones_after_them(client, case):
    rates = [line[-1].split()[0] for line in table(page(client, f"{BASE}?unit=43A2"))]
    assert rates == sorted(rates, key=float, reverse=True)
    lowest = [line[-1].split()[0] for line in table(page(client, f"{BASE}?unit=43A2&sort=lowest"))]
    assert lowest == rates[::-1]
    for order in ("rate", "lowest"):
        hidden = [line[0] for line in table(page(client, f"{BASE}?unit=43A1&sort={order}"))]
        assert hidden == ["先锋社区", "马家吉社区", "新坡社区"]


def test_too_few_ratings_show_no_figure(client, case):
    tree = page(client, f"{BASE}?unit=43A12&lang=en")
    assert words(tree.css_first(".big")) == "Too few ratings"
    assert [words(each) for each in tree.css(".hero .keys div")] == ["Ballots 9"]
    assert tree.css("svg") == []
    assert "%" not in words(tree.css_first(".hero"))
    assert "Too few ratings Ballots 9" in words(tree.css("ul.bars.wide li")[0])


def test_a_place_without_ballots_is_listed(client, case):
    assert lines(page(client, f"{BASE}?unit=43B1&lang=en"))[-1] == "白鹤村 No ballots —"
    tree = page(client, f"{BASE}?unit=43B13&lang=en")
    assert words(tree.css_first(".big")) == "No ballots"
    assert tree.css(".wide") == []


def test_a_question_for_towns_is_not_asked_in_villages(client, case):
    questions = lines(page(client, f"{BASE}?unit=43B11&lang=en"), "ul.bars.wide li")
    assert questions[1] == "Are you satisfied with the buses? Not asked here"
    tree = page(client, f"{BASE}?unit=43B11&question=buses&lang=en")
    assert words(tree.css_first(".say")) == "This question was not asked here."
    town = page(client, f"{BASE}?question=buses&lang=en")
    asked = sum(sum(counts) for code, counts in ANSWERS.items() if code.startswith("43A"))
    assert f"Of these, asked this question {asked}" in [words(each) for each in town.css(".keys div")]


def test_no_page_depends_on_what_is_hidden(app, client, case, database):
    """Two hidden villages change their answers with each other; every page reads the same."""
    swapped = ANSWERS | {"43A12": ANSWERS["43A13"], "43A13": ANSWERS["43A12"]}
    answered(database, swapped, SURVEY | {"slug": "swapped"}).publish()
    for address, status in ADDRESSES:
        if not address.startswith(BASE):
            continue
        ours = get(client, address, status).get_data(as_text=True)
        theirs = get(client, address.replace("services", "swapped"), status).get_data(as_text=True)
        assert _plain(ours) == _plain(theirs.replace("swapped", "services")), address


def _plain(text: str) -> str:
    """Leave out what differs by the survey's address and the hour: the questionnaire's hash, minutes, sizes."""
    text = re.sub(r"问卷校验值.*?</dd>", "", text, flags=re.DOTALL)
    return re.sub(r"\d\d:\d\d|\d+ kB", "", text)


def test_breadcrumbs_lead_up_and_a_repeated_name_has_its_township(client, case):
    tree = page(client, f"{BASE}?unit=43A11")
    assert [words(each) for each in tree.css(".crumbs li")][1:] == ["常德市", "武陵区", "启明街道", "先锋社区"]
    hrefs = [each.attributes["href"] for each in tree.css(".crumbs a")]
    assert hrefs == ["/results", "?unit=43", "?unit=43A", "?unit=43A1"]
    assert words(tree.css_first("h1")) == "先锋社区 启明街道"
    assert "先锋社区（启明街道）" in words(tree.css_first("title"))


def test_search_finds_names_and_codes_with_what_tells_them_apart(client, case):
    tree = page(client, f"{BASE}?q=先锋")
    assert [words(each) for each in tree.css(".bars li > span")] == [
        "先锋社区 武陵区 · 启明街道",
        "先锋村 鼎城区 · 蒿子港镇",
    ]
    assert [words(each) for each in page(client, f"{BASE}?q=43B12").css(".bars a")] == ["民主村"]
    nothing = page(client, f"{BASE}?q=<b>%25&lang=en")
    assert words(nothing.css_first("h1")) == "No unit with “<b>%”"
    assert nothing.css_first("#q").attributes["value"] == "<b>%"
    assert nothing.css("main b") == []
