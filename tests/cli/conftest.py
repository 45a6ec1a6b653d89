import shutil

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from survey_app.cli import context, main
from tests import cast


@pytest.fixture
def settings(database_url, tmp_path, monkeypatch):
    """Let the commands work on an empty database, on each of the two, and speak English."""
    _set(monkeypatch, database_url, tmp_path / "data")
    yield monkeypatch
    _forget()


def _set(monkeypatch, url, data):
    for name in ("SURVEY_PUBLIC_URL", "SURVEY_PORT", "SURVEY_PROXIES", "SURVEY_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SURVEY_DATA_DIR", str(data))
    monkeypatch.setenv("SURVEY_DATABASE_URL", url)
    monkeypatch.setenv("SURVEY_LANGUAGE", "en")
    _forget()


def _forget():
    """Forget what one run keeps; a test is many runs."""
    if context.database.cache_info().currsize:
        context.database().dispose()
    context.database.cache_clear()
    context.config.cache_clear()


def _run(*words, stdin=None):
    _forget()
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin, prog_name="manyi")


@pytest.fixture
def run(settings):
    """Give a function that runs a command, each time as a run of its own."""
    return _run


def _set_stage(url, folder):
    """Migrate a database, import the small tree and launch the small survey, all by the commands."""
    (folder / "units.csv").write_bytes(cast.units_csv())
    (folder / "small.json").write_bytes(cast.as_bytes(cast.definition(sign_off="optional")))
    with pytest.MonkeyPatch.context() as monkeypatch:
        _set(monkeypatch, url, folder / "data")
        for words in (("migrate",), ("import-units", folder / "units.csv"), ("launch", folder / "small.json")):
            done = _run(*words)
            assert done.exit_code == 0, done.output
        _forget()


@pytest.fixture(scope="session")
def staged_sqlite(tmp_path_factory):
    """Give the folder of an SQLite database with the stage set, to be copied."""
    folder = tmp_path_factory.mktemp("staged")
    _set_stage(f"sqlite:///{folder / 'staged.sqlite3'}", folder)
    return folder


@pytest.fixture(scope="session")
def staged_postgres(postgres_server, on_postgres, tmp_path_factory):
    """Give the folder of a PostgreSQL database with the stage set, which is called `staged`, to be copied."""
    folder = tmp_path_factory.mktemp("staged")
    on_postgres("CREATE DATABASE staged TEMPLATE template0")
    _set_stage(postgres_server.set(database="staged").render_as_string(hide_password=False), folder)
    return folder


@pytest.fixture
def stage(run, database_url, tmp_path, request):
    """Give the same function with the database migrated, the small tree imported and the small survey launched."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        folder = request.getfixturevalue("staged_sqlite")
        shutil.copy(folder / "staged.sqlite3", url.database)
    else:
        folder = request.getfixturevalue("staged_postgres")
        execute = request.getfixturevalue("on_postgres")
        execute(f"DROP DATABASE {url.database} WITH (FORCE)")
        execute(f"CREATE DATABASE {url.database} TEMPLATE staged")
    for name in ("units.csv", "small.json"):
        shutil.copy(folder / name, tmp_path)
    shutil.copytree(folder / "data", tmp_path / "data")
    return run


@pytest.fixture
def by_slip(stage, tmp_path):
    """Give the same function with a survey by slip launched beside the small one."""
    (tmp_path / "by-slip.json").write_bytes(cast.as_bytes(cast.definition(slug="by-slip", ballot_mode="slip")))
    assert stage("launch", tmp_path / "by-slip.json").exit_code == 0
    return stage
