"""Approve, open, close, reopen, publish, withdraw: a page that says what follows, then the act."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from forms.console_forms import CloseForm, ConfirmForm, ReasonForm
from survey_app.domain.lifecycle import Act, SurveyState, after, check_approving, check_reopening
from survey_app.domain.messages import Message, message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services import jobs, lifecycle, publishing
from survey_app.services.opening import find_approval, opens_by_itself, what_hinders
from survey_app.services.progress.turnout import turnout_board
from survey_app.services.releases.results import public_releases
from survey_app.services.surveys import load_frame
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.accounts import fresh_code
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

_DONE: dict[Act, Message] = {
    Act.APPROVE: message("The survey is approved as it stands now."),
    Act.OPEN: message("The survey is open. Answers are taken from now on."),
    Act.CLOSE: message("The survey is closed. No more answers are taken."),
    Act.REOPEN: message("The survey is open again."),
    Act.WITHDRAW: message("The release is withdrawn. It stays at its address, under a banner."),
}


@organiser.route("/surveys/<slug>/<any(approve, open, close, reopen, publish, withdraw):act>", methods=["GET", "POST"])
@policy(Power.RUN_SURVEY, About.SURVEY_WHOLE)
def act(slug: str, act: str) -> Response | str | tuple[str, int]:
    """Ask for an act to be confirmed, and do it; refused with the reason in a state that does not allow it."""
    survey = survey_or_404(slug)
    doing = Act(act)
    _check(survey, doing)
    form = _form(survey, doing)
    if request.method == "GET":
        return _page(survey, doing, form)
    if not form.validate():
        return _page(survey, doing, form), 422
    fault = fresh_code.fault_of_code() if doing is Act.PUBLISH else None
    if fault is not None:
        return _page(survey, doing, form, fault), 422
    if doing is Act.PUBLISH:
        return _enqueue_release(survey, _reason(form))
    _ACTS[doing](slug, _reason(form))
    flash(say(_DONE[doing]))
    return redirect(url_for("organiser.survey", slug=slug), 303)


def _approve(slug: str, reason: str | None) -> None:
    lifecycle.approve_survey(session(), slug, visitor_name())


def _open(slug: str, reason: str | None) -> None:
    lifecycle.open_survey(session(), slug, visitor_name())


def _close(slug: str, reason: str | None) -> None:
    lifecycle.close_survey(session(), slug, visitor_name())


def _reopen(slug: str, reason: str | None) -> None:
    lifecycle.reopen_survey(session(), slug, visitor_name(), reason)


def _withdraw(slug: str, reason: str | None) -> None:
    publishing.withdraw(session(), slug, visitor_name(), reason)


_ACTS: dict[Act, Callable[[str, str | None], None]] = {
    Act.APPROVE: _approve,
    Act.OPEN: _open,
    Act.CLOSE: _close,
    Act.REOPEN: _reopen,
    Act.WITHDRAW: _withdraw,
}


def _enqueue_release(survey: Survey, reason: str | None) -> Response:
    """Ask for the release: its tables and files take seconds at a city's size, so a job makes it."""
    publishing.check_publishing(session(), survey.slug, reason)
    arguments = {"number": _next_release(survey), "reason": reason}
    job = jobs.enqueue(session(), jobs.JobKind.PUBLISH, survey.id, arguments, visitor_name())
    return redirect(url_for("organiser.job", job_id=job.id), 303)


def _check(survey: Survey, doing: Act) -> None:
    after(SurveyState(survey.state), doing, survey.slug)
    if doing is Act.APPROVE:
        check_approving(find_approval(session(), survey), visitor_name())
    if doing is Act.REOPEN:
        now = datetime.now(UTC)
        check_reopening(survey.closed_at or now, now, survey.figures_seen_at is not None)


def _form(survey: Survey, doing: Act) -> Form:
    sent = request.form if request.method == "POST" else None
    if doing is Act.CLOSE:
        return CloseForm(sent, names=frozenset({survey.slug, *survey.title.values()}))
    if doing in (Act.REOPEN, Act.WITHDRAW) or (doing is Act.PUBLISH and _next_release(survey) > 1):
        return ReasonForm(sent)
    return ConfirmForm(sent)


def _reason(form: Form) -> str | None:
    return (form.reason.data or "").strip() if isinstance(form, ReasonForm) else None


def _next_release(survey: Survey) -> int:
    releases = public_releases(session(), survey.slug)
    return releases[0].number + 1 if releases else 1


def _page(survey: Survey, doing: Act, form: Form, fault_of_code: Message | None = None) -> str:
    return render_template(
        f"organiser/act_{doing.value}.html",
        survey=survey,
        act=doing.value,
        form=form,
        fault_of_code=fault_of_code,
        board=turnout_board(session(), survey),
        questions=len(load_frame(session(), survey.id).questionnaire.questions),
        number=_next_release(survey),
        hindrances=what_hinders(session(), survey, datetime.now(UTC)) if doing is Act.OPEN else (),
        by_itself=doing is Act.APPROVE and opens_by_itself(session(), survey),
        now=datetime.now(UTC),
    )
