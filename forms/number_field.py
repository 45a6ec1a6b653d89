"""A number typed by hand, as phones and Chinese keyboards write it."""

import re
import unicodedata
from decimal import Decimal
from typing import Any

from wtforms import Field
from wtforms.widgets import TextInput

from forms.faults import Fault
from survey_app.domain.messages import message

_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,6})?")


def as_number(typed: str) -> Decimal | None:
    """Return the number that was typed, full-width digits and signs among it; None where it is none.

    At most 15 digits before and 6 behind the point. No separators of thousands: 1,5 means different things to people.
    """
    plain = unicodedata.normalize("NFKC", typed).strip().replace("\N{MINUS SIGN}", "-")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def spelt(number: Decimal | float) -> str:
    """Return the one spelling of a number: no exponent, no zeros at the end, no minus before nothing."""
    text = f"{Decimal(str(number)):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = text.removeprefix("+")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, point, rest = digits.partition(".")
    digits = (whole.lstrip("0") or "0") + point + rest
    return digits if digits == "0" else sign + digits


class NumberField(Field):
    """`data` is the number in its one spelling, None where the box is empty or holds no number."""

    widget = TextInput()

    def __init__(
        self,
        label: str | None = None,
        *,
        least: float | None = None,
        most: float | None = None,
        **rest: Any,  # noqa: ANN401 - WTForms' own options.
    ) -> None:
        super().__init__(label, **rest)
        self.least, self.most = least, most
        self._typed = ""

    @property
    def keyboard(self) -> str:
        """The `inputmode` that can write every number allowed here; the decimal one has no minus sign."""
        return "decimal" if self.least is not None and self.least >= 0 else "text"

    def _value(self) -> str:
        return self._typed

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; it stays in the box as it was written."""
        self._typed = str(valuelist[0]) if valuelist else ""
        number = as_number(self._typed)
        self.data = None if number is None else spelt(number)

    def pre_validate(self, form: object) -> None:
        """Refuse what is no number, or outside the range."""
        if not self._typed.strip():
            return
        if self.data is None:
            raise Fault(message("Please write a number, in digits."))
        number = Decimal(self.data)
        if self.least is not None and number < Decimal(str(self.least)):
            raise Fault(message("The number must be at least {least}.", least=spelt(self.least)))
        if self.most is not None and number > Decimal(str(self.most)):
            raise Fault(message("The number must be at most {most}.", most=spelt(self.most)))
