"""The pages of a published release: what they say, and what they never say."""

import re
from collections import Counter

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from survey_app.models import ReleaseUnit
from survey_app.services import results as published
from tests.results_fixtures.cases import (
    ANSWERS,
    SURVEY,
    TARGET_ANSWERS,
    TARGETS,
    UNITS,
    Case,
    answered,
    ballots,
    rating,
    reviewed,
)

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


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def case(database):
    return answered(database).publish()


@pytest.fixture
def both(database, case):
    return case, reviewed(database).publish()


def get(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer


def page(client, address, status=200):
    return HTMLParser(get(client, address, status).get_data(as_text=True))


def words(node) -> str:
    return " ".join(node.text(separator=" ").split())


def lines(tree, selector="ul.bars:not(.wide) li") -> list[str]:
    return [words(node) for node in tree.css(selector)]


def table(tree) -> list[list[str]]:
    return [[words(cell) for cell in row.css("th, td")] for row in tree.css("table tbody tr")]


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
    keys = [words(each) for each in tree.css(".keys div")]
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
    definition = SURVEY | {"headline": {"question": "overall", "base": "all"}}
    answered(database, definition=definition).publish()
    tree = page(client, f"{BASE}?unit=43B1&lang=en")
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
    assert [words(each) for each in tree.css(".keys div")] == ["Ballots 9"]
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
    """Leave out hashes and minutes, in which two surveys differ anyway."""
    return re.sub(r"[0-9a-f]{64}|\d\d:\d\d|\d+ kB", "", text)


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


def test_targets_stand_in_classes_with_the_share_of_each_group(client, both):
    tree = page(client, "/results/departments/1?lang=en")
    assert words(tree.css_first(".big")) == "3"
    assert [words(each) for each in tree.css("h3")] == ["党群部门 2", "政府部门 1"]
    # 60 % of 32/38 and 40 % of 34/38; 60 % of 30/38 and 40 % of 30/37; 60 % of 20/38 and 40 % of 31/36.
    assert [(line[0], line[-3].split()[0], *line[-2:]) for line in table(tree)] == [
        ("市委办公室", "86.3", "84.2", "89.5"),
        ("市总工会", "79.8", "78.9", "81.1"),
        ("市财政局", "66.0", "52.6", "86.1"),
    ]
    assert "weighted by group" in words(tree.css_first("caption"))
    one = page(client, "/results/departments/1?target=D3&lang=en")
    assert words(one.css_first(".big")) == "66.0 %"
    assert "Service users 60, Cadres 40" in words(one.css_first(".say"))
    assert lines(one) == ["Service users Weight 60 26.3 26.3 47.4 52.6 %", "Cadres Weight 40 55.6 30.6 13.9 86.1 %"]


def test_places_without_a_common_unit_have_a_page(client, database):
    units = (*UNITS, ("99", "市直机关", "organisation", None))
    definition = SURVEY | {"places": {"units": ["43A21", "99"]}}
    answered(database, {"43A21": ANSWERS["43A21"], "99": (20, 6, 3, 1)}, definition, units).publish()
    tree = page(client, BASE)
    assert [line[0] for line in table(tree)] == ["常德市", "市直机关"]
    assert tree.css(".big") == []


def test_long_lists_come_in_pages_of_fifty(client, database):
    places = tuple((f"43A1{n:03}", f"第{n}社区", "village", "43A1") for n in range(120))
    answered(
        database, {code: (20 + int(code[-2:]) % 7, 8, 4, 2) for code, *_ in places}, units=UNITS[:4] + places
    ).publish()
    seen = []
    for number in (1, 2, 3):
        tree = page(client, f"{BASE}?unit=43A1&page={number}")
        assert f"{number} / 3" in words(tree.css_first(".pager"))
        seen += [line[0] for line in table(tree)]
    assert len(seen) == len(set(seen)) == 120
    assert [line[0] for line in table(page(client, f"{BASE}?unit=43A1&page=99"))] == seen[100:]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '" onclick="x', "{{ 7*7 }}", "'; DROP TABLE"])
def test_hostile_names_are_only_text(client, database, name):
    units = tuple((code, name if code == "43A" else old, level, up) for code, old, level, up in UNITS)
    answered(database, units=units, definition=SURVEY | {"organiser": name}).publish()
    for address in (BASE, f"{BASE}?unit=43A", f"{BASE}?unit=43A11", f"{BASE}?q=先锋"):
        tree = page(client, address)
        assert tree.css("script, [onclick]") == []
        assert name in tree.body.text()


@pytest.mark.parametrize(
    "address",
    [
        "/results/nothing",
        "/results/nothing/1",
        "/results/services/2",
        "/results/services/0",
        f"{BASE}?unit=99",
        f"{BASE}?question=nothing",
        f"{BASE}?target=43",
        f"{BASE}?q=a&question=nothing",
    ],
)
def test_what_is_not_there_is_not_found(client, case, address):
    get(client, address, 404)


def test_what_an_address_says_badly_counts_as_not_said(client, case):
    plain = get(client, BASE).data
    for given in ("page=x", "page=-1", "page=99999999", "page=²", "sort=up", "q=%20", "lang=xx"):
        assert get(client, f"{BASE}?{given}").data == plain, given


def test_eleven_questions_for_fifty_units_stay_within_fifty_kilobytes(client, database):
    questions = [
        rating(f"q{n}", f"您对第{n}件民生实事“农村敬老院建设”满意吗？", f"Care homes {n}: are you satisfied?")
        for n in range(11)
    ]
    places = tuple((f"4307261090{n:02}", f"第{n}联合村委会", "village", "430726109") for n in range(50))
    units = (("43", "常德市", "city", None), ("430726109", "某某民族乡", "township", "43"), *places)
    definition = SURVEY | {"questions": questions, "headline": {"question": "q0"}}
    case_ = _eleven(database, definition, units, [code for code, *_ in places])
    case_.publish()
    for address in (f"{BASE}?unit=430726109", f"{BASE}?unit=430726109&lang=en", f"{BASE}?q=联合&lang=en"):
        size = len(get(client, address).data)
        assert 20_000 < size <= 50_000, (address, size)


def _eleven(database, definition, units, places):
    made = Case(database, definition, units)
    for place in places:
        made.answer(place, [bytes([each[0]]) * 11 for each in ballots((20, 9, 4, 2))])
    return made.close()


def test_a_review_of_several_questions_links_them(client, database):
    more = [
        *TARGETS["questions"],
        rating("pace", "您对办事速度满意吗？", "Are you satisfied with its pace?", about="targets"),
    ]
    place = rating("hall", "您对办事大厅满意吗？", "Are you satisfied with the hall?")
    case = Case(database, TARGETS | {"questions": [*more, place]})
    for group in ("users", "cadres"):
        case.answer("43", [bytes([1 + n % 3] * 6 + [1 + n % 2]) for n in range(40)], group)
    case.close().publish()
    tree = page(client, "/results/departments/1")
    hrefs = [each.attributes["href"] for each in tree.css(".plain a")]
    assert hrefs == ["?question=pace", "?question=hall"]
    assert len(table(page(client, f"/results/departments/1{hrefs[0]}"))) == 3
    hall = page(client, f"/results/departments/1{hrefs[1]}&lang=en")
    assert words(hall.css_first(".asked")) == "Are you satisfied with the hall?"
    assert [each.attributes["href"] for each in hall.css(".plain a")] == ["?lang=en", "?question=pace&lang=en"]


def test_a_group_that_gave_no_ballot_is_not_taken_for_one_not_asked(client, database):
    reviewed(database, {"users": TARGET_ANSWERS["users"]}).publish()
    tree = page(client, "/results/departments/1?target=D1&lang=en")
    assert lines(tree)[1] == "Cadres Weight 40 No ballots —"
    assert words(tree.css_first(".big")) == "84.2 %"
