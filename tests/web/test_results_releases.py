"""Releases over time: before publication, withdrawn, superseded; and their files, which never change."""

import gzip
import hashlib
import json
import re
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from survey_app.services.launching import launch
from survey_app.services.releases.results import file_sizes, releases_of
from tests.results_fixtures.cases import ANSWERS, SURVEY, UNITS, Case, add_units, answered, ballots, reviewed

pytestmark = pytest.mark.usefixtures("without_bulletins")

BASE = "/results/services"
FILES = ("table.csv", "table.json", "table.xlsx", "figures/headline.svg")


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def case(database):
    return answered(database)


def text(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return " ".join(HTMLParser(answer.get_data(as_text=True)).body.text(separator=" ").split())


def test_a_draft_is_known_to_nobody(client, database):
    with database.writing() as session:
        add_units(session, UNITS)
        launch(session, json.dumps(SURVEY).encode(), "test")
    assert SURVEY["title"]["zh_Hans"] not in text(client, BASE, 404)
    assert text(client, BASE, 404) == text(client, "/results/nothing", 404)


def test_before_publication_no_page_and_no_file_shows_a_figure(client, database):
    case = Case(database, SURVEY | {"results_on": "2027-01-15"})
    for place, counts in ANSWERS.items():
        case.answer(place, ballots(counts, place.startswith("43A")))
    for close in (lambda: None, case.close):
        close()
        said = text(client, BASE, 404)
        assert "结果尚未发布" in said
        assert "计划于2027年1月15日在本页公布" in said
        assert not re.search(r"\d\s*%|369|346", said)
        for path in ("1", "1?unit=43A", *(f"1/{path}" for path in FILES)):
            assert client.get(f"{BASE}/{path}").status_code == 404
        assert "公共服务" not in text(client, "/results")


def test_the_survey_address_leads_to_the_newest_release(client, case):
    case.publish()
    answer = client.get(f"{BASE}?lang=en")
    assert (answer.status_code, answer.location) == (302, f"{BASE}/1?lang=en")
    assert answer.headers["Cache-Control"] == "no-store"
    case.publish("补充说明")
    assert client.get(BASE).location == f"{BASE}/2"


def test_a_release_names_its_own_address(client, case, app):
    case.publish()
    host = app.extensions["manyi"].config.public_url
    for asked, own in (
        ("", ""),
        ("?lang=en", ""),
        ("?unit=43A&sort=lowest&lang=en", "?unit=43A"),
        ("?question=buses&unit=43A", "?unit=43A&question=buses"),
    ):
        tree = HTMLParser(client.get(f"{BASE}/1{asked}").get_data(as_text=True))
        assert tree.css_first('link[rel="canonical"]').attributes["href"] == f"{host}{BASE}/1{own}"


def test_a_later_release_changes_nothing_but_the_banner(client, case):
    case.publish()
    addresses = [f"{BASE}/1{rest}" for rest in ("", "?unit=43A", "?unit=43A12", "?q=先锋", "?lang=en&sort=lowest")]
    pages = [client.get(each).get_data(as_text=True) for each in addresses]
    files = [client.get(f"{BASE}/1/{path}").data for path in FILES]
    case.publish("更正一处计数")
    for address, before in zip(addresses, pages, strict=True):
        after = client.get(address).get_data(as_text=True)
        assert '<div class="banner">' not in before
        assert '<div class="banner">' in after
        assert re.sub(r'<div class="banner">.*?</div>\n', "", after, flags=re.DOTALL) == before
    assert [client.get(f"{BASE}/1/{path}").data for path in FILES] == files
    said = text(client, f"{BASE}/1")
    assert "已有更新的版本" in said
    assert "第 2 版替代，原因：更正一处计数" in said
    newest = HTMLParser(client.get(f"{BASE}/1").get_data(as_text=True)).css_first(".banner a")
    assert newest.attributes["href"] == f"{BASE}/2"


def test_a_withdrawn_release_stays_under_its_banner(client, case):
    case.publish()
    case.withdraw("两个社区的答卷重复计入 <b>")
    said = text(client, f"{BASE}/1")
    assert "本版已撤回" in said
    assert "撤回，原因：两个社区的答卷重复计入 <b>" in said
    assert "启明街道" in text(client, f"{BASE}/1?unit=43A")
    assert "本版已撤回" in text(client, f"{BASE}/1?q=先锋")
    assert client.get(f"{BASE}/1/table.csv").status_code == 200
    assert "已撤回" in text(client, "/results")
    assert "%" not in text(client, "/results")
    assert "在作出评价的" not in text(client, "/results")
    case.publish("剔除重复计入的答卷")
    said = text(client, f"{BASE}/1")
    assert "本版已撤回" in said
    assert "第 2 版替代，原因：剔除重复计入的答卷" in said
    log = [line.text() for line in HTMLParser(client.get(f"{BASE}/2").get_data(as_text=True)).css(".log li")]
    assert [line.split("，")[0] for line in log] == ["第 2 版", "第 1 版"]
    assert "剔除重复计入的答卷" in log[0]
    assert "原因：两个社区的答卷重复计入 <b>" in log[1]


def test_a_reopening_is_told_with_its_reason(client, case):
    case.reopen("网络中断两小时")
    case.close().publish()
    assert "重新开放，原因：网络中断两小时" in text(client, f"{BASE}/1")


def test_the_method_note_tells_what_the_numbers_are(client, case):
    case.publish()
    said = text(client, f"{BASE}/1")
    with case.database.reading() as session:
        head = releases_of(session, "services")[0].head
    for fact in (
        "结果只反映参与者的评价，不能推断全体居民。",
        "作出评价不足 10 份的",
        "Wilson 区间",
        "常德市测评办公室",
        "中国标准时间",
        "总的来说，您满意吗？",
        "满意 / 基本满意 / 不满意 / 不了解",
        head["questionnaire_sha256"],
        hashlib.sha256(client.get(f"{BASE}/1/table.csv").data).hexdigest(),
        f"口径版本 {head['formula_version']}",
        "Manyi",
        "0736-0000000",
    ):
        assert fact in said, fact


def test_the_rate_always_has_its_full_name_and_is_about_ballots(client, case, database):
    case.publish()
    reviewed(database).publish()
    for address in ("/results", f"{BASE}/1", f"{BASE}/1?unit=43A12", "/results/departments/1"):
        said = text(client, address)
        assert "满意率" not in said
        assert "of residents" not in text(client, f"{address}{'&' if '?' in address else '?'}lang=en")
    assert "在作出评价的" in text(client, f"{BASE}/1")
    assert "份选择“满意”或“基本满意”。" in text(client, f"{BASE}/1")


def test_the_index_lists_each_survey_once_with_its_number(client, case, database):
    assert "目前没有已公布的结果" in text(client, "/results")
    case.publish()
    case.publish("补充说明")
    reviewed(database).publish()
    tree = HTMLParser(client.get("/results").get_data(as_text=True))
    assert [each.attributes["href"] for each in tree.css(".surveys a")] == ["/results/departments/1", f"{BASE}/2"]
    shown = [" ".join(each.text(separator=" ").split()) for each in tree.css(".shown")]
    assert shown[0] == "3 个评议对象"
    assert re.fullmatch(r"\d\d\.\d % 满意和基本满意合计占比", shown[1])


def test_files_can_be_kept_for_ever(client, case):
    case.publish()
    for path in FILES:
        answer = client.get(f"{BASE}/1/{path}")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        again = client.get(f"{BASE}/1/{path}", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert client.head(f"{BASE}/1/{path}").headers["ETag"] == answer.headers["ETag"]


def test_tables_have_a_name_to_be_saved_under(client, case):
    case.publish()
    said = client.get(f"{BASE}/1/table.xlsx").headers["Content-Disposition"]
    assert said.startswith("attachment; filename=\"services-1.xlsx\"; filename*=UTF-8''")
    assert unquote(said.rpartition("''")[2]) == "2026年公共服务满意度测评结果 第1版.xlsx"
    english = client.get(f"{BASE}/1/table.csv?lang=en").headers["Content-Disposition"]
    assert unquote(english.rpartition("''")[2]) == "Public service satisfaction 2026, release 1.csv"


def test_a_hostile_title_breaks_no_header(client, database):
    answered(database, definition=SURVEY | {"title": 'a"; x=../<b>: 满意'}).publish()
    said = client.get(f"{BASE}/1/table.csv").headers["Content-Disposition"]
    assert said.isascii()
    assert not set(unquote(said.rpartition("''")[2])) & set('"\\/\r\n<>:*?|')


def test_the_figure_is_shown_and_may_do_nothing(client, case):
    case.publish()
    answer = client.get(f"{BASE}/1/figures/headline.svg")
    packed = client.get(f"{BASE}/1/figures/headline.svg", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == answer.data
    assert len(packed.data) < len(answer.data) / 2
    assert packed.headers["Vary"] == answer.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != answer.headers["ETag"]
    assert answer.mimetype == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == "inline"
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "sandbox" in policy
    assert "script" not in policy


@pytest.mark.parametrize("path", ["1/table.pdf", "1/figures/", "1/figures/../table.csv", "2/table.csv", "1/TABLE.csv"])
def test_other_files_are_not_there(client, case, path):
    case.publish()
    assert client.get(f"{BASE}/{path}").status_code == 404


def test_downloads_stand_on_the_page_with_their_sizes(client, case):
    case.publish()
    tree = HTMLParser(client.get(f"{BASE}/1").get_data(as_text=True))
    links = {each.css_first("a").attributes["href"]: each.text() for each in tree.css(".files li > span")}
    with case.database.reading() as session:
        sizes = file_sizes(session, releases_of(session, "services")[0])
    assert set(sizes) >= set(FILES)
    # Figures of a unit stand on its own page.
    assert sorted(links) == sorted(f"{BASE}/1/{path}" for path in sizes if "/units/" not in path)
    county = HTMLParser(client.get(f"{BASE}/1?unit=43A").get_data(as_text=True))
    offered = {each.attributes["href"] for each in county.css(".files a")}
    assert (
        {each for each in offered if "figures" in each}
        == {f"{BASE}/1/{path}" for path in sizes if path.startswith("figures/units/43A/")}
        != set()
    )
    for address, size in links.items():
        assert size.endswith(f" {max(1, round(len(client.get(address).data) / 1000))} kB")


def test_five_levels_say_what_counts_as_what(client, database):
    definition = SURVEY | {"scale": "five-level"}
    case = Case(database, definition)
    for place in ANSWERS:
        case.answer(place, [bytes([1 + n % 6, 255]) for n in range(60)])
    case.close().publish()
    said = text(client, f"{BASE}/1")
    assert "份选择“非常满意”、“满意”或“基本满意”。" in said
    assert "计为满意的选项：非常满意、满意。" in said
    assert "计为不满意的选项：不满意、非常不满意。" in said
