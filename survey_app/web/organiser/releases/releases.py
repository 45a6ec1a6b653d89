"""The way from closing to the published result: draft for review, sign-off, internal bulletin, publication."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from forms.console_forms import ReasonForm, ReviewForm, SignForm, blame
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.domain.release import Audience, DocumentHead, Step, next_step, step_name
from survey_app.models import Release, ReleaseUnit, Survey
from survey_app.services import jobs, publishing
from survey_app.services.releases import results as published
from survey_app.services.releases import signing
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.sheet_files import one_sheet
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.accounts import fresh_code
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.release_downloads import downloads
from survey_app.web.transaction import session

_AFTER_CLOSING = (SurveyState.CLOSED, SurveyState.PUBLISHED, SurveyState.ARCHIVED)

#: Of use to programs only; it stands beside the table on the public page.
_LEFT_OUT = frozenset({"table.schema.json"})


@dataclass(frozen=True)
class Sheets:
    """Unit sheets to choose from: those of `release` that were looked for, or its top units."""

    release: Release
    wanted: str
    found: Sequence[ReleaseUnit]
    total: int


@organiser.get("/surveys/<slug>/releases")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def releases(slug: str) -> str:
    """Show what was released for whom, what is signed, and what comes next."""
    return _page(survey_or_404(slug))


@organiser.post("/surveys/<slug>/releases/review")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def make_review(slug: str) -> Response | tuple[str, int]:
    """Ask for a draft for review."""
    survey, form = survey_or_404(slug), ReviewForm(request.form)
    if not form.validate():
        return _page(survey, review=form), 422
    document = DocumentHead(form.number.data or "", form.main.data or "", form.copies.data or "")
    return _enqueue(survey, Audience.REVIEW, None, document)


@organiser.post("/surveys/<slug>/releases/internal")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def make_internal(slug: str) -> Response | tuple[str, int]:
    """Ask for an internal release; one after the first needs a reason."""
    survey, form = survey_or_404(slug), ReasonForm(request.form)
    if publishing.next_number(session(), survey, Audience.INTERNAL) > 1 and not form.validate():
        return _page(survey, internal=form), 422
    fault = fresh_code.fault_of_code()
    if fault is not None:
        return _page(survey, internal=form, fault_of_code=fault), 422
    return _enqueue(survey, Audience.INTERNAL, form.reason.data or None, None)


def _enqueue(survey: Survey, audience: Audience, reason: str | None, document: DocumentHead | None) -> Response:
    publishing.check_publishing(session(), survey.slug, reason, audience)
    arguments: dict[str, object] = {
        "number": publishing.next_number(session(), survey, audience),
        "audience": str(audience),
        "reason": reason,
    }
    if document is not None:
        arguments["document"] = asdict(document)
    job = jobs.enqueue(session(), jobs.JobKind.PUBLISH, survey.id, arguments, visitor_name())
    return redirect(url_for("organiser.job", job_id=job.id), 303)


@organiser.post("/surveys/<slug>/sign/<any(prepared, checked, approved):step>")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def sign(slug: str, step: str) -> Response | tuple[str, int]:
    """Take the next step of the sign-off."""
    survey, form = survey_or_404(slug), SignForm(request.form)
    if form.validate():
        fault = fresh_code.fault_of_code()
        if fault is not None:
            return _page(survey, sign=form, fault_of_code=fault), 422
        try:
            _check_draft(survey)
            signing.sign(session(), slug, Step(step), form.post.data or "", form.name.data or "", visitor_name())
        except Refused as refusal:
            if _waiting(survey) is None:
                raise
            blame(form.name, *refusal.messages)
        else:
            flash(say(message("Signed: {step}.", step=step_name(Step(step)))))
            return redirect(url_for("organiser.releases", slug=slug), 303)
    return _page(survey, sign=form), 422


def _check_draft(survey: Survey) -> None:
    """Refuse to sign another draft than the one that the form was made for: nobody signs what they have not seen."""
    draft, seen = signing.newest_draft(session(), survey), request.form.get("draft", "")
    if draft is not None and seen not in ("", str(draft.number)):
        raise Refused(
            message("Draft for review {number} was made meanwhile. Look at it, then sign it.", number=draft.number)
        )


@organiser.get("/surveys/<slug>/releases/<any(review, internal, public):audience>/<int:number>/<path:path>")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def release_file(slug: str, audience: str, number: int, path: str) -> Response:
    """Give one file of a release, whoever it is for; a unit's sheet is made when it is asked for."""
    release = _release_or_404(slug, audience, number)
    if path.startswith("sheets/") and path.endswith(".pdf"):
        sheet = one_sheet(session(), release, path.removeprefix("sheets/").removesuffix(".pdf"))
        content, media_type = sheet, "application/pdf"
    else:
        found = published.release_file(session(), release, path)
        content, media_type = (found.content, found.media_type) if found else (None, "")
    if content is None:
        abort(404)
    name = f"{slug}-{audience}-{number}-{path.rpartition('/')[2]}"
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


def _release_or_404(slug: str, audience: str, number: int) -> Release:
    survey_or_404(slug)
    made = published.releases_of(session(), slug)
    found = next((each for each in made if each.audience == audience and each.number == number), None)
    if found is None:
        abort(404)
    return found


def _waiting(survey: Survey) -> Step | None:
    """Return the step that the newest draft waits for; None where it is signed off, and where there is none."""
    draft = signing.newest_draft(session(), survey)
    return None if draft is None else next_step(signing.signatures_of(session(), draft))


def _sheets(made: Sequence[Release]) -> Sheets | None:
    """Return the sheets of the newest internal release, before it of the draft, else of what is published."""
    newest = _newest(made)
    release = newest[Audience.INTERNAL] or newest[Audience.REVIEW] or newest[Audience.PUBLIC]
    if release is None:
        return None
    wanted = request.args.get("q", "").strip()[:100]
    if wanted:
        search = published.search_units(session(), release, wanted)
        return Sheets(release, wanted, _with_sheet(search.units), search.total)
    page = published.unit_page(session(), release)
    units = [page.unit, *page.children] if page else published.top_units(session(), release)
    found = _with_sheet([*units, *published.targets(session(), release)])
    return Sheets(release, wanted, found[: published.PAGE_ROWS], len(found))


def _with_sheet(units: Sequence[ReleaseUnit]) -> Sequence[ReleaseUnit]:
    """Leave out what has no sheet of its own: a unit's own ballots, and units that no question rates."""
    return [each for each in units if each.level != OWN_LEVEL and each.cells]


def _following(made: Sequence[Release], waiting: Step | None) -> str:
    """Name what comes next: a draft, its sign-off, the internal bulletin, publication; "" when all is done."""
    newest = _newest(made)
    draft, public = newest[Audience.REVIEW], newest[Audience.PUBLIC]
    if waiting is not None:
        return "sign"
    if draft is None or (public is not None and public.id > draft.id):
        return "review" if public is None or public.withdrawn_at else ""
    issued = newest[Audience.INTERNAL]
    return "publish" if issued is not None and issued.signed_as == draft.id else "internal"


def _newest(made: Sequence[Release]) -> dict[Audience, Release | None]:
    return {audience: next((each for each in made if each.audience == audience), None) for audience in Audience}


def _page(
    survey: Survey,
    review: ReviewForm | None = None,
    sign: SignForm | None = None,
    internal: ReasonForm | None = None,
    fault_of_code: Message | None = None,
) -> str:
    made = published.releases_of(session(), survey.slug)
    draft = signing.newest_draft(session(), survey)
    taken = signing.signatures_of(session(), draft)
    waiting = next_step(taken) if draft is not None else None
    is_closed = SurveyState(survey.state) in _AFTER_CLOSING
    under_way = [each for each in jobs.jobs_of(session(), survey.id, jobs.JobKind.PUBLISH) if jobs.is_under_way(each)]
    return render_template(
        "organiser/releases.html",
        survey=survey,
        is_closed=is_closed,
        under_way=under_way,
        made={audience.value: [each for each in made if each.audience == audience] for audience in Audience},
        newest_id=max((each.id for each in made), default=0),
        files={each.id: downloads(published.file_sizes(session(), each), _LEFT_OUT) for each in made},
        draft=draft,
        taken={each.step: each for each in taken},
        accounts=signing.signing_accounts(session(), draft),
        waiting=waiting,
        following=_following(made, waiting) if is_closed and not under_way else "",
        steps={step: step_name(step) for step in Step},
        sheets=_sheets(made) if is_closed else None,
        review=review or ReviewForm(data=asdict(signing.document_of(draft))),
        sign=sign or SignForm(),
        internal=internal or ReasonForm(),
        fault_of_code=fault_of_code,
    )
