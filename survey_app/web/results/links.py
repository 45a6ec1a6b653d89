"""Where the links of a page lead: to other addresses of this server, or to other files of a folder."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from flask import url_for

from survey_app.web.release_pages import Addresses
from survey_app.web.results.here import Here


class Links(Protocol):
    """The addresses that a page of a release needs."""

    @property
    def is_live(self) -> bool:
        """Whether a server answers: it can search and sort."""

    @property
    def here(self) -> Here:
        """What the page shows."""

    @property
    def front(self) -> str:
        """The program's first page; "" where there is none."""

    @property
    def index(self) -> str:
        """The list of published surveys, or of all units in a folder."""

    @property
    def release(self) -> str:
        """The release's first page, without any choice."""

    def go(self, **changes: str | int) -> str:
        """Return the address after changes of what is shown."""

    def file(self, path: str) -> str:
        """Return the address of one of the release's files."""

    def style(self, name: str) -> str:
        """Return the address of a style sheet."""


class LiveLinks:
    """Links of a running server: what a page shows stands in its query."""

    is_live = True

    def __init__(self, here: Here, slug: str = "", number: int = 0) -> None:
        self.here = here
        self._address = {"slug": slug, "number": number}

    @property
    def front(self) -> str:
        """See `Links`."""
        return url_for("public.front")

    @property
    def index(self) -> str:
        """See `Links`."""
        return url_for("results.index")

    @property
    def release(self) -> str:
        """See `Links`."""
        return url_for("results.release", **self._address)  # type: ignore[arg-type]

    def numbered(self, number: int) -> str:
        """Return the address of another release of the survey."""
        return url_for("results.release", slug=self._address["slug"], number=number)

    def go(self, **changes: str | int) -> str:
        """See `Links`."""
        return f"?{self.here.after(**changes).query}"

    def file(self, path: str) -> str:
        """See `Links`."""
        return url_for("results.file", path=path, **self._address)  # type: ignore[arg-type]

    @staticmethod
    def style(name: str) -> str:
        """See `Links`."""
        return url_for("static", filename=name)


#: What the unit is called in the query of a page inside the console, whose check takes `unit` for a unit of the tree
#: within the visitor's scope. A release has rows of its own: 本级, and the line above the places.
ROW = "row"


@dataclass(frozen=True)
class InsideLinks:
    """Links of a release that is not public: they stay where it is shown."""

    here: Here
    addresses: Addresses
    is_live = True

    @property
    def front(self) -> str:
        """See `Links`."""
        return self.addresses.front

    @property
    def index(self) -> str:
        """See `Links`."""
        return self.addresses.index

    @property
    def release(self) -> str:
        """See `Links`."""
        return self.addresses.release

    def numbered(self, number: int) -> str:
        """Return the address of another release for the same audience."""
        return self.addresses.numbered(number)

    def go(self, **changes: str | int) -> str:
        """See `Links`."""
        return "?" + re.sub(r"(^|&)unit=", rf"\1{ROW}=", self.here.after(**changes).query)

    def file(self, path: str) -> str:
        """See `Links`."""
        return self.addresses.file(path)

    @staticmethod
    def style(name: str) -> str:
        """See `Links`."""
        return url_for("static", filename=name)


@dataclass(frozen=True)
class FolderLinks:
    """Links between the files of a folder, relative, so that it can lie anywhere."""

    here: Here
    #: The code of the unit whose page is the folder's first; "" where there is none.
    top: str = ""
    is_live = False
    front = ""
    #: The file that shows it, where it is none of those that follow from `here`.
    own_path: str = ""

    @cached_property
    def path(self) -> str:
        """The page's own path below the folder."""
        return self.own_path or self._path(self.here)

    @cached_property
    def _up(self) -> str:
        return "../" * self.path.count("/")

    @property
    def index(self) -> str:
        """See `Links`."""
        return self._up + self.in_language("units.html")

    @property
    def release(self) -> str:
        """See `Links`."""
        return self._up + self.in_language("index.html")

    def in_language(self, path: str, lang: str = "") -> str:
        """Return where a page lies in a language, this page's for ""."""
        lang = lang or self.here.lang
        return path if lang == Here.lang else f"{lang}/{path}"

    def go(self, **changes: str | int) -> str:
        """See `Links`. A unit, a target and a group have a page for the headline question, other questions for all."""
        if self.own_path and changes.keys() == {"lang"}:
            own = self.own_path.removeprefix(f"{self.here.lang}/")
            return self._up + self.in_language(own, str(changes["lang"]))
        there = self.here.after(**changes)
        if changes.get("question"):
            there = there.after(unit="")
        elif any(changes.get(name) for name in ("unit", "target", "group")):
            there = there.after(question="")
        return self._up + self._path(there)

    def _path(self, there: Here) -> str:
        folder, name = next(
            (
                (folder, name)
                for folder, name in (
                    ("questions", there.question),
                    ("targets", there.target),
                    ("groups", there.group),
                    ("units", "" if there.unit == self.top else there.unit),
                )
                if name
            ),
            ("", "index"),
        )
        more = f"~{there.page}" if there.page > 1 else ""
        return self.in_language(f"{folder}/{name}{more}.html".lstrip("/"), there.lang)

    def file(self, path: str) -> str:
        """See `Links`."""
        return self._up + path

    def style(self, name: str) -> str:
        """See `Links`."""
        return f"{self._up}style/{name}"
