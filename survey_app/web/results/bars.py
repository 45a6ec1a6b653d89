"""One unit × question made ready to be read: how it stands, its counts as printed, and the parts of its bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from survey_app.domain.messages import Message, message
from survey_app.models import ReleaseUnit
from survey_app.services.releases.results import printed_shares
from survey_app.web.results import words
from survey_app.web.results.comparing import Beside, beside, extras_of
from survey_app.web.results.here import Sort
from survey_app.web.results.words import number

Cell = Mapping[str, Any]

#: Narrower than this, in percent, a part of a bar carries no label; below WIDE_ENOUGH none on a narrow screen.
LABELLED, WIDE_ENOUGH = 4.5, 12.0


class Standing(StrEnum):
    """Whether there is a rate to show, and if not, why."""

    SHOWN = "shown"
    TOO_FEW = "too-few"
    NO_SCORE = "no-score"
    NOBODY = "nobody"
    NO_BALLOTS = "no-ballots"
    NOT_ASKED = "not-asked"


_WHY = {
    Standing.TOO_FEW: words.TOO_FEW,
    Standing.NO_SCORE: words.NO_SCORE,
    Standing.NOBODY: words.NOBODY,
    Standing.NO_BALLOTS: words.NO_BALLOTS,
    Standing.NOT_ASKED: words.NOT_ASKED,
}

_PARTS = ("satisfied", "basically_satisfied", "dissatisfied")


@dataclass(frozen=True)
class Part:
    """One segment of a bar, in percent of its width; `label` is "" where it would not fit."""

    number: int
    left: str
    width: str
    label: str
    #: Classes of the label: white on the dark first part; absent from narrow screens where it would not fit.
    look: str


@dataclass(frozen=True)
class Figure:
    """One printed cell. Rates are as printed, of the headline's base and of the other; None where there is none."""

    standing: Standing
    ballots: str
    counts: Mapping[str, str]
    rate: str | None = None
    rate_other: str | None = None
    satisfied: str | None = None
    satisfied_other: str | None = None
    dont_know_share: str = ""
    parts: Sequence[Part] = ()
    said: Message | None = None

    @property
    def why(self) -> Message | None:
        """Why there is no rate; None where there is one."""
        return _WHY.get(self.standing)

    @property
    def mark(self) -> Message:
        """What stands in a table in place of a rate: a dash where nobody rated, else the reason."""
        if self.is_empty:
            return Message("—")
        return words.NOT_ASKED if self.standing is Standing.NOT_ASKED else words.TOO_FEW

    @property
    def is_empty(self) -> bool:
        """Whether nobody rated: the one case that prints as a dash."""
        return self.standing in (Standing.NOBODY, Standing.NO_BALLOTS)


def standing_of(cell: Cell | None, unit_ballots: int) -> Standing:
    """Tell how a cell stands; None is the cell of a question that does not rate the unit."""
    if cell is None or (cell["ballots"] == 0 and unit_ballots):
        return Standing.NOT_ASKED
    if cell["ballots"] == 0:
        return Standing.NO_BALLOTS
    if cell["suppressed"]:
        return Standing.TOO_FEW
    if not cell["rated"]:
        return Standing.NOBODY
    return Standing.SHOWN if cell["approval_rate"] is not None else Standing.NO_SCORE


def figure(cell: Cell | None, unit_ballots: int, base: str = "rated") -> Figure:
    """Make a printed cell ready; `base` is the headline's, rated or all."""
    standing = standing_of(cell, unit_ballots)
    if cell is None:
        return Figure(standing, "", {})
    ours, other = ("_all", "") if base == "all" else ("", "_all")
    shares = printed_shares(cell)
    return Figure(
        standing,
        number(cell["ballots"]),
        {name: number(cell[name]) for name in ("rated", *_PARTS, "dont_know", "blank")},
        cell[f"approval_rate{ours}"],
        cell[f"approval_rate{other}"],
        cell[f"satisfied_rate{ours}"],
        cell[f"satisfied_rate{other}"],
        shares.get("dont_know", ""),
        _parts(cell, shares) if shares else (),
        _said(cell, shares) if shares else None,
    )


def _parts(cell: Cell, shares: Mapping[str, str]) -> Sequence[Part]:
    parts, left = [], 0
    for position, name in enumerate(_PARTS, start=1):
        count = cell[name]
        width = 100 * count / cell["rated"]
        if count:
            label = shares[name] if width >= LABELLED else ""
            look = " ".join(["t1"] * (position == 1) + ["w"] * (width < WIDE_ENOUGH))
            parts.append(Part(position, _percent(left, cell["rated"]), f"{width:.4g}%", label, look))
        left += count
    return parts


def _percent(count: int, whole: int) -> str:
    return f"{100 * count / whole:.4g}%" if count else ""


def _said(cell: Cell, shares: Mapping[str, str]) -> Message:
    return message(
        "Satisfied {satisfied}%, basically {basically_satisfied}%, dissatisfied {dissatisfied}%; {rated} rated",
        rated=number(cell["rated"]),
        **{name: shares[name] for name in _PARTS},
    )


@dataclass(frozen=True)
class Row:
    """One line of a list: a unit or a target with its figure, and each group's own where there are several."""

    unit: ReleaseUnit
    figure: Figure
    beside: Beside
    groups: Sequence[Figure] = ()


def row_of(unit: ReleaseUnit, question: str, head: Mapping[str, Any], group: str = "") -> Row:
    """Return a unit's line for one question, as one group alone sees it where its code is given."""
    if group:
        cells = unit.group_cells.get(group, {})
        return Row(unit, figure(cells.get(question), _group_ballots(cells), head["headline_base"]), beside(None, {}))
    cell = unit.cells.get(question)
    shown = figure(cell, unit.ballots, head["headline_base"])
    return Row(unit, shown, beside(cell, extras_of(unit, question)), group_figures(unit, question, head))


def group_figures(unit: ReleaseUnit, question: str, head: Mapping[str, Any]) -> Sequence[Figure]:
    """Return each group's own figure for one question, in the order of the groups; empty where there is one group.

    A group is told from one that was not asked by whether it gave any ballot here.
    """
    cells = [unit.group_cells[group["code"]] for group in head["groups"] if unit.group_cells]
    return [figure(each.get(question), _group_ballots(each), head["headline_base"]) for each in cells]


def _group_ballots(cells: Mapping[str, Cell]) -> int:
    return max((cell["ballots"] for cell in cells.values()), default=0)


def ordered(rows: Sequence[Row], sort: Sort) -> Sequence[Row]:
    """Sort lines. Only what is printed decides: equal printed rates, and lines without one, stay in list order."""
    if sort is Sort.LIST:
        return rows
    shown = [(Decimal(row.figure.rate), row) for row in rows if row.figure.rate is not None]
    shown.sort(key=lambda each: each[0] if sort is Sort.LOWEST else -each[0])
    return [row for _, row in shown] + [row for row in rows if row.figure.rate is None]
