"""How the console's pages write roles: their names, and what each is for."""

from survey_app.domain.messages import Message, message
from survey_app.domain.powers import ROLE_NAMES, Role
from survey_app.web.languages import say
from survey_app.web.organiser.blueprint import organiser

_DUTIES: dict[Role, Message] = {
    Role.ADMIN: message("Does everything, over all units: accounts, units, surveys, results, and reads the audit log."),
    Role.ORGANISER: message(
        "Plans and runs surveys within the scope: units, questionnaires, posters, slips, paper, results."
    ),
    Role.OFFICER: message(
        "Sees the turnout of the own unit and those below it, prints their posters, and fetches their result sheets."
    ),
    Role.SUPERVISOR: message("Sees the turnout within the scope, and writes inspection notes on places."),
    Role.AUDITOR: message(
        "Sees the turnout within the scope, and reads inspection notes and the audit log; changes nothing."
    ),
}


@organiser.app_template_filter("console_role")
def role_word(role: str) -> str:
    """Return a role's name."""
    return say(ROLE_NAMES[Role(role)])


@organiser.app_template_filter("console_duty")
def duty_word(role: str) -> str:
    """Return what a role is for."""
    return say(_DUTIES[Role(role)])
