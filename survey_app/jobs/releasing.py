"""The release of a closed survey."""

from survey_app.jobs.work import Work
from survey_app.services.publishing import publish
from survey_app.services.results import releases_of


def make_release(work: Work) -> None:
    """Publish the release whose number is in the arguments; nothing where it is there already.

    A node may die between the release and the note that the job is done. Whoever takes the job up again then must not
    publish a second time.
    """
    number = int(str(work.arguments["number"]))
    with work.database.reading() as session:
        there = releases_of(session, work.slug)
    if there and there[0].number >= number:
        return
    reason = work.arguments["reason"]
    publish(work.database, work.slug, work.asked_by, None if reason is None else str(reason))
