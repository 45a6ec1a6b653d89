"""Applications on a temporary database, for tests of pages."""

import shutil

import pytest

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.releases import files as release_files
from tests.web.small_survey import EVERY_KIND, TARGETS, SmallSurvey


@pytest.fixture
def app(migrated_sqlite, tmp_path):
    """Give an application on an empty, migrated SQLite database."""
    made = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path / "data")}))
    shutil.copy(migrated_sqlite, made.extensions["manyi"].database.engine.url.database)
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture
def client(app):
    """Give a browser without cookies, as residents' pages need none."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def draft(app):
    """Give a launched survey with every kind of question, not yet open."""
    return SmallSurvey(app.extensions["manyi"], EVERY_KIND)


@pytest.fixture
def survey(draft):
    """Give an open survey with every kind of question."""
    return draft.open()


@pytest.fixture
def review(app):
    """Give an open survey about targets, with two groups."""
    return SmallSurvey(app.extensions["manyi"], TARGETS).open()


@pytest.fixture
def without_documents(monkeypatch):
    """Leave workbook and bulletin empty, where only pages matter: a page shows their sizes and nothing of them."""
    monkeypatch.setattr(release_files, "_xlsx", lambda *_: b"x")
    monkeypatch.setattr(release_files, "_document", lambda *_: b"x")
    monkeypatch.setattr(release_files, "_pictures", lambda *_: ())


@pytest.fixture
def without_bulletins(monkeypatch):
    """Leave the bulletins empty, where a release matters and its other files."""
    monkeypatch.setattr(release_files, "_document", lambda *_: b"x")
    monkeypatch.setattr(release_files, "_pictures", lambda *_: ())
