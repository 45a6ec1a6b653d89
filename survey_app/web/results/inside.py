"""The pages of a draft or of an internal release: the public ones under the watermark, with links that stay inside."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from flask.blueprints import BlueprintSetupState

from survey_app.domain.messages import Message, message
from survey_app.models import Release
from survey_app.services.releases.results import StoredRelease
from survey_app.web.languages import language
from survey_app.web.release_pages import DRAWN_BY, Addresses, Headline
from survey_app.web.results import words
from survey_app.web.results.blueprint import results
from survey_app.web.results.here import Here
from survey_app.web.results.links import ROW, InsideLinks
from survey_app.web.results.release_page import ReleasePage, release_page, search_page
from survey_app.web.transaction import session


class InsidePages:
    """See `ReleasePages`."""

    def page(
        self,
        shown: Release,
        releases: Sequence[Release],
        given: Mapping[str, str],
        addresses: Addresses,
        around: str,
        **more: object,
    ) -> str | None:
        """See `ReleasePages`."""
        here = Here.of({**given, "unit": given.get(ROW, "")}, language())
        found: Any
        if here.q:
            found = search_page(session(), releases, shown, here)
        else:
            found = release_page(StoredRelease(session(), shown), releases, here)
        if found is None:
            return None
        under = "results/search.html" if here.q else "results/release.html"
        links = InsideLinks(here, addresses)
        return render_template(around, under=under, page=found, here=here, links=links, words=words, **more)

    def headline(self, shown: Release) -> Headline:
        """See `ReleasePages`."""
        page = release_page(StoredRelease(session(), shown), [shown], Here(lang=language()))
        assert page is not None  # noqa: S101 - for the type checker: every release has a first page.
        head, figure = shown.head, page.figure
        question = page.frame.question["text"]
        if figure is None:
            many = words.target_sentence(head, page.targets, page.classes) if page.targets else words.NO_TOP
            name = Message(str(page.targets)) if page.targets else None
            return Headline(question, name, None, many, (), page.formula)
        said = figure.why if figure.rate is None else page.sentence
        name = None if figure.rate is None else words.approval_name(head)
        return Headline(question, name, figure.rate, said, _beside(page), page.formula)


def _beside(page: ReleasePage) -> Sequence[tuple[Message, str]]:
    figure, head = page.figure, page.frame.head
    if figure is None or figure.rate is None:
        return ()
    other = words.WITHOUT_UNKNOWN if head["headline_base"] == "all" else words.WITH_UNKNOWN
    unknown = f"{figure.counts['dont_know']} ({figure.dont_know_share}%)"
    return (
        (words.SATISFIED, f"{figure.satisfied}%"),
        (other, f"{figure.rate_other}%"),
        (message("Of these, don't know"), unknown),
    )


@results.record_once
def _offer(state: BlueprintSetupState) -> None:
    state.app.extensions[DRAWN_BY] = InsidePages()
