"""How a sheet's items stand on the page: numbered questions, one about targets with its targets by class."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby

from wtforms import Field

from forms.answer_form import AnswerForm
from forms.number_field import NumberField, spelt
from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import MOST_CHARACTERS, AnswerSheet, Item, Question, QuestionKind
from survey_app.domain.texts import pick
from survey_app.web.languages import language


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
    """A question with its number, and when it is to be answered."""

    number: int
    question: Question
    condition: Message | None
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
            "aria-describedby": " ".join(described_by) or False,
            "aria-invalid": "true" if field.errors else False,
        }
        if isinstance(field, NumberField):
            return common | {"class": "box short", "inputmode": field.keyboard, "maxlength": 30}
        return common | {"maxlength": MOST_CHARACTERS}


@dataclass(frozen=True)
class FaultOnPage:
    """One line of the summary: what is wrong, and the id of the first thing to press or write in."""

    anchor: str
    sentence: Message


def questions_on_page(form: AnswerForm) -> Sequence[QuestionOnPage]:
    """Return the questions of a form's sheet in the order of the page."""
    return [
        QuestionOnPage(
            form.sheet.number_of(items[0]), question, _condition(form.sheet, question), _entries(form, items)
        )
        for question, items in _by_question(form.sheet)
    ]


def _by_question(sheet: AnswerSheet) -> Iterable[tuple[Question, Sequence[Item]]]:
    for _, items in groupby(sheet.items, key=lambda item: item.question.code):
        found = list(items)
        yield found[0].question, found


def _entries(form: AnswerForm, items: Iterable[Item]) -> Sequence[Entry]:
    return [Entry(item, form[item.name]) for item in items]


def _condition(sheet: AnswerSheet, question: Question) -> Message | None:
    """Say where a question is to be answered only after certain options of another."""
    if question.show_if is None:
        return None
    other = next(item for item in sheet.items if item.question.code == question.show_if.question)
    chosen = [
        message("“{option}”", option=pick(option.text, language()))
        for option in other.question.options
        if option.code in question.show_if.options
    ]
    options = reduce(lambda first, second: message("{first} or {second}", first=first, second=second), chosen)
    return message(
        "(Answer this only if you chose {options} in question {number}.)",
        options=options,
        number=sheet.number_of(other),
    )


def faults_on_page(form: AnswerForm) -> Sequence[FaultOnPage]:
    """Return what is wrong with a form, in the order of the page."""
    faults = []
    for item in form.sheet.items:
        field = form[item.name]
        for said in field.errors:
            anchor = f"{field.id}-0" if item.question.options else field.id
            faults.append(FaultOnPage(anchor, _line(form.sheet, item, said)))
    return faults


def _line(sheet: AnswerSheet, item: Item, said: object) -> Message:
    if item.target is None:
        return message("Question {number}: {fault}", number=sheet.number_of(item), fault=said)
    return message("{target}: {fault}", target=pick(item.target.name, language()), fault=said)
