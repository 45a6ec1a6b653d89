import pytest
from click.testing import CliRunner

from survey_app.cli import context, main
from tests import cast


@pytest.fixture
def settings(database_url, tmp_path, monkeypatch):
    """Let the commands work on an empty database, on each of the two, and speak English."""
    for name in ("SURVEY_PUBLIC_URL", "SURVEY_PORT", "SURVEY_PROXIES", "SURVEY_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SURVEY_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SURVEY_DATABASE_URL", database_url)
    monkeypatch.setenv("SURVEY_LANGUAGE", "en")
    _forget()
    yield monkeypatch
    _forget()


def _forget():
    """Forget what one run keeps; a test is many runs."""
    if context.database.cache_info().currsize:
        context.database().dispose()
    context.database.cache_clear()
    context.config.cache_clear()


@pytest.fixture
def run(settings):
    """Give a function that runs a command, each time as a run of its own."""

    def run(*words, stdin=None):
        _forget()
        return CliRunner().invoke(main, [str(word) for word in words], input=stdin, prog_name="manyi")

    return run


@pytest.fixture
def stage(run, tmp_path):
    """Give the same function with the database migrated, the small tree imported and the small survey launched."""
    (tmp_path / "units.csv").write_bytes(cast.units_csv())
    (tmp_path / "small.json").write_bytes(cast.as_bytes(cast.definition()))
    for words in (("migrate",), ("import-units", tmp_path / "units.csv"), ("launch", tmp_path / "small.json")):
        done = run(*words)
        assert done.exit_code == 0, done.output
    return run


@pytest.fixture
def by_slip(stage, tmp_path):
    """Give the same function with a survey by slip launched beside the small one."""
    (tmp_path / "by-slip.json").write_bytes(cast.as_bytes(cast.definition(slug="by-slip", ballot_mode="slip")))
    assert stage("launch", tmp_path / "by-slip.json").exit_code == 0
    return stage
