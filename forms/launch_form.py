"""The form of a launch: where, of whom, when, and how it is counted. Labels and faults are `Message` objects.

Every box may stay empty: what is missing the page's checklist says, and only the launch needs it.
"""

import re
from collections.abc import Mapping
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    StringField,
    TextAreaField,
)

from forms.choice_fields import OneOfField, SomeOfField
from forms.faults import Fault
from forms.launch_boxes import (
    Choices,
    PickField,
    a_clock,
    a_day,
    choices,
    count_box,
    label,
    one_line,
    text_box,
)
from forms.number_field import as_number
from forms.plain_text import AtMostCharacters, plain_text
from survey_app.domain.messages import message

#: The schema's limit.
MOST_GROUPS = 20

#: Empty rows for groups where there is none yet, and below those that there are.
_FIRST_ROWS = 3

#: What is settled by the launch: printed codes lead where they led.
_SETTLED = (
    *("choose", "areas", "areas_more", "level", "classes", "units"),
    *("quota", "rule_percent", "rule_least", "rule_most"),
    *("grouped", "groups", "empty_group", "ballot_mode"),
)

_MODES = (
    ("poster", message("Posters: one open code a place, for many")),
    ("slip", message("Slips: a single-use code each")),
)


class GroupForm(Form):
    """One respondent group. A row without a name is none."""

    code = text_box(message("Short name (letters)"), 40)
    name_zh = text_box(message("Name, Chinese"), 500)
    name_en = text_box(message("Name, English"), 500)
    weight = StringField(label(message("Weight")), filters=[one_line])
    ballot_mode = PickField(
        label(message("How it answers")), choices=choices((("", message("as the survey")), *_MODES))
    )
    quota = count_box(message("Ballots expected at each place"))
    eligible = count_box(message("How many people it has"))
    targets = SomeOfField(label(message("What it rates")))

    @property
    def is_there(self) -> bool:
        """Whether anything was written of it."""
        return any(self[name].data for name in ("code", "name_zh", "name_en", "weight", "quota", "eligible"))

    def validate_code(self, field: Field) -> None:
        """Take what stands in addresses and tables; an empty one is given."""
        if field.data and not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", field.data):
            raise Fault(message("Please use letters, digits, - and _, a letter first."))

    def validate_name_zh(self, field: Field) -> None:
        """Ask for a name."""
        if self.is_there and not (field.data or self.name_en.data):
            raise Fault(message("Please write the group's name."))

    def validate_weight(self, field: Field) -> None:
        """Ask for a weight."""
        typed = as_number(field.data or "")
        if self.is_there and (typed is None or not 0 < typed <= 1000):
            raise Fault(message("Please write a number above 0, for example 40."))


class LaunchForm(Form):
    """All that is settled before a survey is launched."""

    title_zh = text_box(message("Title, Chinese"), 500)
    title_en = text_box(message("Title, English"), 500)
    organiser_zh = text_box(message("Organiser, Chinese"), 500)
    organiser_en = text_box(message("Organiser, English"), 500)
    contact = text_box(message("Telephone for questions and complaints"), 100)

    choose = OneOfField(
        label(message("Choose places")),
        choices=choices(
            (("tree", message("by area, level and class")), ("units", message("one by one, by their codes")))
        ),
        default="tree",
    )
    areas = SomeOfField(label(message("Below these units")))
    areas_more = text_box(message("and below these, by their codes"), 5000)
    level = PickField(label(message("Level")))
    classes = SomeOfField(label(message("Only of these classes")))
    units = TextAreaField(label(message("Codes of the units")), [AtMostCharacters(200_000)], filters=[plain_text])

    quota = count_box(message("Ballots expected at each place"))
    rule_percent = StringField(label(message("Percent of the eligible people")), filters=[one_line])
    rule_least = count_box(message("at least"))
    rule_most = count_box(message("at most"))

    grouped = BooleanField(label(message("Several respondent groups, with weights (分组测评)")))
    groups = FieldList(FormField(GroupForm), max_entries=MOST_GROUPS)
    empty_group = OneOfField(
        label(message("Where a group has no rated ballot")),
        choices=choices(
            (
                ("renormalise", message("the other groups' weights are scaled up")),
                ("refuse", message("there is no weighted score")),
            )
        ),
        default="renormalise",
    )

    opens_day = StringField(label(message("Opens on")), [a_day], filters=[one_line])
    opens_time = StringField(label(message("at")), [a_clock], filters=[one_line])
    closes_day = StringField(label(message("Closes on")), [a_day], filters=[one_line])
    closes_time = StringField(label(message("at")), [a_clock], filters=[one_line])
    results_on = StringField(label(message("Results on")), [a_day], filters=[one_line])
    open_days = count_box(message("or closes after so many days"), most=400)
    time_zone = text_box(message("Time zone"), 60)

    ballot_mode = OneOfField(label(message("How people answer")), choices=choices(_MODES), default="poster")
    threshold = count_box(message("Show no figure below so many rated ballots"), 5, 1000)
    headline_question = PickField(label(message("Headline question")))
    headline_base = OneOfField(
        label(message("Its rate is out of")),
        choices=choices(
            (
                ("rated", message("those who gave a rating")),
                ("all", message("everybody who answered it, “don't know” counted in")),
            )
        ),
        default="rated",
    )
    roll_up = OneOfField(
        label(message("The rate of a county or township comes from")),
        choices=choices(
            (
                ("counts", message("all ballots of its places together")),
                ("population", message("the rates of its places, weighted by their eligible people")),
            )
        ),
        default="counts",
    )
    selection = PickField(
        label(message("Who is asked")),
        choices=choices(
            (
                ("", message("as usual: whoever comes upon a poster; with slips everybody of a list")),
                ("self", message("whoever comes upon an open code")),
                ("list", message("everybody of a known list")),
                ("random", message("a random sample of each place's people")),
            )
        ),
    )
    verdict = BooleanField(label(message("Give each unit a verdict by the rule of people's congresses")))
    repeats = PickField(label(message("Repeats an earlier survey")))
    paper = OneOfField(
        label(message("Ballots on paper")),
        choices=choices(
            (
                ("none", message("none")),
                ("single", message("counted in; one person enters the totals")),
                ("double", message("counted in; two people enter them, each unseen by the other")),
            )
        ),
        default="none",
    )
    quota_full = OneOfField(
        label(message("Where the expected ballots have come in")),
        choices=choices(
            (("continue", message("answers are still taken")), ("stop", message("no more answers are taken there")))
        ),
        default="continue",
    )
    second_person = BooleanField(label(message("Somebody else must approve the survey before it opens")))
    sign_off = OneOfField(
        label(message("Before results are issued or published")),
        choices=choices(
            (
                ("required", message("three people sign a draft for review, each at an account of their own")),
                (
                    "optional",
                    message("a small office: nobody needs to sign, and one account may sign for several people"),
                ),
            )
        ),
        default="required",
    )
    #: Not called slug: in every request of the console that names a survey that there is.
    short_name = text_box(message("Short name in addresses"), 48)
    table_number = text_box(message("Number of the form"), 100)
    approval_number = text_box(message("Number of the approval"), 100)
    valid_until = text_box(message("Valid until"), 100)

    def __init__(
        self,
        sent: Any = None,  # noqa: ANN401 - a multi-dict.
        *,
        written: Mapping[str, Any] | None = None,
        offered: Mapping[str, Choices] | None = None,
        locked: bool = False,
    ) -> None:
        """Make the form of what was sent, or else of what is `written`.

        Args:
            sent: what the browser sent.
            written: the boxes' contents by their names.
            offered: the options of `areas`, `level`, `classes`, `targets`, `headline_question` and `repeats`.
            locked: the survey was launched, so that places and groups stay and have no boxes.

        """
        super().__init__(sent, data=None if sent is not None else written)
        given = offered or {}
        for name in ("areas", "level", "classes", "headline_question", "repeats"):
            self[name].choices = choices(given.get(name, ()))  # type: ignore[attr-defined]
        if self.grouped.data and not self.groups.entries:
            self.add_rows(_FIRST_ROWS)
        for entry in self.groups.entries:
            entry.form.targets.choices = choices(given.get("targets", ()))
        self._targets = given.get("targets", ())
        for name in _SETTLED if locked else ():
            del self[name]

    def add_rows(self, count: int = 1) -> None:
        """Add empty rows for more groups."""
        for _ in range(min(count, MOST_GROUPS - len(self.groups.entries))):
            entry = self.groups.append_entry({})
            entry.form.targets.choices = choices(getattr(self, "_targets", ()))

    @property
    def rows(self) -> list[GroupForm]:
        """The groups that were written."""
        return [each.form for each in self.groups.entries if each.form.is_there] if self.grouped.data else []

    def validate_grouped(self, field: Field) -> None:
        """Ask for the groups of a survey that is said to have some."""
        if field.data and not self.rows:
            raise Fault(message("Write at least one group, or take this mark away."))

    def validate_opens_time(self, field: Field) -> None:
        """Ask for the day of a time."""
        if field.data and not self.opens_day.data:
            raise Fault(message("Please choose the day too."))

    def validate_closes_time(self, field: Field) -> None:
        """Ask for the day of a time."""
        if field.data and not self.closes_day.data:
            raise Fault(message("Please choose the day too."))

    def validate_short_name(self, field: Field) -> None:
        """Take what an address can hold."""
        if field.data and not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?", field.data):
            raise Fault(message("Please use small letters, digits and -, for example 2026-villages."))

    def validate_rule_percent(self, field: Field) -> None:
        """Take a share."""
        typed = as_number(field.data or "")
        if field.data and (typed is None or not 0 < typed <= 100):
            raise Fault(message("Please write a number above 0 and up to 100."))

    def validate_rule_least(self, field: Field) -> None:
        """Compare the two limits."""
        least, most = as_number(field.data or ""), as_number(self.rule_most.data or "")
        if least is not None and most is not None and least > most:
            raise Fault(message("“At least” is above “at most”."))
