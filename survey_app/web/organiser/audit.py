"""The audit log: who changed what, newest first."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request

from forms.account_forms import AuditForm
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.powers import Power, Role
from survey_app.services.reading_audit import kinds, read_audit
from survey_app.services.units.changing import HOME_ZONE
from survey_app.web.languages import say
from survey_app.web.organiser import words
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.accounts.role_words import role_word
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

_WORDS = {
    "account.create": message("Account made"),
    "account.change_duty": message("Role or scope changed"),
    "account.disable": message("Account disabled"),
    "account.enable": message("Account enabled"),
    "account.reset_password": message("Password reset"),
    "account.change_password": message("Password changed"),
    "account.codes_on": message("One-time codes switched on"),
    "account.codes_off": message("One-time codes switched off"),
    "unit.add": message("Unit added"),
    "unit.edit": message("Unit changed"),
    "unit.move": message("Unit moved"),
    "unit.merge": message("Unit merged"),
    "unit.close": message("Unit closed"),
    "unit.reopen": message("Unit reopened"),
    "unit.import": message("Units imported"),
    "unit.undo_import": message("Import undone"),
    "plan.create": message("Plan made"),
    "plan.save": message("Plan changed"),
    "plan.delete": message("Plan deleted"),
    "plan.launch": message("Launched from the plan"),
    "note.write": message("Inspection note written"),
    "paper.enter": message("Paper totals entered"),
    "paper.correct": message("Paper totals corrected"),
    "paper.discard": message("Paper totals discarded"),
    "job.cancel": message("Job cancelled"),
    "slips.fetch": message("File of slips downloaded"),
}

#: The names of values that people meet most; the others stand as the program calls them.
_NAMES = {
    "role": message("role"),
    "scope": message("scope"),
    "state": message("state"),
    "reason": message("reason"),
    "name": message("name"),
    "code": message("code"),
    "level": message("level"),
    "parent_code": message("above it"),
    "unit_class": message("class"),
    "sector": message("sector"),
    "added": message("added"),
    "updated": message("updated"),
    "unchanged": message("unchanged"),
    "sessions_ended": message("sessions ended"),
    "closed_on": message("closed on"),
    "merged_into": message("merged into"),
    "characters": message("characters"),
    "plan": message("number of the plan"),
}


@organiser.get("/audit")
@policy(Power.AUDIT_TRAIL, About.EVERYTHING)
def audit_log() -> str:
    """Show a page of the log."""
    form = AuditForm(request.args)
    form.validate()
    by, what, about = form.wanted if not form.errors else ("", "", "")
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return render_template(
        "organiser/audit.html",
        form=form,
        time_zone=HOME_ZONE.key,
        found=read_audit(session(), by, what, about, page),
        kinds=kinds(session()),
        asked={"by": by or None, "what": what or None, "about": about or None},
    )


@organiser.app_template_filter("console_audited")
def audited_word(what: str) -> str:
    """Return a kind of change in words; acts on a survey are named as in its own record."""
    act = what.removeprefix("survey.")
    return words.act_word(act) if act != what else say(_WORDS.get(what, Message(what)))


@organiser.app_template_filter("console_audit_values")
def values_in_words(values: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    """Return what changed, each value by its name, both as people call them."""
    return [(say(_NAMES.get(name, Message(name))), _value(name, value)) for name, value in values.items()]


def _value(name: str, value: object) -> str:
    if name == "role" and value in set(Role):
        return role_word(str(value))
    if name == "state" and value in set(SurveyState):
        return words.state_word(str(value))
    if name == "scope" and value == "*":
        return say(message("All units"))
    if value is None or value == "":
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
