"""Bring the database's schema to the one this version needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from survey_app.domain.messages import Refused, message
from survey_app.models.database import Database

_MIGRATIONS = Path(__file__).parents[1] / "migrations"


def alembic_config() -> AlembicConfig:
    """Return Alembic's configuration; there is no alembic.ini to keep in step."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def newest_revision() -> str:
    """Return the revision that this version of the program needs."""
    return str(ScriptDirectory.from_config(alembic_config()).get_current_head())


def migrate(database: Database, to: str = "head") -> str:
    """Bring the schema to revision `to`, up or down, in one transaction; return the revision."""
    config = alembic_config()
    with database.rebuilding() as session:
        connection = session.connection()
        config.attributes["connection"] = connection
        going_down = to == "base"
        (command.downgrade if going_down else command.upgrade)(config, to)
        return MigrationContext.configure(connection).get_current_revision() or "base"


def current_revision(database: Database) -> str | None:
    """Return the revision of the database, None for an empty one."""
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def require_migrated(database: Database) -> None:
    """Refuse to work on a database whose schema is not the one this version needs."""
    if current_revision(database) != newest_revision():
        raise Refused(message("The database is not set up for this version. Run: python -m survey_app migrate"))
