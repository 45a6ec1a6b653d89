import pytest

from survey_app.domain.messages import Refused
from survey_app.services.surveys import find_survey, list_surveys, load_frame
from tests import cast


@pytest.fixture
def stage(database):
    with database.writing() as session:
        cast.add_units(session)
    return database


@pytest.mark.parametrize("slug", ["none", "", "SMALL", "small\0", "'; DROP TABLE surveys; --", "满意"])
def test_no_such_survey_is_refused_whatever_was_asked_for(stage, slug):
    with stage.writing() as session:
        cast.launched(session)
    with stage.reading() as session, pytest.raises(Refused, match="There is no survey"):
        find_survey(session, slug)


def test_surveys_are_found_by_slug_and_listed_newest_first(stage):
    for slug in ("first", "second"):
        with stage.writing() as session:
            cast.launched(session, cast.definition(slug=slug))
    with stage.reading() as session:
        assert find_survey(session, "first").slug == "first"
        assert [each.slug for each in list_surveys(session)] == ["second", "first"]


def test_no_surveys(database):
    with database.reading() as session:
        assert list_surveys(session) == []


def test_the_frame_of_the_simple_case(stage):
    with stage.writing() as session:
        survey = cast.launched(session)
    with stage.reading() as session:
        frame = load_frame(session, survey.id)
        assert frame.survey_id == survey.id
        assert frame.definition.slug == "small"
        assert [each.code for each in frame.questionnaire.questions] == [
            each["code"] for each in cast.definition()["questions"]
        ]
        assert [each.code for each in frame.groups] == ["residents"]
        assert frame.group_targets == {}
        assert frame.slot_count == 3
        assert frame.tally_shape == (3, 6)  # Blank, four options, not asked.


def test_the_frame_with_groups_and_targets_named_by_their_units(stage):
    with stage.writing() as session:
        cast.launched(session)  # Another survey's groups are not this one's.
        survey = cast.launched(session, cast.with_groups())
    with stage.reading() as session:
        frame = load_frame(session, survey.id)
        assert [each.code for each in frame.groups] == ["users", "delegates", "cadres"]
        assert [(each.code, each.name["zh_Hans"]) for each in frame.questionnaire.targets] == [
            ("D001", "市委办公室"),
            (cast.WULING, "武陵区"),
            ("D003", "市民政局"),
        ]
        assert frame.group_targets == {frame.groups[2].id: {"D001", cast.WULING}}
        assert frame.tally_shape == (3, 6)
