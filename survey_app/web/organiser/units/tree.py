"""The units: the tree, a search, and the page of one unit."""

from flask import abort, render_template, request

from survey_app.domain.messages import Message, message
from survey_app.domain.powers import Power
from survey_app.domain.units import Level
from survey_app.domain.units.level import LEVEL_NAMES
from survey_app.services.scopes import covers_code
from survey_app.services.units import browsing as unit_browsing
from survey_app.services.units.browsing import MOST_SHOWN, UnitInTree, Wanted, browse_units
from survey_app.services.units.changing import HOME_ZONE
from survey_app.services.units.history import history_of
from survey_app.services.units.surveys import surveys_over
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

_CHANGES = {
    "add": message("Added"),
    "edit": message("Edited"),
    "move": message("Moved"),
    "merge": message("Merged into another unit"),
    "close": message("Closed down"),
    "reopen": message("Reopened again"),
    "undo": message("Import undone"),
}
_COLUMNS = {
    "name": message("Unit name"),
    "level": message("Level"),
    "parent_code": message("Unit above"),
    "unit_class": message("Class"),
    "sector": message("Sector"),
    "closed_on": message("Closed down on"),
    "merged_into": message("Merged into"),
}

#: Columns that hold the code of another unit.
_UNITS = ("parent_code", "merged_into")


@organiser.get("/units")
@policy(Power.SEE_UNITS)
def units() -> str:
    """Show the units below one, or those that a search or a filter finds below it."""
    args = request.args
    wanted = Wanted(
        text=args.get("q", "").strip(),
        level=args.get("level", "") if args.get("level", "") in set(Level) else "",
        unit_class=args.get("class", ""),
        sector=args.get("sector", ""),
        with_closed=bool(args.get("closed")),
    )
    listing = browse_units(session(), args.get("unit") or None, wanted, visitor().scope)
    if listing is None:
        abort(404)
    return render_template(
        "organiser/units.html",
        listing=listing,
        wanted=wanted,
        most=MOST_SHOWN,
        levels=list(Level),
        here_code=listing.line[-1].code if listing.line else None,
        is_everything=visitor().scope.is_everything,
    )


@organiser.get("/units/<unit_code>")
@policy(Power.SEE_UNITS)
def unit(unit_code: str) -> str:
    """Show one unit: what it is, where it stands, its history, and what can be done with it."""
    found = unit_or_404(unit_code)
    return render_template(
        "organiser/unit.html",
        found=found,
        history=history_of(session(), unit_code),
        surveys=surveys_over(session(), found.tree, found.unit),
        may_change=may_change(found),
        time_zone=HOME_ZONE.key,
    )


def unit_or_404(unit_code: str) -> UnitInTree:
    """Return the unit with this code; there is no page where there is none within the scope."""
    found = unit_browsing.find_unit(session(), unit_code, visitor().scope)
    if found is None:
        abort(404)
    return found


def may_change(found: UnitInTree) -> bool:
    """Return whether the unit lies below the visitor's own, which only those above change."""
    return found.unit.id != visitor().scope.unit_id


@organiser.app_template_filter("console_unit_change")
def change_word(what: str) -> str:
    """Return in words what was done to a unit."""
    return say(_CHANGES.get(what, Message(what)))


@organiser.app_template_filter("console_unit_column")
def column_word(name: str) -> str:
    """Return what a column of a unit is called."""
    return say(_COLUMNS.get(name, Message(name)))


@organiser.app_template_filter("console_unit_value")
def value_word(value: str, name: str) -> str:
    """Return a column's value in words; a unit outside the visitor's scope, from where one came, is not named."""
    if value and name in _UNITS and not covers_code(session(), visitor().scope, value):
        return say(message("outside your scope"))
    if name == "level" and value in set(Level):
        return say(LEVEL_NAMES[Level(value)])
    return value or "—"
