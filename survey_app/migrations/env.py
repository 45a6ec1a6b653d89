"""How Alembic runs: on the connection that `migrate` hands over, or, for developers, on the configured database."""

from alembic import context
from sqlalchemy import Connection

from survey_app.config import read_config
from survey_app.models import Base
from survey_app.models.database import Database


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    config = read_config()
    database = Database(config.database_url, config.data_dir)
    with database.writing() as session:
        _run(session.connection())
