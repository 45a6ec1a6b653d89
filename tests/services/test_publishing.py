import json

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.domain.release import Audience
from survey_app.models import Release, ReleaseFile, ReleaseUnit, Survey
from survey_app.services import publishing
from survey_app.services.lifecycle import close_survey, reopen_survey
from survey_app.services.publishing import publish
from survey_app.services.releases import results
from survey_app.services.releases.result_rows import result_rows, table_rows
from survey_app.services.releases.stored_files import plain
from survey_app.services.releases.withdrawing import withdraw
from survey_app.services.tabulating import load_counts
from survey_app.services.units.importing import import_units
from tests.services.polling import UNITS

#: The files of this survey's release: no waves, one town alone is asked of buses.
FILES = {
    "table.csv",
    "table.json",
    "table.schema.json",
    "table.xlsx",
    "bulletin.docx",
    "bulletin.pdf",
    *(
        f"figures/{name}.{kind}"
        for name in ("headline", "caterpillar", "heatmap", "turnout", "units/B1/headline", "units/B1/caterpillar")
        for kind in ("svg", "pdf")
    ),
}


@pytest.fixture
def closed(poll):
    for option, times in (("satisfied", 30), ("basically_satisfied", 12), ("dissatisfied", 6), ("dont_know", 4)):
        for place in ("A11", "B11", "B12"):
            poll.many(place, times, overall=option)
    poll.many("A12", 4, overall="satisfied", buses="dissatisfied")
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    return poll


def state(database):
    with database.reading() as session:
        return session.scalars(select(Survey.state)).one()


def test_an_open_survey_is_not_published(poll):
    with pytest.raises(Refused, match="Only a closed survey can be published"):
        publish(poll.database, "poll", "test")
    with poll.database.reading() as session:
        assert session.scalars(select(Release)).all() == []


def test_a_release_holds_what_the_table_says_and_tells_its_progress(closed):
    heard = []
    release = publish(closed.database, "poll", "test", None, heard.append)
    assert heard == list(range(1, publishing.STEPS + 1))
    assert (release.number, state(closed.database)) == (1, "published")
    with closed.database.reading() as session:
        survey = session.scalars(select(Survey)).one()
        rows = result_rows(load_counts(session, survey), survey.threshold, survey.empty_group)
        stored = session.scalars(select(ReleaseUnit).order_by(ReleaseUnit.position)).all()
        assert [(each.code, each.cells) for each in stored] == [(row.code, row.cells) for row in rows]
        file = session.get(ReleaseFile, (release.id, "table.json"))
        assert json.loads(file.content)["rows"] == list(table_rows(rows))
        assert {each.path for each in session.scalars(select(ReleaseFile))} == FILES
        # A drawing is kept compressed, and is measured as it was made.
        svg = session.get(ReleaseFile, (release.id, "figures/headline.svg"))
        assert results.file_sizes(session, release)[svg.path] == len(plain(svg)) > 2 * len(svg.content)
        assert results.drawing_shapes(session, release)[svg.path][0] == 960
        assert release.head["ballots"] == 160
        assert survey.figures_seen_at is not None
    with pytest.raises(Refused), closed.database.writing() as session:
        reopen_survey(session, "poll", "test", "why not")


def test_what_is_hidden_stands_nowhere_in_the_release(drawn_nothing, closed):
    publish(closed.database, "poll", "test")
    with closed.database.reading() as session:
        hidden = session.scalars(select(ReleaseUnit).where(ReleaseUnit.code == "A12")).one().cells["overall"]
    assert hidden["suppressed"]
    assert [hidden[name] for name in ("ballots", "rated", "satisfied", "approval_rate", "range_low")] == [
        4,
        None,
        None,
        None,
        None,
    ]


def test_a_second_release_needs_a_reason_and_leaves_the_first_as_it_was(drawn_nothing, closed):
    first = publish(closed.database, "poll", "test")
    with closed.database.reading() as session:
        before = {each.path: each.content for each in session.scalars(select(ReleaseFile))}
    with pytest.raises(Refused, match="--reason"):
        publish(closed.database, "poll", "test")
    second = publish(closed.database, "poll", "test", "a name was wrong")
    assert (second.number, second.reason) == (2, "a name was wrong")
    with closed.database.reading() as session:
        after = {
            each.path: each.content
            for each in session.scalars(select(ReleaseFile).where(ReleaseFile.release_id == first.id))
        }
    assert before == after


def test_withdrawing_keeps_the_release_and_closes_the_survey_again(drawn_nothing, closed):
    with pytest.raises(Refused, match="no such release to withdraw"), closed.database.writing() as session:
        withdraw(session, "poll", "test", "wrong")
    publish(closed.database, "poll", "test")
    with pytest.raises(Refused, match="--reason"), closed.database.writing() as session:
        withdraw(session, "poll", "test", None)
    with closed.database.writing() as session:
        [release] = withdraw(session, "poll", "test", "a county was missing")
        assert (release.number, release.withdrawn_reason) == (1, "a county was missing")
    assert state(closed.database) == "closed"
    with pytest.raises(Refused, match="--reason"):
        publish(closed.database, "poll", "test")
    assert publish(closed.database, "poll", "test", "with the county").number == 2


def test_two_publishers_at_once_make_one_first_release(drawn_nothing, closed, monkeypatch):
    """While the tables of one are made, the other publishes: the first then stores nothing, whatever its reason."""
    real = publishing.make_files

    def meanwhile(*given):
        monkeypatch.setattr(publishing, "make_files", real)
        publish(closed.database, "poll", "the other")
        return real(*given)

    monkeypatch.setattr(publishing, "make_files", meanwhile)
    with pytest.raises(Refused, match="just published"):
        publish(closed.database, "poll", "test", "a reason")
    with closed.database.reading() as session:
        assert session.scalars(select(Release.released_by)).all() == ["the other"]


def test_nobody_reopens_a_survey_while_its_release_is_made(drawn_nothing, closed, monkeypatch):
    real = publishing.make_files

    def meanwhile(*given):
        with pytest.raises(Refused, match="seen a figure"), closed.database.writing() as session:
            reopen_survey(session, "poll", "test", "more ballots")
        return real(*given)

    monkeypatch.setattr(publishing, "make_files", meanwhile)
    assert publish(closed.database, "poll", "test").head["ballots"] == 160


def test_a_release_over_a_changed_tree_is_refused(drawn_nothing, closed):
    """A village that moves would be the difference of the two releases, though it is hidden in both."""
    publish(closed.database, "poll", "test")
    moved = UNITS.replace("A12,桥头社区,village,A1", "A12,桥头社区,village,B1")
    with closed.database.writing() as session:
        import_units(session, moved.encode(), "units.csv")
    with pytest.raises(Refused, match="Units have moved since the last release: A12"):
        publish(closed.database, "poll", "test", "a village moved")
    with closed.database.writing() as session:
        import_units(session, UNITS.encode(), "units.csv")
    assert publish(closed.database, "poll", "test", "as it was").number == 2


@pytest.mark.parametrize("other", ["village,A1,hills", "organisation,A1,"])
def test_a_release_over_another_level_or_class_is_refused(drawn_nothing, closed, other):
    """The last of its class in the bulletin could otherwise stand alone, first of one, in what the public reads."""
    publish(closed.database, "poll", "test", audience=Audience.INTERNAL)
    now = f"code,name,level,parent_code,class\nA11,河边村,{other}\n"
    with closed.database.writing() as session:
        import_units(session, now.encode(), "units.csv")
    with pytest.raises(Refused, match="Units have another level or class than in an earlier release: A11"):
        publish(closed.database, "poll", "test")
    before = "code,name,level,parent_code,class\nA11,河边村,village,A1,\n"
    with closed.database.writing() as session:
        import_units(session, before.encode(), "units.csv")
    assert publish(closed.database, "poll", "test").number == 1


def test_reading_a_release(drawn_nothing, closed):
    with closed.database.reading() as session:
        assert results.published_releases(session) == []
        assert results.releases_of(session, "poll") == []
    publish(closed.database, "poll", "test")
    publish(closed.database, "poll", "test", "again")
    with closed.database.reading() as session:
        assert [each.number for each in results.published_releases(session)] == [2]
        newest, first = results.releases_of(session, "poll")
        assert (newest.number, first.number) == (2, 1)
        page = results.unit_page(session, newest)
        assert (page.unit.code, [each.code for each in page.children]) == ("C", ["A", "B"])
        village = results.unit_page(session, newest, "A12")
        assert [each.code for each in village.line] == ["C", "A", "A1", "A12"]
        assert village.children == []
        assert results.unit_page(session, newest, "nowhere") is None
        found = results.search_units(session, newest, "河边")
        assert ([each.code for each in found.units], found.total, found.pages) == (["A11", "B11"], 2, 1)
        assert [each.code for each in results.search_units(session, newest, "B12").units] == ["B12"]
        assert results.search_units(session, newest, "%").total == 0
        assert results.search_units(session, newest, "河", page=99).page == 1
        assert results.targets(session, newest) == []
        assert results.release_file(session, newest, "table.csv").sha256
        assert results.release_file(session, newest, "figures/none.svg") is None
        assert set(results.file_sizes(session, newest)) == {"table.csv", "table.json", "table.schema.json"}
