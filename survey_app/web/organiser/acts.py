"""Approve, open, close, reopen, publish: a page that says what follows, then the act."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from forms.console_forms import CloseForm, ConfirmForm, ReasonForm, blame
from survey_app.domain.lifecycle import Act, SurveyState, after, check_approving, check_reopening
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.domain.release import Audience
from survey_app.models import Survey
from survey_app.services import jobs, lifecycle, publishing
from survey_app.services.opening import find_approval, opens_by_itself, what_hinders
from survey_app.services.plans import launching
from survey_app.services.progress.turnout import turnout_board
from survey_app.services.releases import signing
from survey_app.services.releases.results import public_releases
from survey_app.services.surveys import load_frame
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor, visitor_name
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
    Act.TAKE_BACK: message("The launch is taken back. Change the plan, and launch it again."),
    Act.ARCHIVE: message("The survey is archived. Its results stay where they are."),
    Act.RESTORE: message("The survey is out of the archive."),
}


_ANY = "approve, take_back, open, close, reopen, publish, archive, restore"


@organiser.route(f"/surveys/<slug>/<any({_ANY}):act>", methods=["GET", "POST"])
@policy(Power.RUN_SURVEY, About.SURVEY_WHOLE)
def act(slug: str, act: str) -> Response | str | tuple[str, int]:
    """Ask for an act to be confirmed, and do it; refused with the reason in a state that does not allow it."""
    survey = survey_or_404(slug)
    doing = Act(act)
    _check(survey, doing)
    form = _form(survey, doing)
    if request.method == "GET":
        return _page(survey, doing, form)
    try:
        return _answer(survey, doing, form)
    except Refused as refusal:
        if not isinstance(form, ReasonForm):
            raise
        blame(form.reason, *refusal.messages)  # The reason stays as it was typed.
        return _page(survey, doing, form), 422


def _answer(survey: Survey, doing: Act, form: Form) -> Response | tuple[str, int]:
    slug = survey.slug
    if not form.validate():
        return _page(survey, doing, form), 422
    fault = fresh_code.fault_of_code() if doing is Act.PUBLISH else None
    if fault is not None:
        return _page(survey, doing, form, fault), 422
    if doing is Act.PUBLISH:
        return _enqueue_release(survey, _reason(form))
    if doing is Act.TAKE_BACK:
        plan = launching.take_back(session(), slug, visitor_name(), visitor().scope)
        flash(say(_DONE[doing]))
        return redirect(url_for("organiser.plan_launch", plan_id=plan.id), 303)
    _ACTS[doing](slug, _reason(form))
    flash(say(_DONE[doing]))
    return redirect(url_for("organiser.survey", slug=slug), 303)


def _approve(slug: str, reason: str | None) -> None:
    lifecycle.approve_survey(session(), slug, visitor_name(), request.form.get("seen", ""))


def _open(slug: str, reason: str | None) -> None:
    lifecycle.open_survey(session(), slug, visitor_name())


def _close(slug: str, reason: str | None) -> None:
    lifecycle.close_survey(session(), slug, visitor_name())


def _reopen(slug: str, reason: str | None) -> None:
    lifecycle.reopen_survey(session(), slug, visitor_name(), reason)


def _archive(slug: str, reason: str | None) -> None:
    lifecycle.archive_survey(session(), slug, visitor_name())


def _restore(slug: str, reason: str | None) -> None:
    lifecycle.restore_survey(session(), slug, visitor_name())


_ACTS: dict[Act, Callable[[str, str | None], None]] = {
    Act.APPROVE: _approve,
    Act.OPEN: _open,
    Act.CLOSE: _close,
    Act.REOPEN: _reopen,
    Act.ARCHIVE: _archive,
    Act.RESTORE: _restore,
}


def _enqueue_release(survey: Survey, reason: str | None) -> Response:
    """Ask for the release: its tables and files take seconds at a city's size, so a job makes it."""
    publishing.check_publishing(session(), survey.slug, reason)
    arguments = {"number": _next_release(survey), "reason": reason}
    job = jobs.enqueue(session(), jobs.JobKind.PUBLISH, survey.id, arguments, visitor_name())
    return redirect(url_for("organiser.job", job_id=job.id), 303)


def _check(survey: Survey, doing: Act) -> None:
    after(SurveyState(survey.state), doing, survey.slug)
    if doing is Act.PUBLISH and request.method == "GET":  # Nobody types a reason for what is certain to be refused.
        publishing.check_ready(session(), survey, Audience.PUBLIC)
    if doing is Act.APPROVE:
        check_approving(find_approval(session(), survey), visitor_name())
    if doing is Act.REOPEN:
        now = datetime.now(UTC)
        check_reopening(survey.closed_at or now, now, survey.figures_seen_at is not None)


def _form(survey: Survey, doing: Act) -> Form:
    sent = request.form if request.method == "POST" else None
    if doing is Act.CLOSE:
        return CloseForm(sent, names=frozenset({survey.slug, *survey.title.values()}))
    if doing is Act.REOPEN or (doing is Act.PUBLISH and _next_release(survey) > 1):
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
        seen=lifecycle.definition_hash(session(), survey) if doing is Act.APPROVE else "",
        by_itself=doing is Act.APPROVE and opens_by_itself(session(), survey),
        without_draft=doing is Act.PUBLISH and signing.newest_draft(session(), survey) is None,
        now=datetime.now(UTC),
    )
