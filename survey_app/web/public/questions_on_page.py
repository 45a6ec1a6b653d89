"""How a sheet's items stand on the page: numbered questions, one about targets with its targets by class."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from wtforms import Field

from forms.answer_form import AnswerForm
from forms.number_field import NumberField, spelt
from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import MOST_CHARACTERS, AnswerSheet, Item, Question, QuestionKind, Target
from survey_app.domain.texts import pick
from survey_app.web.languages import text_language


@dataclass(frozen=True)
class Entry:
    """One fieldset: an item and its field."""

    item: Item
    field: Field


@dataclass(frozen=True)
class ClassOfTargets:
    """Targets that stand below one heading; without a class there is no heading."""

    name: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class QuestionOnPage:
    """A question with its number, and whether it is folded away until another answer calls for it."""

    number: str
    question: Question
    folded: bool
    entries: Sequence[Entry]

    @property
    def field(self) -> Field:
        """The one field of a question about the place."""
        return self.entries[0].field

    @property
    def classes(self) -> Sequence[ClassOfTargets]:
        """The targets in the order of the questionnaire, neighbours of one class together."""
        runs = groupby(self.entries, key=lambda entry: entry.item.target.unit_class if entry.item.target else "")
        return [ClassOfTargets(name, list(entries)) for name, entries in runs]

    @property
    def condition(self) -> Mapping[str, str]:
        """Return the attributes that tell the page's script when to show the question."""
        condition = self.question.show_if
        return {} if condition is None else {"data-if": condition.question, "data-in": " ".join(condition.options)}

    @property
    def range(self) -> Message | None:
        """Say which numbers are allowed."""
        least, most = self.question.least, self.question.most
        if least is not None and most is not None:
            return message("A number from {least} to {most}.", least=spelt(least), most=spelt(most))
        if least is not None:
            return message("A number of at least {least}.", least=spelt(least))
        return None if most is None else message("A number of at most {most}.", most=spelt(most))

    def attributes(self, field: Field) -> Mapping[str, object]:
        """Return the HTML attributes of a box to write in."""
        has_hint = self.question.kind is QuestionKind.TEXT or self.range is not None
        described_by = [f"{field.id}-hint"] * has_hint + [f"{field.id}-fault"] * bool(field.errors)
        common: dict[str, object] = {
            "autocomplete": "off",
            "disabled": self.folded,
            "aria-describedby": " ".join(described_by) or False,
            "aria-invalid": "true" if field.errors else False,
        }
        if isinstance(field, NumberField):
            return common | {"class": "box short", "inputmode": field.keyboard, "maxlength": 30}
        return common | {"maxlength": MOST_CHARACTERS}


@dataclass(frozen=True)
class LineOnPage:
    """One line of a summary: what is to be done, and the id of the first thing to press or write in."""

    anchor: str
    sentence: Message


def questions_on_page(form: AnswerForm) -> Sequence[QuestionOnPage]:
    """Return the questions of a form's sheet in the order of the page."""
    return [
        QuestionOnPage(
            form.sheet.number_of(items[0]),
            question,
            question.show_if is not None and question.code not in form.unfolded,
            _entries(form, items),
        )
        for question, items in _by_question(form.sheet)
    ]


def _by_question(sheet: AnswerSheet) -> Iterable[tuple[Question, Sequence[Item]]]:
    for _, items in groupby(sheet.items, key=lambda item: item.question.code):
        found = list(items)
        yield found[0].question, found


def _entries(form: AnswerForm, items: Iterable[Item]) -> Sequence[Entry]:
    return [Entry(item, form[item.name]) for item in items]


def faults_on_page(form: AnswerForm) -> Sequence[LineOnPage]:
    """Return what is wrong with a form, in the order of the page."""
    return [
        LineOnPage(_anchor(form, item), _line(form.sheet, item, said))
        for item in form.sheet.items
        for said in form[item.name].errors
    ]


def waiting_on_page(form: AnswerForm) -> Sequence[LineOnPage]:
    """Return the questions that the answers so far call for, and that the page had not shown."""
    return [
        LineOnPage(
            _anchor(form, item),
            message(
                "Question {number}: {text}",
                number=form.sheet.number_of(item),
                text=pick(item.question.text, text_language()),
            ),
        )
        for item in form.sheet.items
        if item.name in form.waiting
    ]


def classes_of(targets: Sequence[Target]) -> Sequence[tuple[str, Sequence[Target]]]:
    """Return targets by class, in the order of the list, neighbours of one class together."""
    return [(name, list(some)) for name, some in groupby(targets, key=lambda target: target.unit_class)]


def _anchor(form: AnswerForm, item: Item) -> str:
    field = form[item.name]
    return f"{field.id}-0" if item.question.options else str(field.id)


def _line(sheet: AnswerSheet, item: Item, said: object) -> Message:
    if item.target is None:
        return message("Question {number}: {fault}", number=sheet.number_of(item), fault=said)
    return message("{target}: {fault}", target=pick(item.target.name, text_language()), fault=said)
