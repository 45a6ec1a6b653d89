"""What a reader must know about the numbers of a release: the method note, the banner and the correction log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_name
from flask_babel import format_date, format_datetime, get_locale

from survey_app.domain.lifecycle import Act
from survey_app.domain.messages import Message, message
from survey_app.domain.texts import pick
from survey_app.models import Release
from survey_app.web.results.words import Head, by_population, is_weighted, number, weights


def day(head: Head, moment: datetime) -> str:
    """Print the day in the survey's time zone and the request's language."""
    return str(format_date(moment.astimezone(ZoneInfo(head["time_zone"])).date(), "long"))


def minute(head: Head, moment: datetime) -> Message:
    """Print day and minute in the survey's time zone, named beside it."""
    local = moment.astimezone(ZoneInfo(head["time_zone"]))
    shown = format_datetime(local.replace(tzinfo=None), "yyyy-MM-dd HH:mm", rebase=False)
    return message("{time} ({zone})", time=shown, zone=get_timezone_name(local, locale=get_locale()))


@dataclass(frozen=True)
class LogLine:
    """One release in the correction log."""

    number: int
    day: str
    reason: str
    withdrawn: Message | None


def log(releases: Sequence[Release], shown: Release) -> Sequence[LogLine]:
    """Return the releases up to the one shown, newest first: later ones are the banner's business."""
    return [
        LogLine(
            each.number,
            day(each.head, each.released_at),
            each.reason,
            _withdrawn(each) if each.withdrawn_at and each is not shown else None,
        )
        for each in releases
        if each.number <= shown.number
    ]


def _withdrawn(release: Release) -> Message:
    assert release.withdrawn_at is not None  # noqa: S101 - for the type checker; callers have looked.
    return message(
        "Withdrawn on {day}, because: {reason}",
        day=day(release.head, release.withdrawn_at),
        reason=release.withdrawn_reason,
    )


@dataclass(frozen=True)
class Banner:
    """What stands over a release that is no longer the valid one."""

    withdrawn: Message | None
    superseded: Message | None
    newest: int | None


def banner(releases: Sequence[Release], shown: Release) -> Banner | None:
    """Return the banner of a withdrawn or superseded release, None for the valid one."""
    newest = releases[0]
    withdrawn = _withdrawn(shown) if shown.withdrawn_at else None
    if newest.number == shown.number:
        return Banner(withdrawn, None, None) if withdrawn else None
    following = next(each for each in reversed(releases) if each.number > shown.number)
    superseded = _superseded(following)
    return Banner(withdrawn, superseded, newest.number)


def _superseded(following: Release) -> Message:
    moment = day(following.head, following.released_at)
    if not following.reason:  # A draft for review needs none.
        return message("Superseded by number {number} of {day}.", number=following.number, day=moment)
    return message(
        "Superseded by release {number} of {day}, because: {reason}",
        number=following.number,
        day=moment,
        reason=following.reason,
    )


def method(head: Head, language: str) -> Sequence[Message]:
    """Return the method note, one sentence or a few in each message."""
    return [
        *_when(head, language),
        _selection(head),
        message(
            "Where fewer than {threshold} ballots rated, only the number of ballots is shown (too few ratings). Some "
            "larger numbers are hidden too, so that nobody's answer can be worked out.",
            threshold=head["threshold"],
        ),
        *_weighting(head, language),
        *_folding(head, language),
        *_ranges(head),
        *_comparing(head),
        message(
            "Printed rates are exact ratios rounded half up to one decimal; 100.0 is printed for all only, 0.0 for "
            "nobody only. “—” means that nobody rated."
        ),
    ]


def _selection(head: Head) -> Message:
    """Say who was asked, and for whom the result may speak."""
    selection = head.get("selection", "self")
    if selection == "random":
        return message(
            "Slips, each good for one answer, went to people drawn at random from a known population. Those who "
            "answered may differ from those who did not; the response rate tells how many did."
        )
    if selection == "list":
        return message(
            "Slips, each good for one answer, went to everybody on a known list. Those who answered may differ from "
            "those who did not; the response rate tells how many did."
        )
    return message(
        "Answers were given voluntarily, by the code on a public notice that many people share. They are no random "
        "sample, and nothing proves that each person answered once. The results reflect the views of those who "
        "took part only; nothing can be inferred about all residents."
    )


def _ranges(head: Head) -> Iterator[Message]:
    selection = head.get("selection", "self")
    alone = message("Wilson's interval")
    if is_weighted(head):
        alone = message("the groups are strata and ballots units, with linearised variance and a logit interval")
    if selection == "self":
        yield message(
            "The tables give the range (level 95 percent) of the share satisfied or basically satisfied: "
            "at one place {alone}; above it the places are clusters, with linearised variance and a logit interval "
            "with places − 1 degrees of freedom. It describes how much those who took part differ, and assumes that "
            "places are independent; it is no sampling error of all residents.",
            alone=alone,
        )
    elif selection == "random":
        yield message(
            "Ranges are 95 percent intervals of the share satisfied or basically satisfied: people were drawn within "
            "each place, so that places are strata; the share of the population that was drawn is taken into account. "
            "Of listed targets the places are clusters. They do not cover how people differ who did not answer."
        )
    else:
        yield message(
            "Ranges are 95 percent intervals of the share satisfied or basically satisfied: at one place {alone}; "
            "above it the places are clusters, with linearised variance and a logit interval with places − 1 degrees "
            "of freedom. They do not cover how people differ who did not answer.",
            alone=alone,
        )
    yield message(
        "Of two or three places together no range is given. Where several places do not tell how much they differ (0 "
        "or 100 percent, all alike, or shown as one), the range is Wilson's on the count, and says so."
    )


def _comparing(head: Head) -> Iterator[Message]:
    """Say how a change and a position are to be read, where a release has them."""
    if head.get("previous"):
        yield message(
            "Changes are differences of the shares of two surveys, with a range (level 95 percent). ▲ and ▼ mark "
            "changes that stay clear when it is taken into account how many are compared. Changed questions and units "
            "that moved are not compared; where units below one came or went, its change shows that too."
        )
    if "selection" in head:  # Releases before had no positions.
        yield message(
            "Positions are given from 30 ballots that rated, within a class only; equal printed shares have the same "
            "position. The range of positions holds all that the shares' simultaneous ranges leave possible. The words "
            "compare a unit with its class, allowing for the differences that units have anyway; even where units do "
            "not differ at all, about one in twenty is called above or below by chance."
        )


def _when(head: Head, language: str) -> Iterator[Message]:
    acts: Mapping[str, list[dict[str, Any]]] = {
        name: [each for each in head["acts"] if each["act"] == name] for name in (Act.OPEN, Act.CLOSE, Act.REOPEN)
    }
    if acts[Act.OPEN] and acts[Act.CLOSE]:
        yield message(
            "Run by {organiser}. Answers were taken from {opened} to {closed}.",
            organiser=pick(head["organiser"], language),
            opened=minute(head, datetime.fromisoformat(acts[Act.OPEN][0]["at"])),
            closed=minute(head, datetime.fromisoformat(acts[Act.CLOSE][-1]["at"])),
        )
    for each in acts[Act.REOPEN]:
        yield message(
            "Closed early and opened again on {at}, because: {reason}",
            at=minute(head, datetime.fromisoformat(each["at"])),
            reason=each["reason"],
        )


def _weighting(head: Head, language: str) -> Iterator[Message]:
    if by_population(head):
        yield message(
            "Above the places each place's share is weighted by its population. The share without weights stands "
            "beside it."
        )
        silent = head.get("handed_on")
        if silent and silent["places"]:
            yield message(
                "{count} places have no ballots that rated; their {people} people count to the other places under the "
                "same unit, as if these spoke for them.",
                count=number(silent["places"]),
                people=number(silent["people"]),
            )
    if not is_weighted(head):
        return
    yield message("Weights of the groups: {weights}.", weights=weights(head, language))
    if head["empty_group"] == "refuse":
        yield message("Where nobody of a group rated, there is no weighted share.")
    else:
        yield message("Where nobody of a group rated, the other groups' weights are scaled up; the table says so.")


def _folding(head: Head, language: str) -> Iterator[Message]:
    """Say which options count as which rating, where several count as one."""
    names = {
        "satisfied": message("Counted as satisfied: {options}."),
        "dissatisfied": message("Counted as dissatisfied: {options}."),
    }
    mark = "、" if language.startswith("zh") else ", "
    said = set()
    for question in head["questions"]:
        for rating, sentence in names.items():
            texts = [pick(each["text"], language) for each in question["options"] if each["rating"] == rating]
            if len(texts) > 1 and (rating, *texts) not in said:
                said.add((rating, *texts))
                yield message(sentence.text, options=mark.join(texts))


@dataclass(frozen=True)
class Signature:
    """One step of the sign-off: what was done, by whom in which post, and when."""

    step: Message
    post: str
    name: str
    day: str


_STEPS = {"prepared": message("Prepared by"), "checked": message("Checked by"), "approved": message("Approved by")}


def signatures(head: Head) -> Sequence[Signature]:
    """Return who prepared, checked and approved a release; empty where nobody signs."""
    return [
        Signature(
            _STEPS.get(each["step"], Message("{step}", {"step": each["step"]})),
            each.get("post") or "",
            each.get("name") or "",
            str(format_date(date.fromisoformat(each["on"]), "long")) if each.get("on") else "",
        )
        for each in head.get("sign_off") or ()
    ]


def approval(head: Head) -> Sequence[tuple[Message, str]]:
    """Return what a survey with the statistics office's approval must print."""
    given = head.get("approval") or {}
    names = {
        "table_number": message("Table number"),
        "approval_number": message("Approval number"),
        "valid_until": message("Valid until"),
    }
    return [(said, str(given[name])) for name, said in names.items() if given.get(name)]
