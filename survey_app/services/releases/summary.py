"""What somebody who is to sign a release must know of it at one look: what is left out, hidden, small, or striking."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.positions import LEAST_RATED
from survey_app.models import Release, ReleaseUnit
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.tables.comparisons import attention_reasons


@dataclass(frozen=True)
class Struck:
    """A word of the open answers, with how many hold it; None where it was struck from this release already."""

    word: str
    count: int | None


@dataclass(frozen=True)
class ReleaseSummary:
    """Counts of a release; rows are those of its headline question."""

    ballots: int
    #: Sheets of paper that do not count; None where there is no paper.
    invalid: int | None
    places: int
    without_ballots: int
    threshold: int
    #: Units and targets with an answer, and of these those whose figures are hidden.
    rows: int
    hidden: int
    #: With a figure, but from fewer ratings than a position needs.
    small: int
    least_rated: int
    #: How many stand in table 9, 需关注单位.
    attention: int
    words: Sequence[Struck]


def summary(session: Session, release: Release) -> ReleaseSummary:
    """Return the summary of a stored release."""
    head = release.head
    code = head["headline_question"]
    # The whole rows are ten times as much to read, and this page is opened often.
    stored = session.execute(
        select(ReleaseUnit.level, ReleaseUnit.cells[code], ReleaseUnit.extras[code]).where(
            ReleaseUnit.release_id == release.id
        )
    )
    rows = [(level, cell, extra or {}) for level, cell, extra in stored if cell and cell["ballots"]]
    cells = [cell for level, cell, _ in rows if level != OWN_LEVEL]
    return ReleaseSummary(
        ballots=head["ballots"],
        invalid=head["invalid"],
        places=head["places"],
        without_ballots=head["places"] - head["places_with_ballots"],
        threshold=head["threshold"],
        rows=len(cells),
        hidden=sum(bool(cell["suppressed"]) for cell in cells),
        small=sum(0 < (cell["rated"] or 0) < LEAST_RATED for cell in cells),
        least_rated=LEAST_RATED,
        attention=sum(any(attention_reasons(cell, extra)) for _, cell, extra in rows),
        words=list(_words(head, release.left_out)),
    )


def _words(head: Mapping[str, Any], left_out: Iterable[str]) -> Iterator[Struck]:
    """Give the words of a release, then those that were struck; a word of two questions stands once."""
    seen: dict[str, int] = {}
    for each in head["keywords"]:
        seen[each["word"]] = max(each["count"], seen.get(each["word"], 0))
    for word, count in seen.items():
        yield Struck(word, count)
    for word in left_out:
        yield Struck(word, None)
