"""Withdraw one release, public or internal: a page that says what follows, then the act."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.console_forms import ReasonForm
from survey_app.domain.messages import message
from survey_app.domain.powers import Power
from survey_app.domain.release import Audience
from survey_app.models import Release, Survey
from survey_app.services.releases.withdrawing import check_withdrawing, ends_publication, goes_with, withdraw
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.releases.release_pages import release_or_404
from survey_app.web.transaction import session


@organiser.route("/surveys/<slug>/withdraw/<any(internal, public):audience>/<int:number>", methods=["GET", "POST"])
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def withdraw_release(slug: str, audience: str, number: int) -> Response | str | tuple[str, int]:
    """Ask for the withdrawal of a release to be confirmed with a reason, and do it."""
    survey, release = survey_or_404(slug), release_or_404(slug, audience, number)
    check_withdrawing(survey, release)
    if request.method == "GET":
        return _page(survey, release, ReasonForm())
    form = ReasonForm(request.form)
    if not form.validate():
        return _page(survey, release, form), 422
    withdraw(session(), slug, visitor_name(), form.reason.data, Audience(audience), number)
    flash(say(_DONE[Audience(audience)]))
    return redirect(url_for("organiser.releases", slug=slug), 303)


_DONE = {
    Audience.PUBLIC: message("The release is withdrawn. It stays at its address, under a banner."),
    Audience.INTERNAL: message("The internal bulletin is withdrawn, and its unit sheets are no longer given out."),
}


def _page(survey: Survey, release: Release, form: ReasonForm) -> str:
    return render_template(
        "organiser/release_withdraw.html",
        survey=survey,
        release=release,
        gone=goes_with(session(), release),
        closes=ends_publication(session(), release),
        form=form,
    )
