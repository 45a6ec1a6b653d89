"""The kinds of box that the launch form is made of: texts on one line, whole numbers, days, choices."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from wtforms import Field, Form, SelectChoice, SelectField, StringField  # type: ignore[attr-defined]  # Older stubs.
from wtforms.form import BaseForm

from forms.faults import Fault
from forms.number_field import as_number
from forms.plain_text import AtMostCharacters, plain_text
from survey_app.domain.messages import Message, message

#: The schema's limit.
MOST_PEOPLE = 1_000_000_000

#: What people write between the codes of a list.
_BETWEEN = re.compile(r"[\s,;、，；]+")

Choices = Sequence[tuple[str, Any]]


def label(text: Message | str) -> Any:  # noqa: ANN401 - WTForms takes any object that the page can say.
    """Return a label that the page says in its language; a name is the same in each."""
    return Message("{name}", {"name": text}) if isinstance(text, str) else text


def choices(pairs: Choices) -> list[SelectChoice]:
    """Return the options of a field."""
    return [SelectChoice(value, label(text)) for value, text in pairs]


def codes_in(typed: str | None) -> list[str]:
    """Return the codes of a list as people write one, each once."""
    return list(dict.fromkeys(each for each in _BETWEEN.split((typed or "").strip()) if each))


def whole(field: Field) -> int | None:
    """Return the whole number in a box that has been checked; None where it is empty."""
    typed = as_number(field.data or "")
    return None if typed is None else int(typed)


def one_line(typed: str | None) -> str:
    """Return a text as the document holds it: printable, on one line."""
    return " ".join((plain_text(typed) or "").split())


def whole_number(least: int, most: int) -> Callable[[Form, Field], None]:
    """Return a validator that takes a whole number within limits, or nothing."""

    def check(form: Form, field: Field) -> None:
        typed = as_number(field.data or "")
        if (field.data or "").strip() and (typed is None or typed % 1 or not least <= typed <= most):
            raise Fault(message("Please write a whole number from {least} to {most}.", least=least, most=most))

    return check


def a_day(form: Form, field: Field) -> None:
    """Take a day as browsers send it, or nothing."""
    try:
        if field.data and f"{date.fromisoformat(field.data)}" != field.data:
            raise ValueError(field.data)  # Python reads 20261220 too, the document's format does not.
    except ValueError:
        raise Fault(message("Please write a day like 2026-12-20.")) from None


def a_clock(form: Form, field: Field) -> None:
    """Take a time of day as browsers send it, or nothing; 24:00 is the end of the day."""
    if field.data and not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00", field.data):
        raise Fault(message("Please write a time like 18:00."))


def text_box(text: Message, most: int, **more: Any) -> StringField:  # noqa: ANN401 - as WTForms takes them.
    """Return a box for a text of at most so many characters."""
    return StringField(label(text), [AtMostCharacters(most)], filters=[one_line], **more)


def count_box(text: Message, least: int = 1, most: int = MOST_PEOPLE) -> StringField:
    """Return a box for a whole number, which may stay empty."""
    return StringField(label(text), [whole_number(least, most)], filters=[one_line])


def chosen(field: Any) -> Any:  # noqa: ANN401 - WTForms' stubs know no base of fields with options.
    """Return what a field holds of its options; None for anything else, which is told at its box and kept nowhere."""
    return field.data if any(field.data == value for value, *_ in field.iter_choices()) else None


class PickField(SelectField):
    """One of a list; nothing chosen is what stands first."""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no option."""
        if self.data is not None and not any(self.data == value for value, *_ in self.iter_choices()):
            raise Fault(message("Please choose from the options shown."))
