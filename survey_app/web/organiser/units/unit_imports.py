"""The import of a list of units: send it, look at what it would do, import it, take it back."""

import json
import re
from pathlib import Path

from flask import abort, flash, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from survey_app.documents.bad_rows import bad_rows_csv, bad_rows_xlsx
from survey_app.documents.sheet_reader import read_sheet, unit_rows
from survey_app.documents.text_workbook import write_text_workbook
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.models import Job
from survey_app.services import jobs
from survey_app.services.audit_trail import audit
from survey_app.services.jobs import JobKind
from survey_app.services.surveys_in_scope import survey_lines
from survey_app.services.units.changing import HOME_ZONE
from survey_app.services.units.history import find_import, list_imports
from survey_app.services.units.undoing import undo_import, why_not_undone
from survey_app.services.units.uploads import (
    Upload,
    check_upload,
    erase_upload,
    find_upload,
    keep_upload,
    read_upload,
    start_import,
)
from survey_app.web.languages import say
from survey_app.web.organiser import uploads
from survey_app.web.organiser.access.check import may, visitor
from survey_app.web.organiser.access.policy import policy, polled
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

_TEMPLATE = Path(__file__).parents[4] / "docs" / "examples" / "units-template.csv"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LEVEL_HEADING = "层级"

#: So many added and updated units are shown of a list.
SHOWN = 20

_MARK = re.compile("[0-9a-f]{64}")
_NO_FILE = message("Choose a file first.")


@organiser.route("/unit-imports", methods=["GET", "POST"])
@policy(Power.CHANGE_UNITS)
def import_units() -> Response | str | tuple[str, int]:
    """Take a list and keep it for its check; show the imports that were made."""
    if request.method == "GET":
        return _imports_page()
    sent = uploads.sent_file()
    if sent is None:
        return _imports_page([_NO_FILE]), 422
    try:
        unit_rows(read_sheet(*sent))  # Before anybody has to wait for this request's turn to write.
    except Refused as refusal:
        return _imports_page(list(refusal.messages), sent[1]), 422
    upload_id = keep_upload(session(), *sent, visitor().name)
    return redirect(url_for("organiser.checked_list", upload_id=upload_id), 303)


def _imports_page(faults: list[Message] | None = None, filename: str = "") -> str:
    scope = visitor().scope
    made = [(each, why_not_undone(session(), each, scope)) for each in list_imports(session(), scope)]
    return render_template(
        "organiser/unit_imports.html", made=made, faults=faults or [], filename=filename, time_zone=HOME_ZONE.key
    )


@organiser.get("/unit-imports/lists/<int:upload_id>")
@policy(Power.CHANGE_UNITS)
def checked_list(upload_id: int) -> str:
    """Show what a list would do, or all that is wrong with it. Nothing is written."""
    upload = _upload_or_404(upload_id)
    try:
        checked = check_upload(session(), upload, visitor().scope)
    except Refused as refusal:
        return render_template("organiser/unit_list_bad.html", upload=upload, faults=refusal.messages)
    return render_template("organiser/unit_list.html", upload=upload, checked=checked, plan=checked.plan, shown=SHOWN)


@organiser.get("/unit-imports/lists/<int:upload_id>/bad-rows.<any(csv, xlsx):kind>")
@policy(Power.CHANGE_UNITS)
def bad_rows(upload_id: int, kind: str) -> Response:
    """Give the rows that are to be mended, with what is wrong with each beside them."""
    upload = _upload_or_404(upload_id)
    try:
        check_upload(session(), upload, visitor().scope)
    except Refused as refusal:
        said = _said_by_row(refusal)
    else:
        abort(404)
    headings = [say(message("Problem")), say(message("How to mend it"))]
    write = bad_rows_csv if kind == "csv" else bad_rows_xlsx
    return _download(write(read_upload(upload), said, headings), f"bad-rows.{kind}")


def _said_by_row(refusal: Refused) -> dict[int, tuple[str, str]]:
    said: dict[int, tuple[str, str]] = {}
    for each in refusal.messages:
        row, problem, remedy = int(str(each.values["row"])), _problem(each), say(_part(each, "remedy"))
        before = said.get(row)
        said[row] = (f"{before[0]} | {problem}", f"{before[1]} | {remedy}") if before else (problem, remedy)
    return said


def _problem(fault: Message) -> str:
    return say(message("{column}: {reason}", column=_part(fault, "column"), reason=_part(fault, "reason")))


def _part(fault: Message, name: str) -> Message:
    part = fault.values[name]
    return part if isinstance(part, Message) else Message(str(part))


@organiser.post("/unit-imports/lists/<int:upload_id>/import")
@policy(Power.CHANGE_UNITS)
def start_unit_import(upload_id: int) -> Response:
    """Ask for the import of a list as it was seen."""
    upload = _upload_or_404(upload_id)
    seen = request.form.get("seen", "")
    if not _MARK.fullmatch(seen):
        abort(400)
    job = start_import(session(), upload, seen, visitor().scope)
    return redirect(url_for("organiser.unit_job", job_id=job.id), 303)


@organiser.post("/unit-imports/lists/<int:upload_id>/discard")
@policy(Power.CHANGE_UNITS)
def discard_list(upload_id: int) -> Response:
    """Forget a list."""
    erase_upload(session(), _upload_or_404(upload_id).id)
    flash(say(message("The list is discarded; nothing was written.")))
    return redirect(url_for("organiser.import_units"), 303)


def _upload_or_404(upload_id: int) -> Upload:
    found = find_upload(session(), upload_id, visitor().name)
    if found is None:
        abort(404)
    return found


@organiser.get("/unit-imports/jobs/<int:job_id>")
@policy(Power.CHANGE_UNITS)
@polled
def unit_job(job_id: int) -> str:
    """Show how far an import is; the page loads itself again until it has ended."""
    found = _job_or_404(job_id)
    under_way = jobs.is_under_way(found)
    upload = None if under_way else find_upload(session(), int(found.arguments["upload"]), visitor().name)
    return render_template(
        "organiser/unit_job.html",
        job=found,
        under_way=under_way,
        can_cancel=jobs.can_cancel(found),
        trouble=jobs.trouble_of(found),
        counts=json.loads(found.result) if found.result else None,
        upload=upload,
        is_first=may(Power.PLAN) and not survey_lines(session(), visitor().scope),
        time_zone=HOME_ZONE.key,
    )


@organiser.post("/unit-imports/jobs/<int:job_id>/cancel")
@policy(Power.CHANGE_UNITS)
def cancel_unit_job(job_id: int) -> Response:
    """Stop an import that waits or runs; nothing of it is kept."""
    found = _job_or_404(job_id)
    jobs.cancel(session(), found)
    audit(session(), visitor().name, "job.cancel", f"{found.kind} {found.id}")
    flash(say(message("The job is cancelled.")))
    return redirect(url_for("organiser.unit_job", job_id=job_id), 303)


def _job_or_404(job_id: int) -> Job:
    found = jobs.find_job(session(), job_id)
    if found is None or found.kind != JobKind.UNIT_IMPORT:
        abort(404)
    return found


@organiser.route("/unit-imports/<int:import_id>/undo", methods=["GET", "POST"])
@policy(Power.CHANGE_UNITS)
def undo_unit_import(import_id: int) -> Response | str:
    """Ask whether an import is to be undone, and undo it; whatever forbids it is said."""
    scope = visitor().scope
    if request.method == "GET":
        made = find_import(session(), import_id, scope)
        if made is None:
            abort(404)
        why_not = why_not_undone(session(), made, scope)
        return render_template("organiser/unit_undo.html", made=made, why_not=why_not, time_zone=HOME_ZONE.key)
    if undo_import(session(), import_id, visitor().name, scope) is None:
        abort(404)
    flash(say(message("The import is undone: the units stand again as before it.")))
    return redirect(url_for("organiser.import_units"), 303)


@organiser.get("/unit-imports/template.<any(csv, xlsx):kind>")
@policy(Power.SEE_UNITS)
def units_template(kind: str) -> Response:
    """Give the list to fill in, with examples of every level."""
    if kind == "csv":
        return send_file(_TEMPLATE, mimetype="text/csv", as_attachment=True, download_name="units-template.csv")
    sheet = read_sheet(_TEMPLATE.read_bytes(), _TEMPLATE.name)
    place = sheet.header.index(_LEVEL_HEADING)
    words = list(dict.fromkeys(row.cells[place] for row in sheet.rows))
    content = write_text_workbook(sheet.header, [row.cells for row in sheet.rows], {_LEVEL_HEADING: words})
    return _download(content, "units-template.xlsx")


def _download(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.mimetype = "text/csv" if name.endswith(".csv") else _XLSX
    return answer
