"""All unit sheets of a release, or those of one county, as a file that a job makes."""

from collections.abc import Sequence

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.console_forms import SheetsForm
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.domain.release import Audience
from survey_app.models import Release, Survey
from survey_app.services.jobs import JobKind, enqueue, jobs_of
from survey_app.services.releases import signing
from survey_app.services.releases.issued_sheets import issued_release
from survey_app.services.releases.sheet_files import sheets_below
from survey_app.services.scopes import top_unit
from survey_app.web.organiser.access.check import may, visitor, visitor_name
from survey_app.web.organiser.access.narrowing import board_or_404, jobs_within, sees_whole
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.route("/surveys/<slug>/sheets/files", methods=["GET", "POST"])
@policy(Power.SEE_SHEET, About.SURVEY_PART)
def sheet_files(slug: str) -> Response | str | tuple[str, int]:
    """Drill down to the county or township wanted, and ask for its sheets in one file."""
    survey = survey_or_404(slug)
    releases = {f"{each.audience} {each.number}": each for each in _releases(survey)}
    names = [(key, release_name(each)) for key, each in releases.items()]
    if request.method == "GET":
        return _page(survey, SheetsForm(releases=names))
    if not releases:
        raise Refused(message("There are no unit sheets: no release is made, or the newest is withdrawn."))
    form = SheetsForm(request.form, releases=names)
    if not form.validate():
        abort(400)
    release = releases[form.release.data]
    under = (form.under.data or "").strip() or _own_top()
    if under is not None and not sheets_below(session(), release, under):
        raise Refused(message("This release has no sheet of unit {value} or of one below it.", value=under[:64]))
    wanted = {"under": under, "apart": True if form.way.data == "apart" else None}
    arguments = {"audience": release.audience, "number": release.number}
    arguments |= {name: value for name, value in wanted.items() if value is not None}
    job = enqueue(session(), JobKind.SHEETS, survey.id, arguments, visitor_name())
    return redirect(url_for("organiser.job", job_id=job.id), 303)


def release_name(release: Release) -> Message:
    """Return the name of a draft or internal release whose sheets are handed over."""
    if release.audience == Audience.REVIEW:
        return message("Draft for review {number}, with its watermark", number=release.number)
    return message("Internal bulletin {number}", number=release.number)


def _releases(survey: Survey) -> Sequence[Release]:
    """Return the releases whose sheets the visitor may have: what was issued, and the draft for those who release."""
    issued = issued_release(session(), survey.slug)
    draft = None
    if may(Power.RELEASE) and sees_whole(survey):
        draft = signing.newest_draft(session(), survey)
    if draft is not None and signing.is_spent(session(), draft):
        draft = None
    return [each for each in (issued, draft) if each is not None]


def _own_top() -> str | None:
    """Return the unit whose sheets, and those below it, are all that the visitor may have; None: all.

    All places may lie within a scope and some listed target outside it: then its sheet is somebody else's.
    """
    top = top_unit(session(), visitor().scope)
    return top.code if top else None


def _page(survey: Survey, form: SheetsForm) -> str:
    under = request.args.get("under")
    return render_template(
        "organiser/sheet_files.html",
        survey=survey,
        board=board_or_404(survey, under),
        under=under,
        form=form,
        jobs=jobs_within(jobs_of(session(), survey.id, JobKind.SHEETS)),
    )
