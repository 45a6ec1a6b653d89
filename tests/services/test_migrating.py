import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from survey_app.domain.messages import Refused
from survey_app.models import Base, Unit
from survey_app.models.database import Database
from survey_app.services.migrating import alembic_config, current_revision, migrate, newest_revision, require_migrated


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_the_migrated_schema_equals_the_models(database):
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_up_and_down_with_data(database_url, tmp_path):
    database = Database(database_url, tmp_path)
    assert current_revision(database) is None
    with pytest.raises(Refused, match="migrate"):
        require_migrated(database)
    assert migrate(database) == newest_revision()
    require_migrated(database)
    with database.writing() as session:
        session.add(Unit(code="1", name="市", level="city"))
    assert migrate(database, "base") == "base"
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert migrate(database) == newest_revision()
    database.dispose()
