"""The pages of unusual surveys: targets and groups, long lists, hostile names, addresses that lead nowhere."""

import pytest

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
from tests.results_fixtures.reading import first_load, get, lines, page, table, words

pytestmark = pytest.mark.usefixtures("without_documents")

BASE = "/results/services/1"


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def case(database):
    return answered(database).publish()


@pytest.fixture
def both(database, case):
    return case, reviewed(database).publish()


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
    # Each class has its figures, named; the groups' stand with the groups; each is offered by the same name.
    drawn = {
        words(each.css_first("figcaption b")): each.css_first("img").attributes["src"].rpartition("/")[2]
        for each in tree.css("figure")
    }
    assert drawn == {
        "Ratings with “don't know” · 党群部门": "headline-class1.svg?lang=en",
        "Ratings with “don't know” · 政府部门": "headline-class2.svg?lang=en",
        "Shares with their ranges · 党群部门": "caterpillar-class1.svg?lang=en",
        "Shares with their ranges · 政府部门": "caterpillar-class2.svg?lang=en",
        "All units by group": "groups.svg?lang=en",
        "Ballots by hour": "turnout.svg?lang=en",
    }
    assert "groups.svg" in next(each.html for each in tree.css("section") if each.css_first("h2#groups"))
    offered = " ".join(words(each) for each in tree.css(".files li"))
    assert all(f"Figure: {name}" in offered for name in drawn)
    assert "figures/" not in offered
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


def test_long_lists_come_in_pages_of_thirty(client, database):
    places = tuple((f"43A1{n:03}", f"第{n}社区", "village", "43A1") for n in range(120))
    answered(
        database, {code: (20 + int(code[-2:]) % 7, 8, 4, 2) for code, *_ in places}, units=UNITS[:4] + places
    ).publish()
    seen = []
    for number in (1, 2, 3, 4):
        tree = page(client, f"{BASE}?unit=43A1&page={number}")
        assert f"{number} / 4" in words(tree.css_first(".pager"))
        seen += [line[0] for line in table(tree)]
    assert len(seen) == len(set(seen)) == 120
    assert [line[0] for line in table(page(client, f"{BASE}?unit=43A1&page=99"))] == seen[90:]


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
        assert 15_000 < size <= 60_000, (address, size)
        assert first_load(client, address) <= 35_000, address


def _eleven(database, definition, units, places):
    made = Case(database, definition, units)
    for place in places:
        made.answer(place, [bytes([each[0]]) * 11 for each in ballots((20, 9, 4, 2))])
    return made.close()


def test_the_counts_of_a_single_question_stand_on_every_page(client, database):
    case = Case(database, SURVEY | {"questions": SURVEY["questions"][:1]})
    for place in ("43A11", "43A21"):
        case.answer(place, [each[:1] for each in ballots(ANSWERS[place])])
    case.close().publish()
    county = page(client, f"{BASE}?unit=43A&lang=en")
    alone = next(each for each in county.css("details") if "武陵区 alone" in words(each.css_first("summary")))
    assert [words(cell) for cell in alone.css("tbody td")][:7] == ["102", "97", "70", "18", "9", "5", "0"]
    village = page(client, f"{BASE}?unit=43A21&lang=en").css("#counts ~ .scroll tbody td")
    assert [words(cell) for cell in village][:7] == ["52", "50", "40", "6", "4", "2", "0"]


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
    hrefs = [each.attributes["href"] for each in tree.css("#others ~ .plain a")]
    assert hrefs == ["?question=pace", "?question=hall"]
    assert len(table(page(client, f"/results/departments/1{hrefs[0]}"))) == 3
    hall = page(client, f"/results/departments/1{hrefs[1]}&lang=en")
    assert words(hall.css_first(".asked")) == "Are you satisfied with the hall?"
    assert [each.attributes["href"] for each in hall.css("#others ~ .plain a")] == [
        "?lang=en",
        "?question=pace&lang=en",
    ]


def test_a_group_that_gave_no_ballot_is_not_taken_for_one_not_asked(client, database):
    reviewed(database, {"users": TARGET_ANSWERS["users"]}).publish()
    tree = page(client, "/results/departments/1?target=D1&lang=en")
    assert lines(tree)[1] == "Cadres Weight 40 No ballots —"
    assert words(tree.css_first(".big")) == "84.2 %"
