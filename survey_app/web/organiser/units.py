"""The units: the tree, a search, and the import of a list."""

from pathlib import Path

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.units import UnitPlan
from survey_app.services import importing_units
from survey_app.services.unit_browsing import MOST_SHOWN, UnitListing, browse_units, search_units
from survey_app.web.languages import say
from survey_app.web.organiser import uploads
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.parts import parts
from survey_app.web.transaction import session

_TEMPLATE = Path(__file__).parents[3] / "docs" / "examples" / "units-template.csv"

#: So many added or updated units, and so many faults, are shown of a list.
SHOWN = 200

_NO_FILE = message("Choose a file first.")


@organiser.get("/units")
def units() -> str:
    """Show the units below one, or those that a search finds."""
    wanted = request.args.get("q", "").strip()
    code = request.args.get("unit")
    listing = search_units(session(), wanted) if wanted else browse_units(session(), code)
    if listing is None:
        abort(404)
    return _page(listing, wanted)


def _page(listing: UnitListing, wanted: str = "", **more: object) -> str:
    return render_template("organiser/units.html", listing=listing, wanted=wanted, most=MOST_SHOWN, **more)


@organiser.post("/units/import")
def import_units() -> Response | tuple[str, int]:
    """Check a list, or import it; every bad row is told, and then nothing is written."""
    sent = uploads.sent_file()
    if sent is None:
        return _import_page(422, faults=[_NO_FILE])
    try:
        # Checked while nothing is locked: a list full of faults must not keep residents waiting.
        with parts().database.reading() as database:
            plan = importing_units.plan_import(database, *sent)
        if "check" in request.form:
            return _import_page(200, plan=plan, filename=sent[1])
        plan = importing_units.import_units(session(), *sent)
    except Refused as refusal:
        return _import_page(422, faults=list(refusal.messages), filename=sent[1])
    flash(say(_done(plan)))
    return redirect(url_for("organiser.units"), 303)


def _done(plan: UnitPlan) -> Message:
    return message(
        "Imported: {added} added, {updated} updated, {unchanged} unchanged.",
        added=len(plan.added),
        updated=len(plan.updated),
        unchanged=len(plan.unchanged),
    )


def _import_page(
    status: int, faults: list[Message] | None = None, plan: UnitPlan | None = None, filename: str = ""
) -> tuple[str, int]:
    with parts().database.reading() as database:
        listing = browse_units(database, None)
    if listing is None:  # Only a code that is unknown gives None.
        abort(404)
    page = _page(listing, faults=faults or [], plan=plan, filename=filename, shown=SHOWN)
    return page, status


@organiser.get("/units/template.csv")
def units_template() -> Response:
    """Give the list to fill in, with examples of every level."""
    return send_file(_TEMPLATE, mimetype="text/csv", as_attachment=True, download_name="units-template.csv")
