"""Erase files with codes that nobody has fetched in time."""

from survey_app.models.database import Database
from survey_app.services.jobs import erase_old_files, has_old_file


def erase_kept_files(database: Database) -> None:
    """Erase the files that are given out once and were kept for a day; between two jobs, looked at every second."""
    with database.reading() as session:
        if not has_old_file(session):
            return
    with database.writing() as session:
        erase_old_files(session)
