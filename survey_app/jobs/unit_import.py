"""The import of a list of units that was checked and agreed to."""

import json

from sqlalchemy.orm import Session

from survey_app.jobs.work import MadeFile, Work
from survey_app.services.scopes import Scope
from survey_app.services.units.importing import import_units
from survey_app.services.units.uploads import check_upload, erase_upload, held_upload

#: Reading, checking, writing.
_STEPS = 3


def import_checked_list(work: Work) -> MadeFile:
    """Check the list again, and write it in the transaction that ends the job: both are there, or neither.

    So a worker that is killed leaves the units as they were, and whoever takes the job up imports the list once. The
    job's result is the counts, as JSON.
    """
    upload_id, seen = int(str(work.arguments["upload"])), str(work.arguments["seen"])
    scope_id = work.arguments.get("scope")
    scope = Scope(None if scope_id is None else int(str(scope_id)))
    work.progress(0, _STEPS)
    with work.database.reading() as session:
        upload = held_upload(session, upload_id)
        work.progress(1, _STEPS)
        plan = check_upload(session, upload, scope).plan
    work.progress(2, _STEPS)
    counts = {"added": len(plan.added), "updated": len(plan.updated), "unchanged": len(plan.unchanged)}

    def settle(session: Session) -> None:
        import_units(session, upload.content, upload.filename, work.asked_by, scope, seen)
        erase_upload(session, upload_id)

    return MadeFile("", json.dumps(counts).encode(), settle)
