"""The pages of published results. They read a release and render it; no query and no rate is made here."""

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Refused
from survey_app.models import Release
from survey_app.services.releases import results as published
from survey_app.services.surveys import find_survey
from survey_app.web.languages import language
from survey_app.web.parts import parts
from survey_app.web.results import words
from survey_app.web.results.bars import Figure, figure
from survey_app.web.results.blueprint import results
from survey_app.web.results.comparing import extras_of
from survey_app.web.results.here import Here
from survey_app.web.results.links import LiveLinks
from survey_app.web.results.method import day
from survey_app.web.results.release_page import release_page, search_page
from survey_app.web.transaction import session

#: A release never changes, but its banner may come: a copy lives for a minute.
_FOR_A_MINUTE = "public, max-age=60"


@dataclass(frozen=True)
class IndexLine:
    """One survey of the list: its newest release and that release's headline number, if it has one."""

    release: Release
    slug: str
    day: str
    figure: Figure | None
    sentence: Any
    targets: int


@results.get("/results")
def index() -> Response:
    """List the published surveys, newest first."""
    lines = [_index_line(release) for release in published.published_releases(session())]
    return _cached(
        render_template("results/index.html", lines=lines, links=LiveLinks(Here(lang=language())), words=words)
    )


def _index_line(release: Release) -> IndexLine:
    head = release.head
    code = head["headline_question"]
    question = next(each for each in head["questions"] if each["code"] == code)
    released = day(head, release.released_at)
    if question["about"] == "targets":
        targets = len(published.targets(session(), release))
        return IndexLine(release, head["slug"], released, None, None, targets)
    top = published.unit_page(session(), release)
    if top is None or release.withdrawn_at:
        return IndexLine(release, head["slug"], released, None, None, 0)
    cell = top.unit.cells[code]
    shown = figure(cell, top.unit.ballots, head["headline_base"])
    said = (
        words.sentence(head, question, cell, language(), words.weighting(head, extras_of(top.unit, code)))
        if shown.rate is not None
        else None
    )
    return IndexLine(release, head["slug"], released, shown, said, 0)


@results.get("/results/<slug>")
def survey(slug: str) -> AnyResponse:
    """Lead to the newest release; a survey without one has a page that says so."""
    releases = published.public_releases(session(), slug)
    if releases:
        return redirect(url_for("results.release", slug=slug, number=releases[0].number))
    try:
        found = find_survey(session(), slug)
    except Refused:
        abort(404)
    if found.state == SurveyState.DRAFT:  # Nobody outside knows of a draft.
        abort(404)
    links = LiveLinks(Here(lang=language()))
    return make_response(render_template("results/not_published.html", survey=found, links=links, words=words), 404)


@results.get("/results/<slug>/<int:number>")
def release(slug: str, number: int) -> Response:
    """Show a release: a unit or a target by a question, or a search."""
    releases = published.public_releases(session(), slug)
    shown = next((each for each in releases if each.number == number), None)
    if shown is None:
        abort(404)
    here = Here.of(request.args, language())
    if here.q:
        page: Any = search_page(session(), releases, shown, here)
    else:
        page = release_page(published.StoredRelease(session(), shown), releases, here)
    if page is None:
        abort(404)
    template = "results/search.html" if here.q else "results/release.html"
    links = LiveLinks(here, slug, number)
    canonical = _canonical(slug, number, here)
    return _cached(render_template(template, page=page, here=here, links=links, words=words, canonical=canonical))


def _canonical(slug: str, number: int, here: Here) -> str:
    """Return the full address of what is shown, whatever its order or language."""
    plain = replace(here, sort=Here.sort, lang=Here.lang, q="")
    return f"{parts().config.public_url}/results/{slug}/{number}" + (f"?{plain.query}" if plain.query else "")


def _cached(text: str) -> Response:
    response = make_response(text)
    response.headers["Cache-Control"] = _FOR_A_MINUTE
    return response
