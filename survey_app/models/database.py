"""The connection to the database: reading and writing transactions, on SQLite and on PostgreSQL."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from survey_app.models.base import Base

#: Execution option that marks a writing transaction.
_WRITING = "manyi_writing"
_REBUILDING = "manyi_rebuilding"

#: Where a session carries the installation's secret.
_SECRET_KEY = "manyi_secret_key"  # noqa: S105 - the name of its place.


class Database:
    """One database. `reading()` and `writing()` give a Session; leaving `writing()` commits, an exception rolls back.

    `secret_key` is the installation's: its sessions carry it for hashes that need a key, so that no service that writes
    one must be handed it.

    SQLite has one writer at a time, over all processes. Waiting for it by SQLite's own busy timeout lets some writers
    starve for seconds, so writers queue at a file lock before BEGIN.
    """

    def __init__(self, url: str, data_dir: Path, pool_size: int = 10, secret_key: bytes | None = None) -> None:
        parsed = _with_driver(make_url(url))
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self._lock_path = data_dir / "write.lock"
        self._info = {_SECRET_KEY: secret_key}
        self.engine: Engine = create_engine(
            parsed, pool_size=pool_size, max_overflow=10, pool_pre_ping=not self.is_sqlite, hide_parameters=True
        )
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_up_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and is rolled back at the end."""
        with Session(self.engine, info=self._info) as session:
            if not self.is_sqlite:  # SQLite's WAL gives it anyway.
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are committed, durably, when the block ends without an exception."""
        with self._turn(), Session(self.engine, expire_on_commit=False, info=self._info) as session, session.begin():
            if self.is_sqlite:
                session.connection(execution_options={_WRITING: True})
            yield session

    @contextmanager
    def rebuilding(self) -> Iterator[Session]:
        """Give a session like `writing` in which tables may be rebuilt: SQLite drops the old one with its rows.

        While a table is away, references to it lead nowhere; they are checked when the block ends.
        """
        if not self.is_sqlite:
            with self.writing() as session:
                yield session
            return
        with self._turn(), Session(self.engine, expire_on_commit=False, info=self._info) as session, session.begin():
            connection = session.connection(execution_options={_WRITING: True, _REBUILDING: True})
            connection.detach()  # Its references are unchecked: it never goes back to the pool.
            yield session
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise RuntimeError("a rebuilt table has lost rows that others refer to")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the turn to write: on SQLite the file lock; PostgreSQL has many writers."""
        if not self.is_sqlite:
            yield
            return
        with self._lock_path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # Released when the file closes, also when the process dies.
            yield

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _with_driver(url: URL) -> URL:
    """Choose psycopg 3 where the URL names no driver; its short form `postgres:` is understood too."""
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _set_up_sqlite(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    """WAL, and a sync of every commit: a ballot is acknowledged only when it is on disk."""
    connection.isolation_level = None  # Transactions begin where this module says, not where the driver guesses.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # What is erased, codes of slips among it, is overwritten in the file.
        "busy_timeout=30000",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options: dict[str, Any] = dict(connection.get_execution_options())
    if options.get(_REBUILDING):
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # Of no effect inside a transaction.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITING) else "BEGIN")


def secret_key_of(session: Session) -> bytes:
    """Return the installation's secret."""
    key: bytes | None = session.info.get(_SECRET_KEY)
    if key is None:
        raise RuntimeError("this database was opened without the installation's secret")
    return key


def upsert(dialect: str, table: type[Base]) -> Any:  # noqa: ANN401 - the dialects' inserts share no public type.
    """Return an INSERT into a table, for a database of this dialect, that knows ON CONFLICT."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(cast(Table, table.__table__))
