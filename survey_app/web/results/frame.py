"""What stands around every page of a release, whatever unit it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.domain.messages import Message
from survey_app.domain.texts import pick
from survey_app.models import Release
from survey_app.services.releases.figure_subjects import figure_subjects
from survey_app.services.releases.results import ReleaseReader
from survey_app.web.release_downloads import Download, downloads
from survey_app.web.results import method, words
from survey_app.web.results.drawings import Drawing, figures
from survey_app.web.results.here import Here
from survey_app.web.results.method import Signature
from survey_app.web.results.participation import Participation, participation

Question = Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """What stands around every page of a release."""

    release: Release
    head: Mapping[str, Any]
    day: str
    banner: method.Banner | None
    log: Sequence[method.LogLine]
    method: Sequence[Message]
    sizes: Mapping[str, int]
    #: SHA-256 of table.csv.
    table_hash: str
    question: Question
    is_weighted: bool
    audience: str
    #: The headline question's figures, of the whole survey first, and all files.
    figures: Sequence[Drawing]
    downloads: Sequence[Download]
    participation: Participation
    signatures: Sequence[Signature]
    approval: Sequence[tuple[Message, str]]
    previous: Message | None


def frame_of(source: ReleaseReader, releases: Sequence[Release], here: Here, *, lasting: bool = False) -> Frame | None:
    """Return what stands around a page; None where the address names an unknown question.

    `lasting` leaves the banner out: it may come later, and a file never changes.
    """
    shown = source.release
    head = shown.head
    code = here.question or head["headline_question"]
    question = next((each for each in head["questions"] if each["code"] == code), None)
    if question is None:
        return None
    sizes = source.file_sizes()
    subjects = figure_subjects(source, sizes)
    return Frame(
        shown,
        head,
        method.day(head, shown.released_at),
        None if lasting else method.banner(releases, shown),
        method.log(releases, shown),
        method.method(head, here.lang),
        sizes,
        source.file_hash("table.csv"),
        question,
        words.is_weighted(head),
        shown.audience,
        figures(sizes, source.drawing_shapes(), subjects, here.lang),
        downloads(sizes, {figure: pick(of, here.lang) for figure, of in subjects.items()}),
        participation(head),
        method.signatures(head),
        method.approval(head),
        words.previous(head, here.lang),
    )
