"""The words of the result pages that depend on what a release holds."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from flask_babel import format_date

from survey_app.domain.messages import Message, message
from survey_app.domain.texts import pick

Head = Mapping[str, Any]

BELOW = {
    "county": message("Counties and districts"),
    "township": message("Townships and streets"),
    "village": message("Villages and communities"),
    "organisation": message("Organisations"),
    "project": message("Projects"),
}
BELOW_MIXED = message("Units directly below")

_PLACES = {
    "village": message("Villages (communities) with ballots"),
    "township": message("Townships (streets) with ballots"),
    "organisation": message("Organisations with ballots"),
}
_PLACES_MIXED = message("Places with ballots")

SATISFIED = message("Satisfied, share")
APPROVAL = message("Satisfied or basically satisfied, share")
APPROVAL_WEIGHTED = message("Satisfied or basically satisfied, share weighted by group")
APPROVAL_BY_POPULATION = message("Satisfied or basically satisfied, share weighted by population")
WITH_UNKNOWN = message("With “don't know” in the base")
WITHOUT_UNKNOWN = message("Without “don't know” in the base")
NO_TOP = message("The places lie under no common unit: each unit below has its own share.")
TOO_FEW = message("Too few ratings")
NO_SCORE = message("Too few ratings in a group")
NOBODY = message("Nobody rated")
NO_BALLOTS = message("No ballots")
NOT_ASKED = message("Not asked here")


_REASONS = {
    "too-few": message(
        "Fewer than {threshold} ballots rated, or a figure here would let a smaller one be worked out. No share is "
        "shown."
    ),
    "no-score": message("In one group at least too few ballots rated, so no weighted share is shown."),
    "nobody": message("Nobody rated here, so there is no share."),
    "no-ballots": message("No ballot came from here."),
    "not-asked": message("This question was not asked here."),
}


def number(value: int | None) -> str:
    """Print a count with thousands; None, a hidden one, is nothing."""
    return "" if value is None else f"{value:,}"


def below(levels: set[str]) -> Message:
    """Return the heading over the units below one unit; its own row (本级) among them has no level of a kind."""
    levels = levels - {"own"} or levels
    return BELOW.get(next(iter(levels)), BELOW_MIXED) if len(levels) == 1 else BELOW_MIXED


def places_with_ballots(head: Head) -> Message:
    """Name the places of a survey."""
    levels = head.get("place_levels", ())
    return _PLACES.get(levels[0], _PLACES_MIXED) if len(levels) == 1 else _PLACES_MIXED


def is_weighted(head: Head) -> bool:
    """Whether the rates are scores weighted by group."""
    return len(head["groups"]) > 1


def by_population(head: Head) -> bool:
    """Whether rates above the places are weighted by population."""
    return head.get("roll_up") == "population"


def approval_name(head: Head) -> Message:
    """Name the headline rate."""
    if is_weighted(head):
        return APPROVAL_WEIGHTED
    return APPROVAL_BY_POPULATION if by_population(head) else APPROVAL


def weights(head: Head, language: str) -> str:
    """Name the groups with their weights: `服务对象 40、基层干部 30`."""
    mark = "、" if language.startswith("zh") else ", "
    return mark.join(f"{pick(each['name'], language)} {each['weight']:g}" for each in head["groups"])


def _either(options: Sequence[str]) -> Message:
    """Say one option or another: “满意”或“基本满意”."""
    quoted = [message("“{text}”", text=text) for text in options]
    said = quoted[0]
    for each in quoted[1:-1]:
        said = message("{one}, {other}", one=said, other=each)
    return message("{one} or {other}", one=said, other=quoted[-1]) if len(quoted) > 1 else said


def weighting(head: Head, extras: Mapping[str, Any]) -> Literal["", "group", "population"]:
    """Tell how the printed share of one unit was weighted: a place's own is not by population."""
    if is_weighted(head):
        return "group"
    return "population" if extras.get("unweighted_approval_rate") else ""


def sentence(
    head: Head,
    question: Mapping[str, Any],
    cell: Mapping[str, Any],
    language: str,
    weighted_by: Literal["", "group", "population"] = "",
) -> Message:
    """Say the headline number in words, with its base: it is about ballots, never about residents."""
    if weighted_by == "population":
        return message(
            "Each place's share is counted for itself, then weighted by population. Ballots that rated: {rated}.",
            rated=number(cell["rated"]),
        )
    if weighted_by == "group":
        return message(
            "Each group's share is counted for itself, then weighted: {weights}. Ballots that rated: {rated}.",
            weights=weights(head, language),
            rated=number(cell["rated"]),
        )
    chosen = [
        pick(option["text"], language)
        for option in question["options"]
        if option["rating"] in ("satisfied", "basically_satisfied")
    ]
    approved = number(cell["satisfied"] + cell["basically_satisfied"])
    if head["headline_base"] == "all":
        base = number(cell["rated"] + cell["dont_know"])
        return message(
            "Among {base} ballots that rated or did not know, {approved} chose {options}.",
            base=base,
            approved=approved,
            options=_either(chosen),
        )
    return message(
        "Among {base} ballots that rated, {approved} chose {options}.",
        base=number(cell["rated"]),
        approved=approved,
        options=_either(chosen),
    )


def formula(head: Head, *, one_group: bool = False) -> Sequence[Message]:
    """Say base and formula (口径) of the rates of a table, of all ballots or of one group's alone."""
    said = [
        message(
            "Share satisfied or basically satisfied = (satisfied + basically satisfied) ÷ base; share satisfied = "
            "satisfied ÷ base."
        )
    ]
    if head["headline_base"] == "all":
        said.append(
            message("The base is all ballots that rated or did not know. In brackets: base without “don't know”.")
        )
    else:
        said.append(
            message(
                "The base is the ballots that rated, without “don't know” and blanks. In brackets: "
                "base with “don't know”."
            )
        )
    if by_population(head):
        said.append(message("Above the places, shares are weighted by population."))
    if is_weighted(head) and not one_group:
        said.append(
            message("Shares are weighted by group: each group's share × its weight, summed, ÷ the sum of the weights.")
        )
    return said


def reason(standing: str, head: Head) -> Message:
    """Say in a sentence why a unit has no share."""
    return message(_REASONS[standing].text, threshold=head["threshold"])


def interval(head: Head, low: str, high: str) -> Message | None:
    """Say the interval of a headline share; None for an open poster, whose takers are no sample of anybody."""
    if head.get("selection", "self") == "self" or not low:
        return None
    return message("95 percent interval: {low} to {high} percent.", low=low, high=high)


def between(low: str, high: str) -> Message:
    """Print the range of a change, whose ends have signs."""
    return message("{low} to {high}", low=low, high=high)


def whom(head: Head) -> Message:
    """Say under the headline whom it speaks for."""
    selection = head.get("selection", "self")
    if selection == "self":
        return message("It reflects those who took part only.")
    if head.get("response_rate") is None:
        return message("It reflects those who answered.")
    if selection == "random":
        return message("Slips went to a random sample; response rate {rate} percent.", rate=head["response_rate"])
    return message("Slips went to everybody on a list; response rate {rate} percent.", rate=head["response_rate"])


def previous(head: Head, language: str) -> Message | None:
    """Name the last wave; None where there is none."""
    last = head.get("previous")
    if not last:
        return None
    return message(
        "Compared with “{title}” of {day}; change in percentage points.",
        title=pick(last["title"], language),
        day=str(format_date(date.fromisoformat(last["day"]), "long")),
    )


def release_line(head: Head, release: int, day: str) -> Message:
    """Name a release: 第 1 版 · 2026年12月28日发布."""
    if head.get("audience") == "review":
        return message("Draft for review {number} · made on {day}", number=release, day=day)
    if head.get("audience") == "internal":
        return message("Internal bulletin {number} · issued on {day}", number=release, day=day)
    return message("Release {number} · published on {day}", number=release, day=day)


def log_line(release: int, day: str) -> Message:
    """Name a release in the correction log."""
    return message("Release {number}, {day}", number=release, day=day)


def target_sentence(head: Head, targets: int, classes: int) -> Message:
    """Say what stands in place of one number where a list of targets is rated."""
    said = message(
        "units rated, in {classes} classes. Each has its own share; classes are not compared.", classes=classes
    )
    return said if classes > 1 else message("units rated. Each has its own share.")


def order_note(head: Head, sort: str, targets: int, group: str = "") -> Message:
    """Say in which order a list stands, and where its names lead."""
    rate = APPROVAL if group else approval_name(head)
    ways = {
        "rate": message("Highest first by: {rate}.", rate=rate),
        "lowest": message("Lowest first by: {rate}.", rate=rate),
        "list": message("In the order of the list."),
    }
    said = ways[sort]
    if targets:
        said = message("{order} Each class for itself.", order=said)
    else:
        said = message("{order} Choose a name to see what stands below it.", order=said)
    if is_weighted(head) and not group:
        said = message(
            "{order} Bars: ballots of all groups together, not weighted; at their end the weighted share.", order=said
        )
    return said


def found(text: str, total: int) -> Message:
    """Head a search."""
    if total:
        return message("{total} units with “{text}”", total=number(total), text=text)
    return message("No unit with “{text}”", text=text)


def planned(day: date) -> Message:
    """Say when results are to come."""
    return message("They are planned for {day}.", day=str(format_date(day, "long")))
