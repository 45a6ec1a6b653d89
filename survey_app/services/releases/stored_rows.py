"""The rows of a release as they are stored, and read back as they were printed."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.models import Release, ReleaseUnit
from survey_app.services.releases.result_rows import ResultRow

#: A row and its stored form have the same names.
_NAMES = tuple(each.name for each in fields(ResultRow))


def store_rows(session: Session, release: Release, rows: Sequence[ResultRow]) -> None:
    """Store the rows of a release in their order."""
    session.execute(
        insert(ReleaseUnit),
        [
            {
                **{name: getattr(row, name) for name in _NAMES},
                "release_id": release.id,
                "position": position,
                "search_name": " ".join(row.name.values()),
            }
            for position, row in enumerate(rows)
        ],
    )


def stored_rows(session: Session, release: Release) -> Sequence[ResultRow]:
    """Return the rows of a stored release as they were printed."""
    stored = session.scalars(
        select(ReleaseUnit).where(ReleaseUnit.release_id == release.id).order_by(ReleaseUnit.position)
    )
    return [ResultRow(**{name: getattr(each, name) for name in _NAMES}) for each in stored]
