"""What a unit's result sheet (反馈单) says: finished texts and one table."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.documents.printed_table import PrintedTable


@dataclass(frozen=True)
class Bar:
    """One bar of a comparison: whose, its base in words, and its rate as printed, or why there is none."""

    name: str
    base: str
    rate: str | None
    reason: str = ""


@dataclass(frozen=True)
class Headline:
    """The rate at the head of a sheet, its base, and what stands beside it as (label, value)."""

    question: str
    rate_name: str
    rate: str
    base: str
    facts: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class UnitSheet:
    """One sheet. A hidden unit has no `headline`, and `hidden` says why; texts that are "" are left out."""

    code: str
    survey: str
    release_line: str
    organiser: str
    unit: str
    within: str
    turnout: Sequence[tuple[str, str]]
    headline: Headline | None
    hidden: str
    bars: Sequence[Bar]
    questions: PrintedTable | None
    strongest: Sequence[tuple[str, str]]
    weakest: Sequence[tuple[str, str]]
    notes: Sequence[str]
    watermark: str = ""
