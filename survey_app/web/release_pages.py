"""The pages of a release for those who may see it before the public does, or instead: results draws, the console asks.

The audiences do not know one another, so what draws the pages is offered here and asked for here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from flask import current_app

from survey_app.domain.messages import Message
from survey_app.domain.texts import Texts
from survey_app.models import Release

#: Under this name the application knows what draws the pages of a release.
DRAWN_BY = "manyi_release_pages"


@dataclass(frozen=True)
class Addresses:
    """Where the links of the pages lead when they do not stand at the public address."""

    #: The way out, and where all releases of the survey are listed.
    front: str
    index: str
    #: The release's first page.
    release: str
    #: The address of a file of the release, and the first page of another release for the same audience.
    file: Callable[[str], str]
    numbered: Callable[[int], str]


@dataclass(frozen=True)
class Headline:
    """The headline of a release in a few lines, as its first page prints it."""

    question: Texts
    name: Message | None
    #: Its share in percent as printed; None where there is none.
    rate: str | None
    said: Message | None
    #: What stands beside it: names with what is printed.
    beside: Sequence[tuple[Message, str]]
    #: Base and formula of the rates.
    formula: Sequence[Message]


class ReleasePages(Protocol):
    """What draws the pages of a release."""

    def page(
        self,
        shown: Release,
        releases: Sequence[Release],
        given: Mapping[str, str],
        addresses: Addresses,
        around: str,
        **more: object,
    ) -> str | None:
        """Return a page; None where the release has nothing of what is asked for.

        Args:
            shown: the release.
            releases: all releases for its audience, newest first.
            given: the query: unit (as `row`), target, group, question, search, order, page.
            addresses: where links lead.
            around: the template that stands around the page; it extends `under`.
            more: what that template shows.

        """

    def headline(self, shown: Release) -> Headline:
        """Return the headline."""


def release_pages() -> ReleasePages:
    """Return what draws the pages of a release."""
    return cast(ReleasePages, current_app.extensions[DRAWN_BY])
