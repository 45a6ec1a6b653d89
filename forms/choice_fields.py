"""Radios and check boxes, nothing preselected, with faults that are messages."""

from wtforms import RadioField, SelectMultipleField
from wtforms.form import BaseForm
from wtforms.widgets import CheckboxInput

from forms.faults import Fault
from survey_app.domain.messages import message

_NO_OPTION = message("Please choose from the options shown.")


class OneOfField(RadioField):
    """One option or none: whether one is needed is not the field's to say."""

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no option."""
        if self.data is not None and not any(selected for _, _, selected, _ in self.iter_choices()):
            raise Fault(_NO_OPTION)


class SomeOfField(SelectMultipleField):
    """Any number of options, each with a check box."""

    option_widget = CheckboxInput()

    def pre_validate(self, form: BaseForm) -> None:
        """Refuse what is no option."""
        if not set(self.data or ()).issubset(value for value, _, _, _ in self.iter_choices()):
            raise Fault(_NO_OPTION)
