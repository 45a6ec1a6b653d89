"""The bulletin (通报) of a release, composed from its head and its rows after suppression; nothing else is read.

A clerk edits the Word file, so the text is plain and complete, and what nobody knows yet (days) is left open.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from survey_app.documents.bulletin import Bulletin, Picture
from survey_app.documents.printed_table import PrintedTable
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.bulletin_sections.basics import basics
from survey_app.services.releases.bulletin_sections.classes import classes
from survey_app.services.releases.bulletin_sections.problems import problems, requirements
from survey_app.services.releases.figure_names import FigureName
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_STEPS = {"prepared": "经办", "checked": "审核", "approved": "签发"}


def bulletin(
    head: Head,
    rows: Sequence[ResultRow],
    tables: Sequence[PrintedTable],
    pictures: Mapping[FigureName, Picture] = MappingProxyType({}),
) -> Bulletin:
    """Return the bulletin of a release; `tables` become its annexes, in the order given, by their short names.

    Of the `pictures`, by their figure, it shows those that `is_shown` tells: ratings with each class, and heat maps.
    """
    document = head.get("document") or {}
    organiser = wording.text(head["organiser"])
    sections = [basics(head, rows), classes(head, rows, pictures), problems(head, rows), requirements(head)]
    return Bulletin(
        title=f"关于{wording.text(head['title']).removesuffix('情况')}情况的通报",
        # A document with a number is one that is sent out: it bears the name of who sends it.
        issuer=organiser if document.get("number") else "",
        document_number=document.get("number", ""),
        main_recipients=document.get("main", ""),
        copies_to=document.get("copies", ""),
        opening=["现将有关情况通报如下。"],
        sections=[each for each in sections if each is not None],
        annexes=[replace(table, title=table.name, basis=_basis(head, table)) for table in tables],
        signed_by=organiser,
        date=_date(head),
        watermark="送审稿" if head.get("audience") == "review" else "",
        signatures=[
            (_STEPS[each["step"]], " ".join(filter(None, (each["post"], each["name"]))))
            for each in head.get("sign_off", ())
            if each["step"] in _STEPS
        ],
    )


def is_shown(figure: FigureName) -> bool:
    """Say whether the bulletin has a place for a figure."""
    return figure.kind in ("headline", "heatmap", "groups") and not figure.unit


def _basis(head: Head, table: PrintedTable) -> str:
    """Say under an annex's name on what its rates stand, where it has any: the list of annexes stays short."""
    return wording.basis(head) if any(column.kind == "rate" for column in table.columns) else ""


def _date(head: Head) -> str:
    """Print the day of the release; of a draft under review only the year is known."""
    if head.get("audience") == "review":
        year = datetime.fromisoformat(head["released_at"]).astimezone(ZoneInfo(head["time_zone"])).year
        return f"{year}年　月　日"
    return words.day(head, head["released_at"])
