"""The board as a file: what is shown, in the order shown. Turnout only."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, send_file

from survey_app.documents.delimited import write_csv
from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.documents.workbook import write_workbook
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.web.languages import say
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.board.board_view import Row, asked, look, view
from survey_app.web.organiser.words import hour, percent, standing_word

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_COLUMNS = (
    message("Code"),
    message("Unit"),
    message("Line above"),
    message("Places"),
    message("Places with ballots"),
    message("Places at zero"),
    message("Ballots"),
    message("Last full hour"),
    message("Quota"),
    message("Completion in percent"),
    message("State"),
    message("Newest ballot"),
)


@organiser.get("/surveys/<slug>/board.<any(csv, xlsx):kind>")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def board_file(slug: str, kind: str) -> Response:
    """Give the rows of a board as it is filtered and sorted, all of them."""
    survey = survey_or_404(slug)
    seen = view(survey, asked(), look(survey))
    title = say(message("Progress: {unit}", unit=seen.board.whole.unit.name))
    rows = [_cells(survey, row) for row in seen.rows]
    return table_file(kind, f"{slug}-progress", title, [say(each) for each in _COLUMNS], rows)


def _cells(survey: Survey, row: Row) -> tuple[object, ...]:
    of = row.turnout
    return (
        of.unit.code,
        of.unit.name,
        " ".join(of.path),
        of.places,
        of.places_with_ballots,
        row.zero_places,
        of.ballots,
        of.last_hour,
        of.quota,
        percent(of.ballots, of.quota) if of.quota else None,
        standing_word(row.standing, survey.state != SurveyState.OPEN),
        hour(of.newest_hour, survey.time_zone) if of.newest_hour else "",
    )


def table_file(
    kind: str,
    name: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    tab: Message = message("Turnout"),  # noqa: B008 - it never changes.
) -> Response:
    """Return a table as .csv, with the mark that lets Excel read Chinese, or as .xlsx; no cell is a formula."""
    out = io.BytesIO()
    if kind == "csv":
        write_csv(out, columns, rows, bom=True)
        media_type = "text/csv; charset=utf-8"
    else:
        now = datetime.now(UTC)
        made = [_column(header, [row[at] for row in rows]) for at, header in enumerate(columns)]
        write_workbook(out, [PrintedTable(say(tab), title, (), made, rows)], now)
        media_type = _XLSX
    out.seek(0)
    return send_file(out, mimetype=media_type, as_attachment=True, download_name=f"{name}.{kind}")


def _column(header: str, cells: Sequence[object]) -> Column:
    are_numbers = bool(cells) and all(isinstance(cell, int) or cell is None for cell in cells)
    return Column(header, 12 if are_numbers else 20, "integer" if are_numbers else "text")
