"""Build the form of an answer sheet: one field for each fieldset of the page.

The form checks shape: known options, numbers, lengths. What the answers mean together (what is required, what a
show-if leaves out) is the domain's to say; its messages are attached to the fields. Messages stay `Message` objects:
the page says them in the resident's language.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from wtforms import SelectChoice, TextAreaField  # type: ignore[attr-defined]  # The stubs are older than SelectChoice.
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from forms.choice_fields import OneOfField, SomeOfField
from forms.number_field import NumberField
from forms.plain_text import AtMostCharacters, plain_text
from survey_app.domain.ballot import Given, MarkedBallot, mark, unfolded
from survey_app.domain.questionnaire import MOST_CHARACTERS, AnswerSheet, Item, Question, QuestionKind

#: Names of the hidden fields. A question's code begins with a letter, so none is like them.
#: The page's token.
TOKEN = "_token"  # noqa: S105 - it is the name of a field, not a secret.
#: The questions with a show-if that the page showed, by field name; EVERY where its script shows them by itself.
SHOWN = "_asked"
EVERY = "*"
#: The targets that the person has dealt with, by code, where a first step asked.
DEALT_WITH = "_with"
#: Which step a page is, where it is not the questionnaire itself.
STEP = "_step"

HIDDEN_FIELDS = frozenset({TOKEN, SHOWN, DEALT_WITH, STEP})


class Sent(Protocol):
    """What a browser sent: names with one or more values, as Werkzeug's MultiDict has them."""

    def __iter__(self) -> Iterator[str]:
        """Give the names."""

    def __len__(self) -> int:
        """Return how many names there are."""

    def __contains__(self, name: Any, /) -> bool:  # noqa: ANN401 - a dict may be asked for anything.
        """Return whether something was sent under the name."""

    def getlist(self, name: str, /) -> list[Any]:
        """Return all values sent under a name."""


class AnswerForm(BaseForm):
    """The form of one answer sheet; `build_form` makes a class for each.

    Fields stand in a dict and are no attributes: a question may be called `data` or `errors`.

    Attributes:
        sheet: what this ballot is asked: the whole sheet, or a part of its targets.
        unfolded: names of the questions with a show-if that the other answers call for, once read.
        waiting: those of them that the page had not shown.

    """

    whole: ClassVar[AnswerSheet]
    unbound: ClassVar["Mapping[str, UnboundField[Any]]"]

    def __init__(self, sent: Sent | None = None, sheet: AnswerSheet | None = None) -> None:
        self.sheet = sheet or self.whole
        super().__init__({item.name: self.unbound[item.name] for item in self.sheet.items})
        self.process(sent)
        self._shown = set(" ".join(sent.getlist(SHOWN)).split()) if sent is not None else set()
        self.unfolded: Sequence[str] = ()
        self.waiting: Sequence[str] = ()

    def read(self) -> MarkedBallot | None:
        """Check shape and meaning; return the ballot.

        None where something is wrong, with the messages attached to the fields, or where questions are waiting.
        """
        self.validate()
        given = self.given()
        ballot, wrong = mark(self.sheet, given)
        self.unfolded = [item.name for item in unfolded(self.sheet, ballot)]
        seen = self.unfolded if EVERY in self._shown else self._shown
        self.waiting = [name for name in self.unfolded if name not in seen and not given[name]]
        for item in self.sheet.items:
            if item.question.show_if is not None and item.name not in self.unfolded:
                self[item.name].errors = ()  # It was not asked, whatever the form sent.
        shapes_fit = not self.errors
        faults = {name: fault for name, fault in wrong.items() if name not in self.waiting}
        for name, fault in faults.items():
            field = self[name]
            if not field.errors:  # A number that is no number was not left out.
                field.errors = [fault]  # type: ignore[list-item]  # The stubs know strings only.
        return ballot if shapes_fit and not faults and not self.waiting else None

    def given(self) -> Given:
        """Return the answers by field name, the options of a multiple choice in the order of the questionnaire."""
        return {item.name: _known(item.question, self[item.name].data) for item in self.sheet.items}


def could_have_sent(sheet: AnswerSheet, sent: Sent) -> bool:
    """Return whether a page of this sheet can have sent it: its own fields and options only, one value where one fits.

    People cannot get this wrong, so there is no message for it at a field.
    """
    asked = {item.name: item.question for item in sheet.items}
    once = HIDDEN_FIELDS - {DEALT_WITH}
    return all(
        len(sent.getlist(name)) == 1
        if name in once
        else name == DEALT_WITH or (name in asked and _fits(asked[name], sent.getlist(name)))
        for name in sent
    )


def build_form(sheet: AnswerSheet) -> type[AnswerForm]:
    """Return the form class of an answer sheet. Build it once for each sheet, not once for each request."""
    unbound = {item.name: _field(item, f"q{index}") for index, item in enumerate(sheet.items, start=1)}
    return type("SheetForm", (AnswerForm,), {"whole": sheet, "unbound": unbound})


def _field(item: Item, field_id: str) -> "UnboundField[Any]":
    """Return the field of an item. Ids count, since codes joined to option numbers could meet one another."""
    question = item.question
    match question.kind:
        case QuestionKind.RATING | QuestionKind.SINGLE:
            return UnboundField(OneOfField, "", choices=_choices(question), id=field_id)
        case QuestionKind.MULTIPLE:
            return UnboundField(SomeOfField, "", choices=_choices(question), id=field_id)
        case QuestionKind.NUMBER:
            return UnboundField(NumberField, "", least=question.least, most=question.most, id=field_id)
        case QuestionKind.TEXT:
            limit = AtMostCharacters(MOST_CHARACTERS)
            return UnboundField(TextAreaField, "", [limit], filters=[plain_text], id=field_id)


def _choices(question: Question) -> list[SelectChoice]:
    """Return the option codes; the page writes each option's text in its own language beside the button."""
    return [SelectChoice(option.code) for option in question.options]


def _fits(question: Question, values: Sequence[str]) -> bool:
    if question.options and not {option.code for option in question.options}.issuperset(values):
        return False
    return len(values) == 1 or question.kind is QuestionKind.MULTIPLE


def _known(question: Question, data: str | Sequence[str] | None) -> str | Sequence[str] | None:
    """Return an answer as the domain takes it: only options that there are, in their order; or a text."""
    if not question.options:
        return data
    chosen = [data] if isinstance(data, str) else data or ()
    return [option.code for option in question.options if option.code in chosen]
