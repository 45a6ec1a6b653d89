"""What a page of a release shows, read from its address, and the links from it to its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from survey_app.domain.texts import DEFAULT_LANGUAGE

#: Longer search texts are cut: no name is longer.
MOST_SEARCHED = 60


class Sort(StrEnum):
    """The order of a list."""

    RATE = "rate"
    LOWEST = "lowest"
    LIST = "list"


@dataclass(frozen=True)
class Here:
    """The choices in an address. Empty means: the top unit, the headline question, no search."""

    unit: str = ""
    target: str = ""
    group: str = ""
    question: str = ""
    q: str = ""
    sort: Sort = Sort.RATE
    page: int = 1
    lang: str = DEFAULT_LANGUAGE

    @classmethod
    def of(cls, given: Mapping[str, str], language: str) -> "Here":
        """Read the choices from a query; what is not understood counts as not given."""
        sort, page = given.get("sort", ""), given.get("page", "")
        return cls(
            unit=given.get("unit", ""),
            target=given.get("target", ""),
            group=given.get("group", ""),
            question=given.get("question", ""),
            q=given.get("q", "").strip()[:MOST_SEARCHED],
            sort=Sort(sort) if sort in list(Sort) else Sort.RATE,
            page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 7 else 1,
            lang=language,
        )

    def after(self, **changes: str | int) -> "Here":
        """Return the choices after changes. Another unit, group, question or search begins at its first page."""
        kept = replace(self, page=1) if changes.keys() - {"page", "lang"} else self
        if changes.keys() & {"unit", "target", "group"}:
            kept = replace(kept, unit="", target="", group="", q="", sort=Sort.RATE)
        return replace(kept, **changes)  # type: ignore[arg-type]

    @property
    def query(self) -> str:
        """The choices as a query, without those that need no saying."""
        plain = Here()
        return urlencode(
            {name: getattr(self, name) for name in vars(plain) if getattr(self, name) != getattr(plain, name)}
        )
