"""What a release may hold besides counts and rates, as its pages say it: in both languages, and in old releases not."""

import re
from urllib.parse import unquote

import pytest

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.migrating import migrate
from tests.results_fixtures.cases import SURVEY, TARGETS, answered, reviewed
from tests.results_fixtures.dressing import CLEAR_RISE, FALL, FIGURES, MOVED, dress, hours
from tests.results_fixtures.reading import first_load, get, lines, page, table, words

BASE = "/results/services/1"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """Give an application for all tests of this file: publishing is what takes long."""
    made = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path_factory.mktemp("content"))}))
    migrate(made.extensions["manyi"].database)
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture(scope="module")
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture(scope="module")
def services(database):
    return answered(database).publish()


@pytest.fixture
def case(services):
    """Give a release with a last wave, positions, figures and a sign-off, as every test finds it."""
    extras = {"43": CLEAR_RISE, "43A": CLEAR_RISE, "43B": FALL, "43A1": MOVED}
    dress(services, {"turnout_hours": hours(3)}, extras)
    return services


def keys(tree):
    return {words(each.css_first("dt")): words(each.css_first("dd")) for each in tree.css(".hero .keys div")}


def test_a_change_a_position_and_a_score_stand_beside_the_number(client, case):
    shown = keys(page(client, f"{BASE}?unit=43A&lang=en"))
    # Of an open poster no range stands by the headline: neither of the change nor of positions.
    assert shown["Since the last survey"] == "▲ +2.4 percentage points"
    assert shown["Beside its class"] == "Clearly below its class"
    assert "Position within its class" not in shown
    assert shown["Mean score"] == "81.5"
    assert shown["Verdict by the rule of votes"] == "Basically satisfied"
    shown = keys(page(client, f"{BASE}?unit=43B"))
    assert shown["较上次"] == "−0.4 个百分点"  # Not clear: no triangle.
    assert shown["与同一序列相比"] == "偏高"
    assert keys(page(client, f"{BASE}?unit=43A1"))["较上次"] == "单位已调整"
    assert "较上次" not in keys(page(client, f"{BASE}?unit=43B1"))


def test_the_comparison_is_a_table_in_the_same_digits(client, case):
    tree = page(client, f"{BASE}?lang=en")
    compared = [words(cell) for cell in tree.css_first("#comparison").parent.css("tbody th, tbody td")]
    rates = {line[0]: line[-2].split()[0] for line in table(tree) if "(" in line[-2]}
    where = compared.index("武陵区")
    assert compared[where : where + 9] == [
        "武陵区",
        rates["武陵区"],
        compared[where + 2],
        "2 / 2,273",
        "1–1,023",
        "Clearly below its class",
        "87.1",
        "▲ +2.4",
        "+0.3 to +4.5",
    ]
    assert re.fullmatch(r"\d\d\.\d–\d\d\.\d", compared[where + 2])
    note = words(tree.css_first("#comparison").parent.css_first(".note"))
    assert "Compared with “Public service satisfaction 2025” of December 28, 2025" in note
    assert [line[-1] for line in table(tree)[:2]] in (["▲ +2.4", "−0.4"], ["−0.4", "▲ +2.4"])
    reasons = page(client, f"{BASE}?unit=43A&lang=en").css_first("#comparison").parent
    assert "The unit was moved or merged" in words(reasons)


def test_every_figure_is_a_picture_with_words_and_its_files(client, case):
    tree = page(client, f"{BASE}?lang=en")
    pictures = {each.attributes["src"]: each for each in tree.css("figure img")}
    assert set(pictures) == {f"{BASE}/figures/{name}.svg?lang=en" for name in FIGURES}
    for each in pictures.values():
        assert each.attributes["loading"] == "lazy"
        assert len(each.attributes["alt"]) > 40
    assert (pictures[f"{BASE}/figures/funnel.svg?lang=en"].attributes["height"]) == "300"
    offered = {each.attributes["href"].partition("?")[0] for each in tree.css(".files a")}
    assert {f"{BASE}/figures/{name}.{ending}" for name in FIGURES for ending in ("svg", "pdf")} <= offered
    assert {f"{BASE}/bulletin.docx", f"{BASE}/bulletin.pdf", f"{BASE}/table.csv", f"{BASE}/notes.txt"} <= offered
    assert [words(each) for each in tree.css("figure a")[-2:]] == ["SVG", "PDF"]
    funnel = next(each for each in tree.css("figure") if "funnel" in each.html)
    files = [each.attributes["href"].partition("?")[0] for each in funnel.css("a")]
    assert {f"{BASE}/table.xlsx", f"{BASE}/table.csv"} <= set(files), "what is too long for the page to take home"


def test_a_unit_has_figures_of_its_parts_and_each_is_named(client, case):
    tree = page(client, f"{BASE}?unit=43A&lang=en")
    named = ["Ratings with “don't know” · 武陵区", "Shares with their ranges · 武陵区"]
    assert [words(each) for each in tree.css("figcaption b")] == named
    assert [words(each.css_first("b")) for each in tree.css("details.figure summary")] == named
    for picture, name in zip(tree.css("figure img"), ("headline", "caterpillar"), strict=True):
        assert picture.attributes["src"] == f"{BASE}/figures/units/43A/{name}.svg?lang=en"
        assert picture.attributes["alt"].startswith("武陵区: ")
    offered = [words(each) for each in tree.css(".files li") if "Figure" in words(each)]
    assert [each.partition(" Figure: ")[0] for each in offered] == [f"Figure: {name}" for name in named]
    name = unquote(get(client, f"{BASE}/figures/units/43A/headline.pdf?lang=en").headers["Content-Disposition"])
    assert "Ratings with “don't know” · 武陵区.pdf" in name
    assert "services-1-units-43A-headline.pdf" in name
    for without in ("?unit=43A1", "?unit=43A11", "?unit=43A&question=buses"):
        below = page(client, f"{BASE}{without}")
        assert below.css("figure") == []
        assert "figures" not in str([each.attributes["href"] for each in below.css(".files a")])


def test_every_question_has_its_counts_both_rates_and_range(client, case):
    """On the page of the survey, of a county, of a village; beside the heat map also unit by question."""
    for address, shown, counts in (
        ("?lang=en", "All in all, are you satisfied?", ["296", "276"]),
        ("?unit=43A11&lang=en", "All in all, are you satisfied?", ["50", "47", "30", "12", "5", "3", "0"]),
    ):
        lines = [
            [words(cell) for cell in line.css("th, td")]
            for line in page(client, BASE + address).css("#questions ~ details:not(.figure) tr")
        ]
        found = next(line for line in lines if line[0] == shown)
        assert found[1 : 1 + len(counts)] == counts
        assert re.fullmatch(r"\d\d\.\d \(\d\d\.\d\)", found[8])
        assert re.fullmatch(r"\d\d\.\d \(\d\d\.\d\)", found[9])
        assert re.fullmatch(r"\d\d\.\d–\d\d\.\d", found[10])
    hidden = page(client, f"{BASE}?unit=43A12&lang=en").css("#questions ~ details tbody tr")
    assert [words(cell) for cell in hidden[0].css("td")] == ["9", *[""] * 6, "Too few ratings", "Too few ratings"]
    grid = page(client, f"{BASE}?lang=en").css("#questions ~ details:not(.figure)")[-1]
    rates = {line[0]: line[-2].split()[0] for line in table(page(client, f"{BASE}?lang=en")) if "(" in line[-2]}
    assert {words(line.css_first("th")): words(line.css_first("td")) for line in grid.css("tbody tr")} == rates


def test_who_took_part_and_when(client, case):
    section = page(client, f"{BASE}?lang=en").css_first("#participation").parent
    assert [words(each) for each in section.css("dl div")] == ["By the code on a notice 300", "On a worker's device 69"]
    first = [words(cell) for cell in section.css("tbody tr")[0].css("th, td")]
    assert first == ["2026-12-01", "276", *map(str, range(24))]
    dress(case, {"turnout_hours": hours(31), "issued": 500, "returned": 369, "invalid": 4, "response_rate": "73.8"})
    section = page(client, f"{BASE}?lang=en").css_first("#participation").parent
    assert "Issued 500 Returned 369 Invalid 4 Response rate 73.8 %" in words(section)
    assert [words(cell) for cell in section.css("tbody tr")[30].css("th, td")] == ["2026-12-31", "276"]
    assert len(section.css("tbody tr")) == 31
    dress(case, {"turnout_hours": hours(33)})
    weeks = page(client, f"{BASE}?lang=en").css("#participation ~ details tbody tr")
    assert [words(each) for each in weeks][3:] == ["2026-12-22 – 2026-12-28 1,932", "2026-12-29 – 2027-01-02 1,380"]


def test_words_names_numbers_of_documents_and_the_sign_off(client, case):
    for address in (BASE, f"{BASE}?lang=en"):
        tree = page(client, address)
        assert "常测评2026-3号" in words(tree.css_first(".sub"))
        assert [words(each) for each in tree.css(".keywords li")] == ["路灯 1,132", "停车 87"]
        assert "常统测1表" in words(tree.css_first(".method"))
    signed = [words(each) for each in page(client, BASE).css(".signed div")]
    assert signed[0] == "经办 张明 测评科 · 2026年12月26日"
    assert [each[:2] for each in signed] == ["经办", "审核", "签发"]
    english = page(client, f"{BASE}?lang=en")
    assert english.css_first(".signed dd span").attributes["lang"] == "zh-Hans"


@pytest.mark.parametrize(
    ("head", "said", "method"),
    [
        ({}, "结果只反映参与者的评价。", "不能推断全体居民"),
        ({"selection": "list", "response_rate": "73.8"}, "回收率 73.8%", "发给已知名单上的全部对象"),
        ({"selection": "random", "response_rate": "73.8"}, "回收率 73.8%", "已按抽取比例作有限总体校正"),
        ({"selection": "list"}, "结果反映应答者的评价。", "发给已知名单上的全部对象"),
    ],
)
def test_the_interval_and_the_note_follow_who_was_asked(client, case, head, said, method):
    dress(case, head, {"43": CLEAR_RISE})
    tree = page(client, BASE)
    assert said in words(tree.css_first(".whom"))
    hero, sampled = words(tree.css_first(".hero")), head.get("selection", "self") != "self"
    assert ("置信区间" in hero, "+0.3 至 +4.5" in hero, "1–1,023 / 2,273" in hero) == (sampled,) * 3
    assert method in words(tree.css_first(".method"))


def test_a_share_weighted_by_population_says_so(client, case):
    extras = {"unweighted_approval_rate": "88.8", "effective_n": 1234, "design_effect": "1.32"}
    dress(case, {"roll_up": "population"}, {"43": extras})
    tree = page(client, f"{BASE}?lang=en")
    assert "weighted by population" in words(tree.css_first(".name"))
    assert "then weighted by population. Ballots that rated: " in words(tree.css_first(".say"))
    assert keys(tree)["Without weights"] == "88.8 % Effective number of ballots 1,234 · Design effect 1.32"
    assert "weighted by population" in words(tree.css_first("caption"))
    assert "Among 79 ballots that rated" not in words(tree.css_first(".say"))
    assert "Among" in words(page(client, f"{BASE}?unit=43B11&lang=en").css_first(".say"))


def test_each_group_has_a_page_of_its_own(client, database):
    reviewed(database).publish()
    top = page(client, "/results/departments/1?lang=en")
    assert "?group=users&lang=en" in [each.attributes["href"] for each in top.css("#groups ~ .plain a")]
    tree = page(client, "/results/departments/1?group=users&lang=en")
    assert words(tree.css_first("h1")) == "Service users Ballots of this group alone"
    assert [(line[0], line[-1].split()[0]) for line in table(tree)] == [
        ("市委办公室", "84.2"),
        ("市总工会", "78.9"),
        ("市财政局", "52.6"),
    ]
    assert "weighted" not in words(tree.css_first("caption"))
    assert tree.css_first("h3 span").attributes["lang"] == "zh-Hans"  # Classes have Chinese names only.
    get(client, "/results/departments/1?group=nobody", 404)


def test_a_group_about_places_has_its_own_number(client, database):
    answered(database, {}, SURVEY | {"slug": "grouped", "groups": TARGETS["groups"]}).publish()
    tree = page(client, "/results/grouped/1?group=cadres&lang=en")
    assert words(tree.css_first(".big")) == "No ballots"
    assert lines(tree)[0].endswith("No ballots —")
    for address, alone in (("", "以票种为层、答卷为单元"), ("?lang=en", "the groups are strata and ballots units")):
        assert alone in words(page(client, f"/results/grouped/1{address}").css_first(".method"))


@pytest.mark.parametrize("audience", ["review", "internal"])
def test_only_public_releases_are_public(client, case, audience):
    dress(case, audience=audience)
    get(client, "/results/services", 404)
    get(client, BASE, 404)
    get(client, f"{BASE}/table.csv", 404)
    assert "services" not in get(client, "/results").get_data(as_text=True)


def test_fifty_kilobytes_hold_every_comparison_of_a_long_list(client, database, without_documents):
    places = tuple((f"4307261090{n:02}", f"第{n}联合特别长名称村委会", "village", "430726109") for n in range(60))
    units = (("43", "常德市", "city", None), ("430726109", "某某民族乡", "township", "43"), *places)
    definition = SURVEY | {"slug": "long", "places": {"under": "430726109", "level": "village"}}
    made = answered(database, {code: (29, 9, 4, 2) for code, *_ in places}, definition, units).publish()
    dress(made, {"turnout_hours": hours(60)}, {code: CLEAR_RISE for code, *_ in places} | {"430726109": CLEAR_RISE})
    for address in ("/results/long/1?lang=en", "/results/long/1?unit=430726109&lang=en"):
        assert 45_000 < len(get(client, address).data) <= 60_000, address
        assert first_load(client, address) <= 35_000, address
    assert len(page(client, "/results/long/1?unit=430726109").css(".bars:not(.wide) li")) == 30
