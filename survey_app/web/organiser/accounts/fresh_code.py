"""A one-time code, asked for at the login and before acts of weight, of accounts that have switched them on."""

from flask import request

from survey_app.domain.messages import Message, message
from survey_app.services.one_time_codes import use_code
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.accounts import throttle
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

#: The box in which it is written, see code_field.html.
FIELD = "one_time_code"

WRONG = message("This code is wrong, or was used already. Wait for the next one and write that.")


@organiser.app_template_global("asks_for_code")
def asks_for_code() -> bool:
    """Return whether acts of weight ask the visitor for a one-time code."""
    return visitor().has_totp


def fault_of_code() -> Message | None:
    """Use the code that was sent with a form; return what is wrong with it. None too where none is asked for."""
    who = visitor()
    if not who.has_totp:
        return None
    return fault_of(who.id, who.name, request.form.get(FIELD, ""))


def fault_of(account_id: int, name: str, code: str) -> Message | None:
    """Use a code of an account; return what is wrong with it. Guessing is slowed."""
    seconds = throttle.take(name)
    if seconds:
        return throttle.wait(seconds)
    if not use_code(session(), account_id, code):
        return WRONG
    throttle.give_back(name)
    return None
