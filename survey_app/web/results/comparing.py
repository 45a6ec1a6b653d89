"""How a unit stands beside its class and beside the last wave: what is printed of it, in words and signs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.domain.messages import Message, message
from survey_app.models import ReleaseUnit
from survey_app.web.results.words import number

Extras = Mapping[str, Any]

#: The five bands against the class, from the best.
BANDS = {
    "much_better": message("Clearly above its class"),
    "better": message("Above its class"),
    "as_expected": message("No clear difference"),
    "worse": message("Below its class"),
    "much_worse": message("Clearly below its class"),
}

_NO_CHANGE = {
    "question_changed": message("The question was changed"),
    "moved": message("The unit was moved or merged"),
    "new_unit": message("Not in the last survey"),
    "too_few": message("Too few ratings"),
    "no_rate": message("No share"),
}
#: What a reader of a range has to know.
_RANGE_NOTES = {
    "wilson_on_count": message("Wilson, on the count"),
    "few_places": message("Fewer than 4 places"),
}
_NOT_COMPARABLE = message("Not comparable")

VERDICTS = {
    "satisfied": message("Satisfied"),
    "basically_satisfied": message("Basically satisfied"),
    "dissatisfied": message("Dissatisfied"),
}


def extras_of(unit: ReleaseUnit, question: str) -> Extras:
    """Return what a release holds of a question besides its counts and rates; old releases hold nothing."""
    found: Extras = (unit.extras or {}).get(question) or {}
    return found


def signed(points: str) -> str:
    """Print a number with its sign: −0.4."""
    return points.replace("-", "−")


@dataclass(frozen=True)
class Change:
    """The change against the last wave, in percentage points, or why there is none."""

    points: str
    low: str
    high: str
    previous: str
    #: "up" or "down" where the change is clear beside its range, else "".
    clear: str
    reason: Message | None

    @property
    def sign(self) -> str:
        """A triangle for a clear change."""
        return {"up": "▲", "down": "▼"}.get(self.clear, "")


def change_of(extras: Extras) -> Change | None:
    """Return the change of one figure; None where the survey has no last wave."""
    points = extras.get("change")
    if points is None:
        reason = extras.get("change_reason")
        return Change("", "", "", "", "", _NO_CHANGE.get(reason, _NOT_COMPARABLE)) if reason else None
    clear = ("down" if points.startswith("-") else "up") if extras.get("change_clear") else ""
    low, high = (signed(extras.get(name) or "") for name in ("change_low", "change_high"))
    return Change(signed(points), low, high, extras.get("change_previous") or "", clear, None)


@dataclass(frozen=True)
class Position:
    """The position within the class, and the set of positions that the ranges leave possible."""

    position: str
    of: str
    low: str
    high: str

    @property
    def among(self) -> str:
        """The set as it is printed: 3–11."""
        return self.low if self.low == self.high else f"{self.low}–{self.high}"


def position_of(extras: Extras) -> Position | None:
    """Return the position; None where the unit has none or is alone in its class."""
    if extras.get("position") is None or extras.get("position_of") == 1:
        return None
    position, of, low, high = (
        number(extras.get(name)) for name in ("position", "position_of", "position_low", "position_high")
    )
    return Position(position, of, low, high)


@dataclass(frozen=True)
class Beside:
    """How one unit stands by one question, beside its class and beside the last wave."""

    low: str
    high: str
    #: What a reader of the range has to know, or why there is none.
    range_note: Message | None
    position: Position | None
    band: Message | None
    change: Change | None
    score: str
    verdict: Message | None
    #: The share without weights, where the printed one is weighted, with the sample's effective size.
    unweighted: str
    effective: str
    design_effect: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare."""
        return self.position is None and self.band is None and self.change is None


def beside(cell: Mapping[str, Any] | None, extras: Extras) -> Beside:
    """Make a unit's comparison ready; `cell` is its printed cell."""
    cell = cell or {}
    has_range = cell.get("range_low") is not None
    return Beside(
        str(cell["range_low"]) if has_range else "",
        str(cell["range_high"]) if has_range else "",
        _RANGE_NOTES.get(cell.get("range_note") or ""),
        position_of(extras),
        BANDS.get(extras.get("band") or "") if extras.get("position_of") != 1 else None,
        change_of(extras),
        extras.get("score") or "",
        VERDICTS.get(extras.get("verdict") or ""),
        extras.get("unweighted_approval_rate") or "",
        number(extras.get("effective_n")),
        extras.get("design_effect") or "",
    )


@dataclass(frozen=True)
class Columns:
    """Which columns a table of comparisons needs: those that hold anything."""

    ranges: bool
    positions: bool
    bands: bool
    changes: bool

    @property
    def any_comparison(self) -> bool:
        """Whether there is anything to compare but ranges."""
        return self.positions or self.bands or self.changes


def columns_of(lines: Sequence[Beside]) -> Columns:
    """Return the columns that these lines fill."""
    return Columns(
        any(each.low or each.range_note for each in lines),
        any(each.position for each in lines),
        any(each.band for each in lines),
        any(each.change for each in lines),
    )
