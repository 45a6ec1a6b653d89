"""The forms of accounts: their own passwords and one-time codes, and those that an administrator keeps."""

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # The stubs are older than SelectChoice.
    Field,
    Form,
    PasswordField,
    RadioField,
    SelectChoice,
    StringField,
)
from wtforms.validators import DataRequired

from forms.console_forms import AtMost
from forms.faults import Fault
from survey_app.domain.messages import Message, message
from survey_app.domain.powers import ROLE_NAMES, Role


def _label(text: Message) -> Any:  # noqa: ANN401 - WTForms takes any object that the page can say.
    return text


_CODE_NEEDED = _label(message("Please write the code that the authenticator shows now."))


class CodeForm(Form):
    """A one-time code."""

    code = StringField(_label(message("One-time code")), [DataRequired(_CODE_NEEDED), AtMost(20)])


class CodesOffForm(Form):
    """Switching one-time codes off: whoever finds a browser open must not be able to."""

    #: Ids of their own, since the password is asked for twice on one page.
    password = PasswordField(
        _label(message("Password")),
        [DataRequired(_label(message("Please write the password."))), AtMost(1000)],
        id="off-password",
    )
    code = StringField(_label(message("One-time code")), [DataRequired(_CODE_NEEDED), AtMost(20)], id="off-code")


class OwnPasswordForm(Form):
    """A new password for oneself, with the one that counts until then."""

    old = PasswordField(
        _label(message("Password until now")),
        [DataRequired(_label(message("Please write the password you have now."))), AtMost(1000)],
    )
    password = PasswordField(
        _label(message("New password")), [DataRequired(_label(message("Please write a new password."))), AtMost(1000)]
    )
    again = PasswordField(_label(message("New password again")))

    def validate_again(self, field: Field) -> None:
        """Compare the two."""
        if field.data != self.password.data:
            raise Fault(message("The two passwords differ. Please write the same one twice."))


class DutyForm(Form):
    """What an account is for, and over which part of the tree."""

    role = RadioField(
        _label(message("Role")),
        choices=[SelectChoice(role.value, _label(name)) for role, name in ROLE_NAMES.items()],
        default=Role.ORGANISER.value,
    )
    scope = StringField(_label(message("Unit, with all below it")), [AtMost(100)])
    #: Which of several units of that name.
    choice = StringField("", [AtMost(64)])


class AccountForm(DutyForm):
    """A new account; its password is made up and shown once."""

    name = StringField(
        _label(message("Name to log in with")),
        [DataRequired(_label(message("Please write the account's name."))), AtMost(64)],
    )


class AuditForm(Form):
    """What to look for in the audit trail."""

    by = StringField(_label(message("Who")), [AtMost(100)])
    what = StringField(_label(message("Which change")), [AtMost(100)])
    about = StringField(_label(message("To what")), [AtMost(200)])

    @property
    def wanted(self) -> Sequence[str]:
        """What is looked for, without spaces around it."""
        return [(field.data or "").strip() for field in (self.by, self.what, self.about)]
