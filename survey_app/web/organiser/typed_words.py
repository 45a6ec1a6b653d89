"""What the boxes of the console's forms are called, for texts that are shown outside their form."""

import re
from collections.abc import Iterator, Mapping

from wtforms import Field, Form, StringField
from wtforms.form import BaseForm

from forms.account_forms import AccountForm
from forms.console_forms import CloseForm, ReasonForm, ReviewForm, SignForm
from forms.launch_form import GroupForm, LaunchForm
from forms.note_form import NoteForm
from forms.unit_forms import MergeForm, MoveForm, UnitForm
from survey_app.domain.messages import Message, message
from survey_app.domain.paper import HEAD_NAMES
from survey_app.web.languages import LANGUAGES, own_name

#: Later ones do not rename what stands in earlier ones.
_FORMS: tuple[type[Form], ...] = (
    *(LaunchForm, NoteForm, ReasonForm, CloseForm, ReviewForm),
    *(SignForm, AccountForm, UnitForm, MoveForm, MergeForm),
)

#: Fields that are no texts: what was chosen, buttons, and what the program itself wrote into the form.
_NOT_TYPED = frozenset(
    {
        *("version", "do", "remove", "to", "session", "seen", "from_file", "sure", "draft", "waiting"),
        *("template", "flags", "kind", "scale", "asked_in", "show_if", "other_than", "class", "usual"),
        *("group", "unit", "under", "choice", "place_id", "paper", "channel", "level", "role"),
    }
)

#: Boxes that no form class lists: those of the designer, and of a new plan.
_OTHERS: Mapping[str, Message] = {
    "name": message("Name"),
    "copies": message("Copies"),
    "title": message("Title of the survey"),
    "organiser": message("Organising office"),
    "text": message("Question"),
    "hint": message("Explanation below it"),
    "option": message("Option"),
    "scale": message("Option of the scale"),
    "score": message("Score"),
    "target": message("Target"),
    "targets": message("Targets"),
    "least": message("At least"),
    "most": message("At most"),
    "name_ends_with": message("The name ends with"),
    "classes": message("The class is"),
    "below": message("It lies under the unit"),
    **HEAD_NAMES,
}

#: Of a box in several languages: what it is, which of several, and the language.
_IN_LANGUAGE = re.compile(r"(title|organiser|text|hint|option|scale|target)(?:-(.+))?-([a-z]{2,3}(?:_[A-Za-z]{2,4})?)")
_OF_GROUP = re.compile(r"groups-(\d{1,4})-(.+)")
_SCORE = re.compile(r"score-(.+)")


def _labels(form: BaseForm) -> Iterator[tuple[str, Message | None]]:
    for field in form:
        yield field.name, _label(field)


def _label(field: Field) -> Message | None:
    """Return the label of a text; None of a box in which something is chosen."""
    said: object = field.label.text  # WTForms' stubs know strings only.
    return said if isinstance(field, StringField) and isinstance(said, Message) else None


_LABELS = {**{name: label for form in reversed(_FORMS) for name, label in _labels(form())}, **_OTHERS}
_OF_GROUPS = dict(_labels(GroupForm()))


def box_words(name: str) -> Message | str | None:
    """Return what the box of this name is called, the name itself where nobody says; None where nothing is typed."""
    if name in _NOT_TYPED or name.endswith("-code"):
        return None
    if group := _OF_GROUP.fullmatch(name):
        label = _OF_GROUPS.get(group[2])
        return None if label is None else message("Group {number}: {box}", number=int(group[1]) + 1, box=label)
    if found := _IN_LANGUAGE.fullmatch(name):
        what, which, language = found.groups()
        box = _OTHERS[what] if which is None else message("{box} {which}", box=_OTHERS[what], which=_which(which))
        return message("{box}, {language}", box=box, language=LANGUAGES.get(language) or own_name(language))
    if score := _SCORE.fullmatch(name):
        return message("{box} {which}", box=_OTHERS["score"], which=_which(score[1]))
    return _LABELS.get(name, name)


def _which(index: str) -> str:
    """Return which of several a box is about: people count from 1."""
    return str(int(index) + 1) if index.isdecimal() and len(index) < 5 else index
