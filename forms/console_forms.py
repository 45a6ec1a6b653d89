"""The forms of the console. Labels and faults are `Message` objects: the page says them in the request's language."""

from typing import Any

from wtforms import Field, Form, PasswordField, StringField, TextAreaField
from wtforms.validators import DataRequired

from forms.faults import Fault
from forms.plain_text import plain_text
from survey_app.domain.messages import Message, message


class _AtMost:
    """Refuse a longer text than people need; nothing is cut off silently."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: Form, field: Field) -> None:
        """Count characters."""
        if len(field.data or "") > self.most:
            raise Fault(message("Please write at most {most} characters.", most=self.most))


def _label(text: Message) -> Any:  # noqa: ANN401 - WTForms takes any object that the page can say.
    return text


_NAME_NEEDED = _label(message("Please write the account's name."))
_PASSWORD_NEEDED = _label(message("Please write the password."))
_REASON_NEEDED = _label(message("Please write the reason. It is recorded and printed."))


def blame(field: Field, *faults: Message) -> None:
    """Say at a field what somebody else found wrong with it."""
    field.errors = faults  # type: ignore[assignment]  # WTForms hands it to the page as it is.


class LoginForm(Form):
    """Name and password."""

    name = StringField(_label(message("Account")), [DataRequired(_NAME_NEEDED), _AtMost(200)])
    password = PasswordField(_label(message("Password")), [DataRequired(_PASSWORD_NEEDED), _AtMost(1000)])


class FirstAccountForm(Form):
    """Name and password of a new account, the password twice, since nobody sees what they type."""

    name = StringField(_label(message("Account")), [DataRequired(_NAME_NEEDED)])
    password = PasswordField(_label(message("Password")), [DataRequired(_PASSWORD_NEEDED)])
    again = PasswordField(_label(message("Password again")))

    def validate_again(self, field: Field) -> None:
        """Compare the two."""
        if field.data != self.password.data:
            raise Fault(message("The two passwords differ. Please write the same one twice."))


class ConfirmForm(Form):
    """An act that only a button confirms."""


class ReasonForm(Form):
    """An act that needs a reason."""

    reason = TextAreaField(
        _label(message("Reason")), [DataRequired(_REASON_NEEDED), _AtMost(500)], filters=[plain_text]
    )


class CloseForm(Form):
    """Closing, confirmed by the survey's name typed."""

    confirmation = StringField(_label(message("Type the survey's title or its short name")))

    def __init__(self, sent: Any = None, *, names: frozenset[str] = frozenset()) -> None:  # noqa: ANN401 - a multi-dict.
        super().__init__(sent)
        self.names = frozenset(map(_plain, names))

    def validate_confirmation(self, field: Field) -> None:
        """Compare what was typed with the survey's names; spaces do not count."""
        if _plain(field.data or "") not in self.names:
            raise Fault(message("This is not the survey's title or short name. Nothing was closed."))


class PostersForm(Form):
    """Which posters to make."""

    under = StringField("", [_AtMost(64)])


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()
