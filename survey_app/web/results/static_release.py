"""The pages of a release as files: the same templates with relative links, for a folder that any server can serve.

What may come later is not in them: no banner, no other release.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from flask import Flask, render_template

from survey_app.services.releases.results import PAGE_ROWS
from survey_app.services.releases.whole import WholeRelease
from survey_app.web.languages import LANGUAGES
from survey_app.web.results import words
from survey_app.web.results.frame import Frame, frame_of
from survey_app.web.results.here import Here
from survey_app.web.results.links import FolderLinks
from survey_app.web.results.release_page import page_in
from survey_app.web.results.unit_list import ListPage, list_pages

_STYLES = ("tokens.css", "results.css")


class StaticPages:
    """All pages of a release in all languages, with their style sheets: path and bytes, rendered one by one."""

    def __init__(self, app: Flask, whole: WholeRelease) -> None:
        self._app = app
        self._whole = whole
        top = whole.unit_page()
        self._top = top.unit.code if top else ""

    def __len__(self) -> int:
        """Return how many files there are."""
        return len(_STYLES) + len(LANGUAGES) * (len(self._shown) + len(self._lists))

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Give path and content of each."""
        for name in _STYLES:
            yield f"style/{name}", (Path(str(self._app.static_folder)) / name).read_bytes()
        for lang in LANGUAGES:
            with self._app.test_request_context(f"/?lang={lang}"):
                yield from self._in_language(lang)

    @cached_property
    def _lists(self) -> Sequence[ListPage]:
        return list_pages(self._whole)

    @cached_property
    def _shown(self) -> Sequence[Here]:
        """What there is a page of: the first, each unit, target, question and group, and their further pages."""
        head = self._whole.release.head
        units = [unit for unit in self._whole.units if not unit.is_target and unit.code != self._top]
        first = [Here()]
        first += [
            Here(question=each["code"]) for each in head["questions"] if each["code"] != head["headline_question"]
        ]
        if words.is_weighted(head):
            first += [Here(group=each["code"]) for each in head["groups"]]
        below = [Here(unit=unit.code) for unit in units] + [Here(target=unit.code) for unit in self._whole.targets()]
        return [each for here in first + below for each in self._all_pages(here)]

    def _all_pages(self, here: Here) -> Iterator[Here]:
        for page in range(1, max(1, -(-self._lines(here) // PAGE_ROWS)) + 1):
            yield here.after(page=page)

    def _lines(self, here: Here) -> int:
        """Return how many lines the list of a page has."""
        if here.target:
            return 0
        found = self._whole.unit_page(here.unit or None)
        if (self._about(here.question) == "targets" and not here.unit) or (found is not None and not found.unit.cells):
            return len(self._whole.targets())
        return len(self._whole.top_units() if found is None else found.children)

    def _about(self, question: str) -> str:
        head = self._whole.release.head
        code = question or head["headline_question"]
        return next(str(each["about"]) for each in head["questions"] if each["code"] == code)

    def _in_language(self, lang: str) -> Iterator[tuple[str, bytes]]:
        frames: dict[str, Frame] = {}
        for plain in self._shown:
            here = plain.after(lang=lang)
            frame = frames.get(here.question) or self._frame(here)
            frames[here.question] = frame
            links = FolderLinks(here, self._top)
            yield links.path, _render("release", page=page_in(frame, self._whole, here), here=here, links=links)
        for each in self._lists:
            here = Here(lang=lang)
            path = FolderLinks(here).in_language(each.path)
            links = FolderLinks(here, self._top, own_path=path)
            yield links.path, _render("units", page=each, frame=frames[""], here=here, links=links)

    def _frame(self, here: Here) -> Frame:
        frame = frame_of(self._whole, self._whole.releases, here, lasting=True)
        assert frame is not None  # noqa: S101 - for the type checker: the question is one of the release.
        return frame


def _render(template: str, **shown: object) -> bytes:
    return render_template(f"results/{template}.html", words=words, **shown).encode()
