"""An entry code typed by hand."""

from typing import Any

from wtforms import Form, StringField
from wtforms.fields import Field

from forms.faults import Fault
from survey_app.domain.entry_codes import POSTER_LENGTH, SLIP_LENGTH, is_entry_code, normalise
from survey_app.domain.messages import message


def _well_formed(form: Form, field: Field) -> None:
    code = normalise(field.data or "")
    if not code:
        raise Fault(message("Please type the code that is printed beside the QR code."))
    if not (code.isascii() and code.isdigit()):
        raise Fault(message("The code has digits only. Please check it against the paper."))
    if len(code) not in (POSTER_LENGTH, SLIP_LENGTH):
        raise Fault(
            message(
                "A poster's code has {poster} digits, a slip's {slip}; you typed {count}.",
                poster=POSTER_LENGTH,
                slip=SLIP_LENGTH,
                count=len(code),
            )
        )
    if not is_entry_code(code):
        raise Fault(message("A digit is wrong or two are swapped. Please check the code against the paper."))


class EntryCodeForm(Form):
    """The box for an entry code; spaces, hyphens and full-width digits are understood."""

    code = StringField("", [_well_formed], id="code")

    def __init__(self, sent: Any = None) -> None:  # noqa: ANN401 - a multi-dict of any framework.
        super().__init__(sent)

    @property
    def entry_code(self) -> str:
        """The code without spaces, once the form is valid."""
        return normalise(self.code.data or "")
