"""A release as a folder of static files: whole, relative, the same every time, and never half there."""

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from survey_app.config import read_config
from survey_app.domain.messages import Refused
from survey_app.factory import create_app
from survey_app.services.migrating import migrate
from survey_app.services.releases.results import PAGE_ROWS
from survey_app.services.releases.static import export_release
from survey_app.services.releases.whole import load_release
from survey_app.web.results import unit_list
from survey_app.web.results.static_release import StaticPages
from tests.results_fixtures.cases import SURVEY, TARGETS, UNITS, Case, answered, rating
from tests.results_fixtures.dressing import CLEAR_RISE, dress, hours
from tests.results_fixtures.reading import get, table, words

MANY = tuple((f"43A3{n:02}", f"第{n}村", "village", "43A3") for n in range(PAGE_ROWS + 3))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """Give an application for all tests of this file: publishing is what takes long."""
    made = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path_factory.mktemp("static"))}))
    migrate(made.extensions["manyi"].database)
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture(scope="module")
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture(scope="module")
def services(database):
    """Give a survey with a township whose list takes two pages."""
    units = (*UNITS, ("43A3", "长岭镇", "township", "43A"), *MANY)
    return answered(database, units=units).publish()


@pytest.fixture
def case(services):
    """Give its release with everything, as every test finds it."""
    dress(services, {"turnout_hours": hours(2)}, {"43": CLEAR_RISE, "43A": CLEAR_RISE}, number=1)
    return services


@pytest.fixture
def export(app, database, tmp_path):
    """Give a function that exports a release into a new folder."""

    def export(slug, name="out", audience="public", number=1):
        out = tmp_path / name
        with database.reading() as session:
            export_release(session, slug, number, audience, out, lambda whole: StaticPages(app, whole))
        return out

    return export


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def crawl(folder: Path) -> set[str]:
    """Follow every link from the first page, as a file server would; return what was reached."""
    waiting, reached = ["index.html", "en/index.html"], set()
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        assert (folder / path).is_file(), path
        if not path.endswith(".html"):
            continue
        tree = HTMLParser((folder / path).read_text(encoding="utf-8"))
        assert tree.css("script, form, base, [style], [onclick], .banner, link[rel=canonical]") == [], path
        ids = {node.attributes["id"] for node in tree.css("[id]")}
        for node in tree.css("[href], [src]"):
            address = node.attributes.get("href") or node.attributes.get("src")
            parts = urlsplit(address)
            if address == "data:,":
                continue
            assert (parts.scheme, parts.netloc, parts.query) == ("", "", ""), (path, address)
            if not parts.path:
                assert parts.fragment in ids, (path, address)
                continue
            assert not address.startswith("/"), (path, address)
            there = (folder / path).parent.joinpath(unquote(parts.path)).resolve()
            waiting.append(there.relative_to(folder.resolve()).as_posix())
    return reached


def test_the_folder_is_whole_and_every_page_can_be_reached(client, case, export):
    folder = export("services")
    files = contents(folder)
    assert set(files) - crawl(folder) == {"SHA256SUMS"}
    codes = [code for code, *_ in (*UNITS, *MANY) if code != "43"] + ["43A3"]
    for prefix, language in (("", "zh-Hans"), ("en/", "en")):
        assert {f"{prefix}units/{code}.html" for code in codes} <= set(files)
        assert {f"{prefix}{name}.html" for name in ("index", "units", "questions/buses", "units/43A3~2")} <= set(files)
        assert f'lang="{language}"' in files[f"{prefix}index.html"].decode()
    for path, content in files.items():
        assert len(content) <= 50_000 or not path.endswith(".html"), path
    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    assert list(sums) == sorted(sums)
    for path in ("table.csv", "table.json", "table.xlsx", "bulletin.pdf", "figures/turnout.pdf"):
        assert files[path] == get(client, f"/results/services/1/{path}").data


def test_a_page_of_the_folder_says_what_the_server_says(client, case, export):
    folder = export("services")
    for path, address in (
        ("index.html", ""),
        ("en/units/43A.html", "?unit=43A&lang=en"),
        ("units/43A12.html", "?unit=43A12"),
        ("en/units/43A3~2.html", "?unit=43A3&page=2&lang=en"),
        ("questions/buses.html", "?question=buses"),
    ):
        ours = HTMLParser((folder / path).read_text(encoding="utf-8"))
        theirs = HTMLParser(get(client, f"/results/services/1{address}").get_data(as_text=True))
        assert table(ours) == table(theirs), path
        for part in (".hero", "#comparison ~ .scroll", ".files", ".method", "h1", "title"):
            assert [words(each) for each in ours.css(part)] == [words(each) for each in theirs.css(part)], path


def test_the_same_release_gives_the_same_bytes_whatever_comes_later(case, export):
    first = contents(export("services"))
    case.publish("更正一处计数")
    case.withdraw("有误")
    assert contents(export("services", "again")) == first
    second = export("services", "second", number=2)
    assert "第 2 版" in (second / "index.html").read_text(encoding="utf-8")
    assert "已撤回" not in (second / "index.html").read_text(encoding="utf-8")
    # The newest is the newest that stands: nobody puts a withdrawn one on a server by mistake.
    newest = export("services", "newest", number=None)
    assert "第 1 版" in (newest / "index.html").read_text(encoding="utf-8")


def test_targets_groups_and_questions_have_pages(database, export):
    more = [*TARGETS["questions"], rating("pace", "办事快吗？", "Is it fast?", about="targets")]
    made = Case(database, TARGETS | {"questions": more})
    for group in ("users", "cadres"):
        made.answer("43", [bytes([1 + n % 3] * 6) for n in range(40)], group)
    made.close().publish()
    folder = export("departments")
    assert {"targets/D1.html", "en/targets/D3.html", "groups/users.html", "questions/pace.html"} <= crawl(folder)
    names = HTMLParser((folder / "en/units.html").read_text(encoding="utf-8"))
    assert [words(each) for each in names.css("h2")] == ["党群部门", "政府部门"]
    assert {each.attributes["href"] for each in names.css(".leaves a")} >= {
        "../en/targets/D1.html",
        "../en/targets/D3.html",
    }
    group = HTMLParser((folder / "groups/users.html").read_text(encoding="utf-8"))
    assert words(group.css_first("h1")).startswith("服务对象")


def test_a_draft_for_review_is_marked_on_every_page(case, export):
    dress(case, audience="review", number=1)
    with pytest.raises(Refused, match="no such release"):
        export("services")
    folder = export("services", audience="review")
    for path in ("index.html", "en/units/43A11.html", "units.html"):
        tree = HTMLParser((folder / path).read_text(encoding="utf-8"))
        assert tree.css_first(".watermark").attributes["data-mark"] == "送审稿", path
        assert tree.css_first(".for-whom")
    dress(case, audience="internal", number=1)
    tree = HTMLParser((export("services", "in", "internal") / "index.html").read_text(encoding="utf-8"))
    assert "内部通报" in words(tree.css_first(".for-whom"))
    assert tree.css(".watermark") == []


def test_long_lists_of_names_are_cut_into_branches(case, database, export, monkeypatch):
    monkeypatch.setattr(unit_list, "MOST_NAMES", 12)
    folder = export("services")
    assert {"lists/43B.html", "lists/43A1.html", "lists/43A3~3.html"} <= crawl(folder)
    with database.reading() as session:
        pages = unit_list.list_pages(load_release(session, "services"))
    named = [entry.unit.code for each in pages for entry in each.entries]
    assert set(named) == {code for code, *_ in (*UNITS, *MANY)} | {"43A3"}
    assert all(len(each.entries) <= 12 for each in pages)


def test_nothing_is_half_written_and_nothing_overwritten(app, case, export, database, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file", "missing/below"):
        with pytest.raises(Refused):
            export("services", name)
    (tmp_path / "empty").mkdir()
    assert (export("services", "empty") / "index.html").is_file()

    class Breaking(StaticPages):
        def __iter__(self):
            yield "index.html", b"half"
            raise RuntimeError

    with database.reading() as session, pytest.raises(RuntimeError):
        export_release(session, "services", 1, "public", tmp_path / "half", lambda whole: Breaking(app, whole))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "data") == ["empty", "file", "full"]
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_progress_ends_where_it_said(app, case, database, tmp_path):
    heard = []
    with database.reading() as session:
        done = export_release(
            session,
            "services",
            1,
            "public",
            tmp_path / "out",
            lambda whole: StaticPages(app, whole),
            lambda *at: heard.append(at),
        )
    assert heard[-1] == (done.files, done.files)
    assert [at for at, _ in heard] == list(range(1, done.files + 1))
    assert re.fullmatch(r"\d+", str(done.size))


def test_places_without_a_common_unit_are_a_folder_too(database, export):
    units = (*UNITS, ("99", "市直机关", "organisation", None))
    definition = SURVEY | {"slug": "apart", "places": {"units": ["43A21", "99"]}}
    answered(database, {"43A21": (20, 6, 3, 1), "99": (20, 6, 3, 1)}, definition, units).publish()
    assert {"index.html", "units/43.html", "units/99.html"} <= crawl(export("apart"))
