"""The release of a closed survey, for one audience."""

from sqlalchemy.orm import Session

from survey_app.domain.release import Audience, DocumentHead
from survey_app.jobs.work import Work
from survey_app.services import publishing
from survey_app.services.surveys import find_survey


def make_release(work: Work) -> None:
    """Make the release whose number is in the arguments; nothing where it is there already.

    A node may die between the release and the note that the job is done. Whoever takes the job up again then must not
    publish a second time.
    """
    audience = Audience(str(work.arguments.get("audience", Audience.PUBLIC)))
    number = int(str(work.arguments["number"]))
    with work.database.reading() as session:
        if _next(session, work.slug, audience) > number:
            return
    given, reason = work.arguments.get("document"), work.arguments["reason"]
    publishing.publish(
        work.database,
        work.slug,
        work.asked_by,
        None if reason is None else str(reason),
        lambda done: _tell(work, done),
        audience,
        DocumentHead(**given) if isinstance(given, dict) else None,
    )


def _tell(work: Work, done: int) -> None:
    """Pass the progress on, but not the last step: by then the release is there, and no cancelling undoes it."""
    if done < publishing.STEPS:
        work.progress(done, publishing.STEPS)


def _next(session: Session, slug: str, audience: Audience) -> int:
    return publishing.next_number(session, find_survey(session, slug), audience)
