from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from survey_app.domain.messages import Refused
from survey_app.models import Base, Release, SignOff, Unit
from survey_app.models.database import Database
from survey_app.services.migrating import alembic_config, current_revision, migrate, newest_revision, require_migrated


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_the_migrated_schema_equals_the_models(database):
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_releases_outlive_the_rebuilding_of_their_table(database_url, tmp_path):
    database = Database(database_url, tmp_path)
    migrate(database, "0002")
    with database.writing() as session:
        session.execute(
            text(
                "INSERT INTO surveys (id, slug, title, organiser, contact, state, time_zone, headline_question,"
                " headline_base, empty_group, threshold)"
                " VALUES (1, 's', '{}', '{}', '', 'published', 'UTC', 'q', 'rated', 'renormalise', 10)"
            )
        )
        session.execute(
            text(
                "INSERT INTO releases (id, survey_id, number, released_at, released_by, reason, head, withdrawn_reason)"
                " VALUES (1, 1, 1, '2026-01-01 00:00:00+00:00', 'x', '', '{}', '')"
            )
        )
        session.execute(
            text(
                "INSERT INTO release_files (release_id, path, media_type, sha256, content)"
                " VALUES (1, 'table.csv', 'text/csv', '', :content)"
            ),
            {"content": b"1"},
        )
    migrate(database)
    with database.writing() as session:
        assert session.scalars(select(Release.audience)).one() == "public"
        session.add(
            SignOff(release_id=1, step="prepared", post="", name="a", by="b", at=datetime(2026, 1, 1, tzinfo=UTC))
        )
    with pytest.raises(IntegrityError), database.writing() as session:  # References are checked again.
        session.execute(text("DELETE FROM releases"))
    assert migrate(database, "base") == "base"
    database.dispose()


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
