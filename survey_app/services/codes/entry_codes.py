"""The poster codes of a survey: listed for scripts, drawn on posters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.documents.posters import PAPERS, Poster, write_posters
from survey_app.domain.definition import BallotMode
from survey_app.domain.entry_codes import LONGEST_ADDRESS, POSTER_LENGTH
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.domain.units import Level
from survey_app.models import EntryCode, Place, RespondentGroup, Survey, Unit
from survey_app.services.surveys import ballot_modes, find_survey, refuse_taken_back
from survey_app.services.units.tree import load_tree


@dataclass(frozen=True)
class ListedCode:
    """One active poster code and where it leads."""

    unit_code: str
    group: str
    code: str
    url: str


def list_codes(session: Session, slug: str, public_url: str) -> Sequence[ListedCode]:
    """Return the active poster codes of a survey, by unit and group; Refused where everybody answers by slip."""
    survey = find_survey(session, slug)
    _require_posters(session, survey)
    return [
        ListedCode(unit.code, group.code, entry.code, f"{public_url}/s/{entry.code}")
        for entry, unit, group in _codes(session, survey)
    ]


def _require_posters(session: Session, survey: Survey) -> None:
    if BallotMode.POSTER not in ballot_modes(session, survey):
        raise Refused(
            message(
                "Everybody answers survey {slug} by slip: it has no poster codes. A slip's code is printed once and "
                "cannot be listed.",
                slug=survey.slug,
            )
        )


def _codes(session: Session, survey: Survey) -> Iterable[tuple[EntryCode, Unit, RespondentGroup]]:
    rows = session.execute(
        select(EntryCode, Unit, RespondentGroup)
        .join(Place, Place.id == EntryCode.place_id)
        .join(Unit, Unit.id == Place.unit_id)
        .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
        .where(EntryCode.survey_id == survey.id, EntryCode.state == "active")
        .order_by(Unit.code, RespondentGroup.position)
    )
    return ((row[0], row[1], row[2]) for row in rows)


def print_posters(
    session: Session,
    slug: str,
    public_url: str,
    out: BinaryIO,
    progress: Callable[[int, int], None],
    under: str | None = None,
    paper: str = "A4",
) -> int:
    """Write a test page and the posters of a survey as one PDF, of all places or those under one unit; return how many.

    They stand in the order of the tree, so that those of one township follow one another. `paper` is A4 or A3.
    `progress` hears (done, all). Printing again gives the same codes.
    """
    survey = find_survey(session, slug)
    refuse_taken_back(survey)
    _require_posters(session, survey)
    tree = load_tree(session)
    in_order = {unit.id: position for position, unit in enumerate(tree.units)}
    codes = sorted(_codes(session, survey), key=lambda code: (in_order[code[1].id], code[2].position))
    several = len({group.id for _, _, group in codes}) > 1
    posters = []
    for entry, unit, group in codes:
        line = tree.line(unit)
        if under is not None and under not in {each.code for each in line}:
            continue
        above = [each.name for each in line[:-1] if each.level != Level.CITY]
        posters.append(
            Poster(
                code=entry.code,
                url=f"{public_url}/s/{entry.code}",
                unit_name=unit.name,
                county=above[0] if above else "",
                township=above[1] if len(above) > 1 else "",
                title=pick(survey.title, DEFAULT_LANGUAGE),
                organiser=pick(survey.organiser, DEFAULT_LANGUAGE),
                contact=survey.contact,
                closes=closing_day(survey.closes_at, survey.time_zone),
                group=pick(group.name, DEFAULT_LANGUAGE) if several else "",
            )
        )
    if not posters:
        raise Refused(message("There is no place under {value} in this survey.", value=under or slug))
    write_posters(out, posters, lambda done: progress(done, len(posters)), PAPERS[paper])
    return len(posters)


def address_warning(public_url: str, code_length: int = POSTER_LENGTH) -> Message | None:
    """Return what to say of addresses that are longer than a QR code should hold; None where they are short enough."""
    length = len(f"{public_url}/s/") + code_length
    if length <= LONGEST_ADDRESS:
        return None
    return message(
        "The addresses in the QR codes have {length} characters, more than {most}: the codes are drawn finer and are "
        "harder to scan. A shorter {setting} makes them coarser; set it before anything is printed.",
        length=length,
        most=LONGEST_ADDRESS,
        setting="SURVEY_PUBLIC_URL",
    )


def closing_day(closes_at: datetime | None, time_zone: str) -> str:
    """Return the planned closing as a poster prints it, midnight as the 24:00 of the day before; "" for none."""
    if closes_at is None:
        return ""
    local = closes_at.astimezone(ZoneInfo(time_zone))
    if (local.hour, local.minute) == (0, 0):
        day = local - timedelta(days=1)
        return f"{day.year}年{day.month}月{day.day}日24:00"
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
