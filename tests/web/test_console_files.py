"""Definitions that organisers upload, good and bad; lists of units have a file of their own."""

import io
import json

import pytest
from sqlalchemy import func, select

from survey_app.models import StoredQuestionnaire, Survey
from survey_app.services.surveys import find_survey, load_frame
from tests.web.console_browser import plain
from tests.web.small_survey import EVERY_KIND, other

pytest_plugins = "tests.web.console_fixtures"


def upload(organiser, path, content, filename, page):
    organiser.get(page)
    return organiser.post(path, {"file": (io.BytesIO(content), filename)})


def test_a_missing_file_is_asked_for(organiser):
    organiser.get("/console/surveys/new?lang=en")
    answer = organiser.post("/console/surveys/new?lang=en", {"import": ""})
    assert answer.status_code == 422
    assert "Choose a file first." in plain(answer)


def test_other_forms_take_nothing_large(organiser, draft):
    organiser.get("/console/")
    assert organiser.post("/console/logout", {"more": "x" * 300_000}).status_code == 413


def launch(organiser, definition, path="/console/surveys/new?lang=en"):
    content = definition if isinstance(definition, bytes) else json.dumps(definition).encode()
    return upload(organiser, path, content, "definition.json", page=path)


def surveys(app):
    with app.extensions["manyi"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(Survey))


def test_without_units_a_launch_is_warned_of(organiser):
    assert "Import the units first" in plain(organiser.get("/console/surveys/new?lang=en"))


def test_a_definition_becomes_a_draft(app, organiser, draft):
    answer = launch(organiser, other(EVERY_KIND, slug="second"))
    assert (answer.status_code, answer.location) == (303, "/console/surveys/second?lang=en")
    page = plain(organiser.get(answer.location))
    assert "The survey is launched as a draft." in page
    assert "Launched · lin" in page


def test_every_fault_of_a_definition_is_listed_and_nothing_is_written(app, organiser, draft):
    faulty = other(EVERY_KIND, slug="second", threshold=1, extra="<script>")
    answer = launch(organiser, faulty)
    assert answer.status_code == 422
    assert "Nothing was written. To mend: 2" in plain(answer)
    assert "threshold: 1 is less than the minimum of 5" in plain(answer)
    assert "<script>" not in answer.text
    assert surveys(app) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "this is not JSON"),
        (b"\xff\xfe", "The file is not UTF-8 text."),
        (b"[" * 100_000, "nests too deeply"),
        (b"[]", "is not of type"),
        (b" " * 2_000_001, "The file is larger than 2000000 bytes."),
    ],
)
def test_a_file_that_is_no_definition_is_refused(organiser, content, sentence):
    answer = launch(organiser, content)
    assert answer.status_code == 422
    assert sentence in plain(answer)


def test_a_slug_that_is_taken_is_refused(app, organiser, draft):
    answer = launch(organiser, EVERY_KIND)
    assert answer.status_code == 422
    assert "there is a survey every-kind already" in plain(answer)
    assert surveys(app) == 1


CHANGE = "/console/surveys/every-kind/definition?lang=en"


def test_a_drafts_definition_is_replaced(organiser, draft):
    code = draft.code("马家吉社区")
    changed = other(EVERY_KIND, questions=EVERY_KIND["questions"][:1], closes="2098-01-31")
    assert launch(organiser, changed, CHANGE).status_code == 303
    page = plain(organiser.get(CHANGE))
    assert "The definition was replaced." in page
    assert draft.code("马家吉社区") == code
    with draft.database.reading() as session:
        assert len(load_frame(session, draft.id).questionnaire.questions) == 1
        assert find_survey(session, "every-kind").closes_at.year == 2098


def test_a_replacement_that_does_not_fit_changes_nothing(organiser, draft):
    for faulty in (other(EVERY_KIND, places={"units": ["430700"]}), other(EVERY_KIND, threshold=1)):
        answer = launch(organiser, faulty, CHANGE)
        assert answer.status_code == 422
        assert "Nothing was written. To mend: 1" in plain(answer)
    organiser.get(CHANGE)
    missing = organiser.post(CHANGE)
    assert missing.status_code == 422
    with draft.database.reading() as session:
        assert session.get_one(StoredQuestionnaire, draft.id).definition == EVERY_KIND


def test_once_open_the_definition_stays(organiser, survey):
    page = organiser.get(CHANGE)
    assert "Replace" not in plain(page)
    answer = launch(organiser, EVERY_KIND, CHANGE)
    assert answer.status_code == 409
    assert "The questionnaire was frozen when the survey opened" in plain(answer)
