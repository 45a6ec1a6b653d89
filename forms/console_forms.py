"""The forms of the console. Labels and faults are `Message` objects: the page says them in the request's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # The stubs are older than SelectChoice.
    Field,
    Form,
    PasswordField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired

from forms.choice_fields import SomeOfField
from forms.faults import Fault
from forms.number_field import as_number
from forms.plain_text import plain_text
from survey_app.domain.messages import Message, message

#: Slips for one place and group, at most.
MOST_COPIES = 10_000


class AtMost:
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

    name = StringField(_label(message("Account")), [DataRequired(_NAME_NEEDED), AtMost(200)])
    password = PasswordField(_label(message("Password")), [DataRequired(_PASSWORD_NEEDED), AtMost(1000)])


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

    reason = TextAreaField(_label(message("Reason")), [DataRequired(_REASON_NEEDED), AtMost(500)], filters=[plain_text])


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


class OptionalReasonForm(Form):
    """An act for which a reason may be given."""

    reason = TextAreaField(_label(message("Reason")), [AtMost(500)], filters=[plain_text])


class DeviceForm(Form):
    """How answers are taken on a worker's device, and for which group."""

    channel = RadioField(
        _label(message("How the answers are taken")),
        choices=[
            SelectChoice("assisted", _label(message("Assisted: on this device, handed over or read aloud"))),
            SelectChoice("telephone", _label(message("By telephone"))),
        ],
        default="assisted",
    )
    group = RadioField(_label(message("Respondent group")))

    def __init__(self, sent: Any = None, *, groups: Sequence[tuple[str, str]] = ()) -> None:  # noqa: ANN401 - as above.
        super().__init__(sent)
        self.group.choices = [SelectChoice(value, label) for value, label in groups]
        if groups and self.group.data is None:
            self.group.data = groups[0][0]


class PostersForm(Form):
    """Which posters to make, and on what paper."""

    under = StringField("", [AtMost(64)])
    paper = RadioField("", choices=[SelectChoice(name, name) for name in ("A4", "A3")], default="A4")


class SheetsForm(Form):
    """Of which release the unit sheets are wanted, and how they are put together."""

    under = StringField("", [AtMost(64)])
    release = RadioField(_label(message("From")))
    way = RadioField(
        _label(message("File")),
        choices=[
            SelectChoice("together", _label(message("One PDF of all sheets, to be printed"))),
            SelectChoice("apart", _label(message("A zip with a PDF for each unit, to be sent"))),
        ],
        default="together",
    )

    def __init__(self, sent: Any = None, *, releases: Sequence[tuple[str, Message]] = ()) -> None:  # noqa: ANN401 - as above.
        super().__init__(sent)
        self.release.choices = [SelectChoice(value, label) for value, label in releases]
        if releases and self.release.data is None:
            self.release.data = releases[0][0]


class SlipsForm(Form):
    """Which slips to print, and how many."""

    under = StringField("", [AtMost(64)])
    group = RadioField(_label(message("Respondent group")), default="")
    copies = StringField(_label(message("Slips for each place")))
    reason = TextAreaField(_label(message("Reason for printing again")), [AtMost(500)], filters=[plain_text])

    def __init__(self, sent: Any = None, *, groups: Sequence[tuple[str, Message | str]] = ()) -> None:  # noqa: ANN401 - as above.
        super().__init__(sent)
        self.group.choices = [SelectChoice(value, label) for value, label in groups]
        if self.group.data is None:
            self.group.data = ""

    @property
    def count(self) -> int | None:
        """The number of slips; None where the box is empty."""
        typed = as_number(self.copies.data or "")
        return None if typed is None else int(typed)

    def validate_copies(self, field: Field) -> None:
        """Take a whole number, or nothing."""
        typed = as_number(field.data or "")
        if (field.data or "").strip() and (typed is None or typed % 1 or not 1 <= typed <= MOST_COPIES):
            raise Fault(message("Please write a whole number from 1 to {most}.", most=MOST_COPIES))


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


class ReviewForm(Form):
    """What stands at the head and foot of the bulletin; each may stay empty until it is known."""

    number = StringField(_label(message("Document number")), [AtMost(100)], filters=[plain_text])
    #: Its own id, since `main` is that of the page's content.
    main = StringField(_label(message("Addressed to")), [AtMost(300)], filters=[plain_text], id="addressed-to")
    copies = StringField(_label(message("Copies to")), [AtMost(300)], filters=[plain_text])
    #: Of the words of the draft before, those that are not to be published.
    left_out = SomeOfField(_label(message("Words to leave out")))

    def __init__(
        self,
        sent: Any = None,  # noqa: ANN401 - a multi-dict.
        *,
        words: Sequence[str] = (),
        written: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sent, data=written)
        self.left_out.choices = [SelectChoice(word, word) for word in words]
        self.left_out.data = self.left_out.data or []


class UnitAnswerForm(Form):
    """What a unit says of its sheet of the draft."""

    verdict = RadioField(
        _label(message("Your answer")),
        choices=[
            SelectChoice("confirmed", _label(message("Confirmed: nothing to object"))),
            SelectChoice("objected", _label(message("Objection, as written below"))),
        ],
    )
    text = TextAreaField(_label(message("What you object to, and why")), [AtMost(1000)], filters=[plain_text])

    def validate_text(self, field: Field) -> None:
        """Ask for a text where there is an objection: without one nobody could mend anything."""
        if self.verdict.data == "objected" and not (field.data or "").strip():
            raise Fault(message("Please write what you object to."))


class SignForm(Form):
    """One step of the sign-off."""

    post = StringField(_label(message("Post")), [AtMost(100)], filters=[plain_text])
    name = StringField(
        _label(message("Name of the signer")),
        [DataRequired(_label(message("Please write the name of the person who signs."))), AtMost(100)],
        filters=[plain_text],
    )
