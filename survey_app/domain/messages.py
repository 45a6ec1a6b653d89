"""What the program says to people, as a message id with values, so that every edge can say it in its own language.

Rules and services know no request and no locale. They make a `Message`; the page or the command translates it.
The English sentence is the message id; the catalogues under `translations/` hold the Chinese one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """One sentence: its message id, with `{name}` fields, and the values of the fields."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence, its message id looked up by `translate` (identity gives English)."""
        values = {
            name: value.say(translate) if isinstance(value, Message) else value for name, value in self.values.items()
        }
        return translate(self.text).format(**values)

    def __str__(self) -> str:
        return self.say()


def message(text: str, /, **values: object) -> Message:
    """Make a message; Babel finds its id by this function's name."""
    return Message(text, values)


class Refused(Exception):  # noqa: N818 - it is no error of the program: a rule said no, and says why.
    """A rule says no. Carries one message or many (one for each bad row), never a half-done change."""

    def __init__(self, *messages: Message) -> None:
        super().__init__(*messages)
        self.messages: Sequence[Message] = messages

    def __str__(self) -> str:
        return "\n".join(map(str, self.messages))
