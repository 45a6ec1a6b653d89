"""Pages that say why there is no questionnaire, each with the reason, the next step and the right status.

| page                    | status | why this one                                                        |
|-------------------------|--------|---------------------------------------------------------------------|
| not yet open            | 403    | the address is right; its time has not come                         |
| paused                  | 503    | with Retry-After: it comes back, and the address stays              |
| closed                  | 410    | gone for good, with the way to the results                          |
| voided code             | 410    | gone for good: the poster was replaced                              |
| quota is full           | 410    | as many answers as were asked for have come; nothing is left to do  |
| slip already used       | 410    | its ballot has been received: nothing is left to do                 |
| no such code            | 404    | with a box to type one in                                           |
| ticket of the console over | 404 | a device's or preview's address is good for a while only           |
| not this page's ballot  | 400    | a token or a field that this page never held; nothing is stored     |
| other answers, sent again | 409  | the first ballot stays                                              |
| something to mend       | 422    | the form again, with everything that was filled in                  |
| database away           | 503    | with Retry-After: the form again, with everything that was filled in |
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Response, make_response, render_template, url_for

from forms.entry_code_form import EntryCodeForm
from survey_app.domain.ballot import Channel
from survey_app.domain.doors import Door, Standing
from survey_app.domain.messages import Message, message
from survey_app.web.languages import LANGUAGES
from survey_app.web.public import dates
from survey_app.web.public.page import is_published, survey_context, unit_path
from survey_app.web.public.visit import Visit

#: A paused place may be asked for again after this many seconds.
_PAUSED_FOR = 600


@dataclass(frozen=True)
class Link:
    """A next step."""

    address: str
    text: Message


@dataclass(frozen=True)
class Notice:
    """What a page says instead of the questionnaire."""

    status: int
    heading: Message
    sentences: Sequence[Message]
    links: Sequence[Link] = ()
    with_box: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def notice_page(notice: Notice, door: Door | None, form: EntryCodeForm | None = None) -> Response:
    """Return the page of a notice, below the head of the survey where the code leads to one."""
    context = {"languages": list(LANGUAGES)} if door is None else {**survey_context(door), "unit_path": unit_path(door)}
    html = render_template(
        "public/notice.html", notice=notice, door=door, entry_form=form or EntryCodeForm(), **context
    )
    return make_response(html, notice.status, notice.headers)


def standing_page(door: Door, stands: Standing) -> Response:
    """Return the page for a door that does not lead to a questionnaire now."""
    return notice_page(_NOTICES[stands](door), door)


def unknown_page(form: EntryCodeForm | None = None) -> Response:
    """Return the page for a code that never was."""
    return notice_page(
        Notice(
            404,
            message("This code is not known"),
            [message("Please check the code against the poster, or scan the QR code again.")],
            with_box=True,
        ),
        None,
        form,
    )


def ticket_over_page() -> Response:
    """Return the page for an address of the console's whose time is over, or that nobody gave out."""
    return notice_page(
        Notice(
            404,
            message("This address is no longer valid"),
            [message("It is good for a while only. Please have it made anew in the console.")],
        ),
        None,
    )


def not_from_here_page(visit: Visit) -> Response:
    """Return the page for a ballot that this server's page cannot have sent."""
    again = Link(visit.address, message("Open the questionnaire again"))
    return notice_page(
        Notice(
            400,
            message("These answers did not come from this page"),
            [message("Nothing was stored. Please open the questionnaire again and submit it from there.")],
            [again],
        ),
        visit.door,
    )


def conflict_page(visit: Visit, receipt: str) -> Response:
    """Return the page for other answers under a token that has been used."""
    return notice_page(
        Notice(
            409,
            message("Your first submission has been received"),
            [
                message(
                    "The answers you sent first are stored and stay as they are; they cannot be changed afterwards."
                ),
                message("Does somebody else want to answer on this phone? Please scan the QR code again."),
            ],
            [Link(visit.address_after(receipt), message("Go on"))],
        ),
        visit.door,
    )


def _not_yet(door: Door) -> Notice:
    day = dates.opening(door)
    when = (
        message("It opens on {day}. Please scan the code again then.", day=day)
        if day
        else message("The organiser has not announced the day yet. Please scan the code again later.")
    )
    return Notice(403, message("This evaluation has not opened yet"), [when])


def _paused(door: Door) -> Notice:
    return Notice(
        503,
        message("This place is paused for the moment"),
        [message("Please scan the code again later, or ask the organiser.")],
        headers={"Retry-After": str(_PAUSED_FOR)},
    )


def _closed(door: Door) -> Notice:
    published = is_published(door)
    over = door.closes_at is not None and door.closes_at <= datetime.now(UTC)  # Not where it was closed early.
    last = dates.closing(door, with_year=True) if over else None
    ended = message("Answers were taken until {day}.", day=last) if last else message("Answers are no longer taken.")
    thanks = message("Thank you for your interest.")
    address = url_for("results.survey", slug=door.survey_slug) if published else url_for("results.index")
    text = message("See the result") if published else message("Published results")
    return Notice(410, message("This evaluation has closed"), [ended, thanks], [Link(address, text)])


def _voided(door: Door) -> Notice:
    if door.channel is Channel.SLIP:
        return Notice(
            410,
            message("This slip is no longer valid"),
            [message("Please use a new slip. If you have none, ask whoever hands the slips out.")],
        )
    return Notice(
        410,
        message("This QR code is no longer in use"),
        [message("Please use the new evaluation poster, or ask the organiser where it hangs.")],
    )


def _spent(door: Door) -> Notice:
    return Notice(
        410,
        message("Already received, nothing more to fill in"),
        [message("The answers of this slip have been received. Each slip counts once. Thank you.")],
    )


def _full(door: Door) -> Notice:
    return Notice(
        410,
        message("As many answers as planned have come in here. Thank you."),
        [message("This place takes no more of them. Nothing more is needed from you.")],
    )


_NOTICES = {
    Standing.NOT_YET: _not_yet,
    Standing.PAUSED: _paused,
    Standing.CLOSED: _closed,
    Standing.VOIDED: _voided,
    Standing.SPENT: _spent,
    Standing.FULL: _full,
}
