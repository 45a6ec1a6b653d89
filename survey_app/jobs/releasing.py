"""The release of a closed survey, for one audience."""

from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience, DocumentHead, struck_words
from survey_app.jobs.work import Work
from survey_app.services import publishing
from survey_app.services.releases.results import releases_of


def make_release(work: Work) -> None:
    """Make the release whose number is in the arguments; nothing where it is there already.

    A node may die between the release and the note that the job is done. Whoever takes the job up again then must not
    publish a second time.
    """
    audience = Audience(str(work.arguments.get("audience", Audience.PUBLIC)))
    number, given = int(str(work.arguments["number"])), work.arguments.get("document")
    left_out = _words(work.arguments.get("left_out"))
    reason = None if work.arguments["reason"] is None else str(work.arguments["reason"])
    with work.database.reading() as session:
        there = next(
            (each for each in releases_of(session, work.slug) if (each.audience, each.number) == (audience, number)),
            None,
        )
    if there is not None:
        asked = (
            reason or "",
            work.asked_by,
            given or there.head["document"],
            there.left_out if left_out is None else left_out,
        )
        if asked != (there.reason, there.released_by, there.head["document"], there.left_out):
            raise Refused(message("Somebody else has just published this survey. Look at that release first."))
        return
    publishing.publish(
        work.database,
        work.slug,
        work.asked_by,
        reason,
        lambda done: _tell(work, done),
        audience,
        DocumentHead(**given) if isinstance(given, dict) else None,
        left_out,
    )


def _words(given: object) -> list[str] | None:
    """Return the words to leave out as they are stored; None where nothing was said of them."""
    return struck_words(map(str, given)) if isinstance(given, list) else None


def _tell(work: Work, done: int) -> None:
    """Pass the progress on, but not the last step: by then the release is there, and no cancelling undoes it."""
    if done < publishing.STEPS:
        work.progress(done, publishing.STEPS)
