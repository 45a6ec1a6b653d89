import shutil

import pytest

from survey_app.models.database import Database
from survey_app.services import publishing
from survey_app.services.releases import files as release_files
from tests.conftest import SECRET_KEY
from tests.services.polling import launch_poll


@pytest.fixture
def poll(database):
    return launch_poll(database)


@pytest.fixture(scope="module")
def shared_database(migrated_sqlite, tmp_path_factory):
    """Give one SQLite database to all tests of a module, which only read it once its fixtures have filled it."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(migrated_sqlite, folder / "test.sqlite3")
    found = Database(f"sqlite:///{folder / 'test.sqlite3'}", folder, secret_key=SECRET_KEY)
    yield found
    found.dispose()


@pytest.fixture
def drawn_nothing(monkeypatch):
    """Leave figures, workbook and bulletin out, where only the release's way into the database matters."""

    def only_tables(head, rows, released_at, progress):
        for done in range(1, release_files.FILE_STEPS + 1):
            progress(done)
        return list(release_files._data(head, rows))

    monkeypatch.setattr(publishing, "make_files", only_tables)
