"""The forms about units. Whether a code, a name or a level is a good one the domain says, as for a row of a list."""

from collections.abc import Sequence
from typing import Any

from wtforms import (  # type: ignore[attr-defined]  # The stubs are older than SelectChoice.
    Form,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.form import BaseForm
from wtforms.validators import DataRequired

from forms.faults import Fault
from forms.plain_text import plain_text
from survey_app.domain.messages import Message, message
from survey_app.domain.units import Level
from survey_app.domain.units.cells import COLUMNS
from survey_app.domain.units.level import LEVEL_NAMES

_MOST = 500


def _label(text: Message) -> Any:  # noqa: ANN401 - WTForms takes any object that the page can say.
    return text


def _short(form: Form, field: Any) -> None:  # noqa: ANN401 - a field of any kind.
    if len(field.data or "") > _MOST:
        raise Fault(message("Please write at most {most} characters.", most=_MOST))


_REASON = _label(message("Reason"))
_REASON_NEEDED = DataRequired(_label(message("Please write the reason. It is kept in the unit's history.")))
_LEVELS = [SelectChoice(level.value, _label(name)) for level, name in LEVEL_NAMES.items()]


class _LevelField(SelectField):
    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no level."""
        if not any(selected for _, _, selected, _ in self.iter_choices()):
            raise Fault(message("Please choose from the options shown."))


class UnitForm(Form):
    """What a unit is. Where it is changed, not added, the form has no code: that stays for ever."""

    code = StringField(_label(message("Unit code")), [_short])
    name = StringField(_label(message("Unit name")), [_short])
    level = _LevelField(_label(message("Level")), choices=_LEVELS, default=Level.VILLAGE.value)
    unit_class = StringField(_label(message("Class")), [_short])
    sector = StringField(_label(message("Sector")), [_short])


class MoveForm(Form):
    """Where a unit is to stand, and why."""

    parent_code = StringField(_label(message("Code of the unit above")), [_short])
    reason = TextAreaField(_REASON, [_REASON_NEEDED, _short], filters=[plain_text])


class MergeForm(Form):
    """Which unit took another one in, and why."""

    code = StringField(
        _label(message("Code of the unit that takes it in")),
        [DataRequired(_label(message("Write the code of a unit that there is."))), _short],
    )
    reason = TextAreaField(_REASON, [_REASON_NEEDED, _short], filters=[plain_text])


class UnitReasonForm(Form):
    """A change that needs a reason."""

    reason = TextAreaField(_REASON, [_REASON_NEEDED, _short], filters=[plain_text])


class UnitNoteForm(Form):
    """A change for which a reason may be given."""

    reason = TextAreaField(_REASON, [_short], filters=[plain_text])


def blame_columns(form: Form, messages: Sequence[Message]) -> Sequence[Message]:
    """Say at its field what is wrong with each column of a unit; return what is about none of the form's fields."""
    found: dict[str, list[Message]] = {}
    others = []
    for each in messages:
        name = next((name for name, column in COLUMNS.items() if column == each.values.get("column")), "")
        if name in form:
            parts = {part: each.values[part] for part in ("reason", "remedy")}
            found.setdefault(name, []).append(message("{reason} {remedy}", **parts))
        else:
            others.append(each)
    for name, faults in found.items():
        form[name].errors = faults  # type: ignore[assignment]  # WTForms hands them to the page as they are.
    return others
