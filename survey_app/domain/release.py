"""For whom a release is made, and the three steps of its sign-off."""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from survey_app.domain.messages import Message, Refused, message


class Audience(StrEnum):
    """For whom a release is made."""

    #: 送审稿: for those who check it; its files carry a watermark.
    REVIEW = "review"
    #: 内部通报, with one 反馈单 for each unit.
    INTERNAL = "internal"
    #: 公开.
    PUBLIC = "public"


class UnitVerdict(StrEnum):
    """What a unit says of its sheet of a draft (单位核对)."""

    #: 确认
    CONFIRMED = "confirmed"
    #: 有异议
    OBJECTED = "objected"


class Step(StrEnum):
    """One step of the sign-off, in order."""

    #: 经办
    PREPARED = "prepared"
    #: 审核
    CHECKED = "checked"
    #: 签发
    APPROVED = "approved"


@dataclass(frozen=True)
class Signature:
    """One step taken: by whom, as it is printed."""

    step: Step
    post: str
    name: str
    on: date


@dataclass(frozen=True)
class DocumentHead:
    """What stands at the head and foot of the bulletin: 文号, 主送, 抄送; each may be empty."""

    number: str = ""
    main: str = ""
    copies: str = ""


def struck_words(given: Iterable[str]) -> list[str]:
    """Return words that are to be left out of the keywords as these are printed: in small letters, each once."""
    return sorted({plain for word in given if (plain := word.strip().casefold())})


def step_name(step: Step) -> Message:
    """Return the step's name."""
    return {
        Step.PREPARED: message("Prepared by"),
        Step.CHECKED: message("Checked by"),
        Step.APPROVED: message("Approved for issue by"),
    }[step]


def next_step(taken: Sequence[Signature]) -> Step | None:
    """Return the step that comes next; None once it is signed off."""
    done = {each.step for each in taken}
    return next((step for step in Step if step not in done), None)


def check_signature(
    taken: Sequence[Signature], step: Step, name: str, by: str = "", accounts: Collection[str] = ()
) -> None:
    """Refuse a step out of turn, a nameless one, and a second one by the same person: four eyes see more than two.

    Args:
        taken: the steps taken so far.
        step: the step to take.
        name: who signs, as it is printed.
        by: the account that signs.
        accounts: those that signed the steps before; empty where one account may sign several.

    """
    wanted = next_step(taken)
    if wanted is None:
        raise Refused(message("This draft is signed off already."))
    if step is not wanted:
        raise Refused(message("The next step of the sign-off is: {step}.", step=step_name(wanted)))
    if not _person(name):
        raise Refused(message("A signature needs the name of the person who signs."))
    if _person(name) in {_person(each.name) for each in taken}:
        raise Refused(
            message("{name} has signed this draft already; each step is another person's.", name=name.strip())
        )
    if by in accounts:
        raise Refused(
            message(
                "A step of this draft was signed at the account {who} already, and each step needs an account of its "
                "own. Let the next person log in and sign. An office too small for that says so at the launch: "
                "sign-off optional.",
                who=by,
            )
        )


def _person(name: str) -> str:
    """Return a name without what the eye does not tell apart: width, spaces, marks that print nothing."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(each for each in plain if not each.isspace() and unicodedata.category(each) != "Cf")
