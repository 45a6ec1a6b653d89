"""The way from closing to the published result: draft for review, sign-off, internal bulletin, publication."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from io import BytesIO

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from forms.console_forms import ReasonForm, ReviewForm, SignForm, blame
from survey_app.domain.definition import SignOffRule
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.domain.release import Audience, DocumentHead, Step, next_step, step_name, struck_words
from survey_app.domain.texts import pick
from survey_app.models import Release, ReleaseUnit, Survey
from survey_app.services import jobs, publishing
from survey_app.services.releases import results as published
from survey_app.services.releases import signing, unit_checks
from survey_app.services.releases.figure_subjects import figure_subjects
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.sheet_files import one_sheet
from survey_app.services.releases.stored_files import plain
from survey_app.services.releases.summary import summary
from survey_app.web.languages import language, say
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.accounts import fresh_code
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.releases.release_pages import release_or_404
from survey_app.web.release_downloads import Download, downloads
from survey_app.web.release_pages import release_pages
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
    survey = survey_or_404(slug)
    draft = signing.newest_draft(session(), survey)
    form = ReviewForm(request.form, words=signing.words_of(draft))
    if not form.validate():
        return _page(survey, review=form), 422
    document = DocumentHead(form.number.data or "", form.main.data or "", form.copies.data or "")
    more = {"document": asdict(document), "left_out": struck_words(form.left_out.data or ())}
    return _enqueue(survey, Audience.REVIEW, None, more)


@organiser.post("/surveys/<slug>/releases/internal")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def make_internal(slug: str) -> Response | tuple[str, int]:
    """Ask for an internal release; one after the first needs a reason."""
    survey, form = survey_or_404(slug), ReasonForm(request.form)
    publishing.check_ready(session(), survey, Audience.INTERNAL)  # Where it is refused whatever is typed, no box shows.
    if publishing.next_number(session(), survey, Audience.INTERNAL) > 1 and not form.validate():
        return _page(survey, internal=form), 422
    fault = fresh_code.fault_of_code()
    if fault is not None:
        return _page(survey, internal=form, fault_of_code=fault), 422
    return _enqueue(survey, Audience.INTERNAL, form.reason.data or None, {})


def _enqueue(survey: Survey, audience: Audience, reason: str | None, more: Mapping[str, object]) -> Response:
    publishing.check_publishing(session(), survey.slug, reason, audience)
    arguments = {
        "number": publishing.next_number(session(), survey, audience),
        "audience": str(audience),
        "reason": reason,
        **more,
    }
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
            if signing.waiting_for(session(), survey) is None:
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
    release = release_or_404(slug, audience, number)
    if path.startswith("sheets/") and path.endswith(".pdf"):
        sheet = one_sheet(session(), release, path.removeprefix("sheets/").removesuffix(".pdf"))
        content, media_type = sheet, "application/pdf"
    else:
        found = published.release_file(session(), release, path)
        content, media_type = (plain(found), found.media_type) if found else (None, "")
    if content is None:
        abort(404)
    name = f"{slug}-{audience}-{number}-{'-'.join(path.split('/')[1:]) or path}"
    return send_file(BytesIO(content), mimetype=media_type, as_attachment=True, download_name=name)


def _sheets(made: Sequence[Release]) -> Sheets | None:
    """Return the sheets of the newest internal release, before it of the draft, else of what is published.

    None of what was withdrawn, nor of the draft that it was made from.
    """
    newest = _newest([each for each in made if each.withdrawn_at is None and each.id not in _spent(made)])
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
    if draft.id in _spent(made):
        return "review"
    issued = newest[Audience.INTERNAL]
    return "publish" if issued is not None and issued.signed_as == draft.id else "internal"


def _spent(made: Sequence[Release]) -> frozenset[int]:
    """Return the drafts, by id, of which a release was withdrawn: nothing more is made of them."""
    return frozenset(each.signed_as for each in made if each.withdrawn_at and each.signed_as is not None)


def _hindrances(survey: Survey) -> dict[str, Sequence[Message]]:
    """Say by audience why a release for it would be refused now; nothing where it would not."""
    found: dict[str, Sequence[Message]] = {}
    for audience in (Audience.INTERNAL, Audience.PUBLIC):
        try:
            publishing.check_ready(session(), survey, audience)
            found[audience.value] = ()
        except Refused as refusal:
            found[audience.value] = refusal.messages
    return found


def _newest(made: Sequence[Release]) -> dict[Audience, Release | None]:
    return {audience: next((each for each in made if each.audience == audience), None) for audience in Audience}


def _downloads(release: Release) -> Sequence[Download]:
    source = published.StoredRelease(session(), release)
    sizes = source.file_sizes()
    figures = {figure: pick(of, language()) for figure, of in figure_subjects(source, sizes).items()}
    return downloads(sizes, figures, _LEFT_OUT)


def _written(draft: Release | None) -> dict[str, object]:
    """Return what the form of the next draft begins with: what the one before had."""
    return asdict(signing.document_of(draft)) | {"left_out": [] if draft is None else list(draft.left_out)}


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
    accounts = signing.signing_accounts(session(), draft)
    is_optional = signing.rule_of(session(), survey) is SignOffRule.OPTIONAL
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
        files={each.id: _downloads(each) for each in made},
        draft=draft,
        taken={each.step: each for each in taken},
        accounts=accounts,
        waiting=waiting,
        has_signed=not is_optional and visitor_name() in accounts.values(),
        following=_following(made, waiting) if is_closed and not under_way else "",
        steps={step: step_name(step) for step in Step},
        sheets=_sheets(made) if is_closed else None,
        hindrances=_hindrances(survey) if is_closed else {},
        is_optional=is_optional,
        headline=None if draft is None else release_pages().headline(draft),
        summary=None if draft is None else summary(session(), draft),
        checks=None if draft is None else unit_checks.standing(session(), draft),
        review=review or ReviewForm(words=signing.words_of(draft), written=_written(draft)),
        sign=sign or SignForm(),
        internal=internal or ReasonForm(),
        fault_of_code=fault_of_code,
    )
