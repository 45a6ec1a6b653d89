"""The form of paper totals: four numbers, and a line of boxes for every question and target."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Field, RadioField, SelectChoice, StringField, TextAreaField  # type: ignore[attr-defined]
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm, Form
from wtforms.validators import DataRequired
from wtforms.widgets import TextInput

from forms.answer_form import Sent
from forms.faults import Fault
from forms.plain_text import plain_text
from survey_app.domain.messages import Message, message
from survey_app.domain.paper import HEAD, MOST_SHEETS, PaperCount, PaperLine, paper_faults

#: The reason for correcting what is counted; a question's code is followed by a point here, so none is like it.
REASON = "reason"

_MOST_LETTERS = 500
_COUNT = re.compile(r"[0-9]{1,9}")
_BETWEEN = re.compile(r"[\s,'’]")


class CountField(Field):
    """A whole number from 0; empty is 0 where that is allowed. `data` is None where the box holds no such number."""

    widget = TextInput()

    def __init__(self, *args: Any, may_be_empty: bool = True, **rest: Any) -> None:  # noqa: ANN401 - WTForms' own.
        super().__init__(*args, **rest)
        self.may_be_empty = may_be_empty
        self.typed = ""

    def _value(self) -> str:
        return self.typed

    def process_data(self, value: object) -> None:
        """Show a number that is there already."""
        self.data = value
        self.typed = "" if value is None else str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed or pasted: full-width digits and separators of thousands are understood."""
        self.typed = str(valuelist[0]) if valuelist else ""
        plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", self.typed))
        self.data = int(plain) if _COUNT.fullmatch(plain) else 0 if not plain and self.may_be_empty else None

    def pre_validate(self, form: object) -> None:
        """Refuse what is no number of sheets."""
        if self.data is None:
            raise Fault(
                message("Please write a whole number, in digits.") if self.typed else message("Please write a number.")
            )
        if self.data > MOST_SHEETS:
            raise Fault(message("This must be a number from 0 to {most}.", most=MOST_SHEETS))


class PaperForm(BaseForm):
    """The form of one place and group. `faults_of_lines` holds what does not add up, by the line's name."""

    def __init__(self, lines: Sequence[PaperLine], sent: Sent | None = None, given: PaperCount | None = None) -> None:
        self.lines = lines
        fields: dict[str, UnboundField[Any]] = {
            name: UnboundField(CountField, "", may_be_empty=False, id=f"p-{name}") for name in HEAD
        }
        for at, line in enumerate(lines):
            for position in line.cells:
                fields[line.cell(position)] = UnboundField(CountField, "", id=f"p{at}-{position}")
        fields[REASON] = UnboundField(
            TextAreaField, message("Reason for the correction"), id="p-reason", filters=[plain_text]
        )
        super().__init__(fields)
        self.process(sent, data=None if given is None else _shown(lines, given))
        self.faults_of_lines: dict[str, Message] = {}

    def read(self) -> PaperCount | None:
        """Return the count; None where something is wrong, with the messages at the boxes and lines."""
        if not self.validate():
            return None
        rows = {
            line.name: tuple(
                int(self[line.cell(position)].data or 0) if position in line.cells else 0
                for position in range(len(line.item.question.options) + 1)
            )
            for line in self.lines
        }
        issued, returned, valid, invalid = (int(self[name].data) for name in HEAD)
        count = PaperCount(issued, returned, valid, invalid, rows)
        wrong = paper_faults(self.lines, count)
        for name, fault in wrong.items():
            if name in self:
                self[name].errors = [fault]  # type: ignore[list-item]  # The stubs know strings only.
            else:
                self.faults_of_lines[name] = fault
        return None if wrong else count

    @property
    def reason(self) -> str:
        """Why what was counted is corrected."""
        return str(self[REASON].data or "")[:_MOST_LETTERS]

    def need_reason(self) -> None:
        """Say at its box that a reason is missing."""
        said = message("This entry is counted. Correcting it needs a reason, which is recorded.")
        self[REASON].errors = [said]  # type: ignore[list-item]  # As above.

    def fault_count(self) -> int:
        """Return how many boxes and lines have something wrong."""
        return len(self.errors) + len(self.faults_of_lines)


def _shown(lines: Sequence[PaperLine], given: PaperCount) -> Mapping[str, int]:
    shown = {name: getattr(given, name) for name in HEAD}
    return shown | {line.cell(place): given.rows[line.name][place] for line in lines for place in line.cells}


class DiscardForm(Form):
    """Why entries are thrown away."""

    reason = TextAreaField(
        message("Reason"),  # type: ignore[arg-type]  # The page says it, as all below.
        [DataRequired(message("Please write the reason. It is recorded."))],  # type: ignore[arg-type]
        filters=[plain_text],
    )

    def validate_reason(self, field: Field) -> None:
        """Refuse a longer text than people need."""
        if len(field.data or "") > _MOST_LETTERS:
            raise Fault(message("Please write at most {most} characters.", most=_MOST_LETTERS))


class PaperSheetsForm(Form):
    """Which sheets to print: to be filled in, or to count them on."""

    under = StringField(default="")
    kind = RadioField(
        message("What to print"),  # type: ignore[arg-type]  # The page says it.
        choices=[
            SelectChoice("ballots", message("Sheets to be filled in")),
            SelectChoice("totals", message("Forms for the totals")),
        ],
        default="ballots",
    )
