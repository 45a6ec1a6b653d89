"""A draft or an internal release, looked at before and after it is signed: the pages that the public will see."""

from flask import abort, request, url_for

from survey_app.domain.powers import Power
from survey_app.domain.release import Audience, step_name
from survey_app.models import Release
from survey_app.services.releases import results as published
from survey_app.services.releases import signing
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.release_pages import Addresses, release_pages
from survey_app.web.transaction import session


@organiser.get("/surveys/<slug>/releases/<any(review, internal):audience>/<int:number>/")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def pages_of_release(slug: str, audience: str, number: int) -> str:
    """Show a release that is not public, unit by unit, under a bar that leads back and to the signature."""
    survey = survey_or_404(slug)
    shown = release_or_404(slug, audience, number)
    made = [each for each in published.releases_of(session(), slug) if each.audience == audience]
    draft = signing.newest_draft(session(), survey)
    waiting = signing.waiting_for(session(), survey) if draft is not None and draft.id == shown.id else None
    page = release_pages().page(
        shown,
        made,
        request.args,
        _addresses(shown, slug),
        "organiser/release_pages.html",
        survey=survey,
        release=shown,
        is_draft=audience == Audience.REVIEW,
        waiting=None if waiting is None else step_name(waiting),
    )
    if page is None:
        abort(404)
    return page


def release_or_404(slug: str, audience: str, number: int) -> Release:
    """Return one of a survey's releases."""
    survey_or_404(slug)
    made = published.releases_of(session(), slug)
    found = next((each for each in made if each.audience == audience and each.number == number), None)
    if found is None:
        abort(404)
    return found


def _addresses(shown: Release, slug: str) -> Addresses:
    def first_page(number: int) -> str:
        return url_for("organiser.pages_of_release", slug=slug, audience=shown.audience, number=number)

    def file(path: str) -> str:
        return url_for(
            "organiser.release_file", slug=slug, audience=shown.audience, number=shown.number, path=path, lang=None
        )

    back = url_for("organiser.releases", slug=slug)
    return Addresses(back, back, first_page(shown.number), file, first_page)
