"""Roles and what each may do. What is not given here is refused."""

from enum import StrEnum

from survey_app.domain.messages import Message, message


class Role(StrEnum):
    """What an account is for; over which part of the tree is its scope."""

    ADMIN = "admin"
    ORGANISER = "organiser"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"


ROLE_NAMES: dict[Role, Message] = {
    Role.ADMIN: message("Platform administrator"),
    Role.ORGANISER: message("Organiser"),
    Role.OFFICER: message("Unit officer"),
    Role.SUPERVISOR: message("Supervisor"),
    Role.AUDITOR: message("Auditor"),
}


class Power(StrEnum):
    """One thing that a page lets somebody do."""

    #: One's own account: password, one-time codes, sessions.
    SELF = "self"
    ACCOUNTS = "accounts"
    AUDIT_TRAIL = "audit_trail"
    SEE_UNITS = "see_units"
    CHANGE_UNITS = "change_units"
    #: Plan and launch surveys.
    PLAN = "plan"
    #: Turnout and what is known of a survey before its results.
    SEE_SURVEY = "see_survey"
    #: Open, close, reopen, change, approve.
    RUN_SURVEY = "run_survey"
    PRINT_POSTERS = "print_posters"
    PRINT_SLIPS = "print_slips"
    #: Void and replace a code, pause a place.
    TEND_CODES = "tend_codes"
    #: Open a device for assisted or telephone entry.
    OPEN_DEVICES = "open_devices"
    ENTER_PAPER = "enter_paper"
    READ_NOTES = "read_notes"
    WRITE_NOTES = "write_notes"
    #: Draft, sign, issue, publish, withdraw.
    RELEASE = "release"
    #: The result sheet of a unit in one's scope, once it was issued.
    SEE_SHEET = "see_sheet"


_EVERYBODY = frozenset({Power.SELF, Power.SEE_UNITS, Power.SEE_SURVEY})
_ORGANISER = frozenset(Power) - {Power.ACCOUNTS, Power.AUDIT_TRAIL}

_POWERS: dict[Role, frozenset[Power]] = {
    Role.ADMIN: frozenset(Power),
    Role.ORGANISER: _ORGANISER,
    Role.OFFICER: _EVERYBODY | {Power.PRINT_POSTERS, Power.SEE_SHEET},
    Role.SUPERVISOR: _EVERYBODY | {Power.READ_NOTES, Power.WRITE_NOTES},
    Role.AUDITOR: _EVERYBODY | {Power.READ_NOTES, Power.AUDIT_TRAIL},
}


def may(role: Role, power: Power) -> bool:
    """Return whether the role has the power, somewhere."""
    return power in _POWERS[role]
