"""The form of an inspection note."""

from typing import Any

from wtforms import Form, TextAreaField
from wtforms.validators import DataRequired

from forms.plain_text import AtMostCharacters, plain_text
from survey_app.domain.messages import Message, message

#: Characters of a note, at most.
MOST_CHARACTERS = 2_000


def _label(text: Message) -> Any:  # noqa: ANN401 - WTForms takes any object that the page can say.
    return text


class NoteForm(Form):
    """What was seen at a place: text only."""

    text = TextAreaField(
        _label(message("What was seen")),
        [DataRequired(_label(message("Please write what was seen."))), AtMostCharacters(MOST_CHARACTERS)],
        filters=[plain_text],
    )
