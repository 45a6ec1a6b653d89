"""The form of one question of a plan, in as many languages as the plan has: read from the plan or from what was sent.

Languages and options are as many as there are, so the boxes have no fixed names that a form class could list.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from forms.number_field import as_number, spelt
from forms.plain_text import plain_text
from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.texts import as_texts

#: The schema's limit of any text.
MOST_CHARACTERS = 500

#: The schema's limit of options.
MOST_OPTIONS = 50

#: Empty rows below the options that there are.
_SPARE = 2

CHOICES = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)


class Sent(Protocol):
    """What a browser sent: a multi-dict."""

    def __contains__(self, key: object, /) -> bool:
        """Return whether there is a value of a name."""

    def get(self, key: str, default: str, /) -> str:
        """Return the first value of a name."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """Return all values of a name."""


@dataclass
class OptionRow:
    """One option: its code, empty where it is new, and its text in each language."""

    code: str
    text: dict[str, str]


@dataclass
class QuestionForm:
    """One question as its form shows it; `faults` by the name of the box."""

    kind: QuestionKind
    languages: Sequence[str]
    text: dict[str, str] = field(default_factory=dict)
    hint: dict[str, str] = field(default_factory=dict)
    required: bool = True
    about_targets: bool = False
    asked_in: str = ""
    scale: str = ""
    least: str = ""
    most: str = ""
    options: list[OptionRow] = field(default_factory=list)
    #: "question:option" of every answer after which it is asked.
    conditions: list[str] = field(default_factory=list)
    faults: dict[str, Message] = field(default_factory=dict)

    @property
    def is_choice(self) -> bool:
        """Whether it has options of its own."""
        return self.kind in CHOICES

    @property
    def is_rating(self) -> bool:
        """Whether its options are those of a scale."""
        return self.kind is QuestionKind.RATING

    @property
    def is_number(self) -> bool:
        """Whether it has limits."""
        return self.kind is QuestionKind.NUMBER

    def pad(self, spare: int = _SPARE) -> None:
        """Add empty rows for more options."""
        if self.is_choice:
            self.options += [OptionRow("", {}) for _ in range(min(spare, MOST_OPTIONS - len(self.options)))]

    def rearrange(self, act: str) -> int | None:
        """Do what a button beside an option asks for ("up:2"); return where the option stands now, None if nowhere."""
        what, _, number = act.partition(":")
        if what == "rows":
            self.pad(3)
            return None
        numbers = [str(each) for each in range(len(self.options))]
        if number not in numbers:
            return None
        index = numbers.index(number)
        if what == "drop":
            del self.options[index]
            return None
        to = max(0, min(index + {"up": -1, "down": 1}.get(what, 0), len(self.options) - 1))
        self.options.insert(to, self.options.pop(index))
        return to

    def check(self) -> bool:
        """Say at each box what cannot be kept; what is only missing can be."""
        for name, texts in (("text", self.text), ("hint", self.hint)):
            self._check_length(name, texts)
        for index, row in enumerate(self.options):
            self._check_length(f"option-{index}", row.text)
        for name in ("least", "most"):
            typed = getattr(self, name)
            if typed and as_number(typed) is None:
                self.faults[name] = message("Please write a number, in digits.")
        if len({each.partition(":")[0] for each in self.conditions}) > 1:
            self.faults["show_if"] = message("Choose answers of one question only.")
        return not self.faults

    def fields(self) -> dict[str, Any]:
        """Return the question as the document holds it, without its code."""
        found: dict[str, Any] = {"kind": self.kind.value, "text": _written(self.text)}
        if hint := _written(self.hint):
            found["hint"] = hint
        if self.required:
            found["required"] = True
        if self.asked_in:
            found["asked_in"] = self.asked_in
        if self.is_rating:
            found |= {"about": "targets"} if self.about_targets else {}
            found |= {"scale": self.scale} if self.scale else {}
        elif self.conditions:
            question = self.conditions[0].partition(":")[0]
            found["show_if"] = {"question": question, "options": [each.partition(":")[2] for each in self.conditions]}
        if self.is_choice:
            rows = [(row.code, _written(row.text)) for row in self.options]
            found["options"] = [{"code": code, "text": text} for code, text in rows if text]
        for name in ("least", "most") if self.is_number else ():
            number = as_number(getattr(self, name))
            if number is not None:
                found[name] = as_json(number)
        return found

    def _check_length(self, name: str, texts: Mapping[str, str]) -> None:
        for language, text in texts.items():
            if len(text) > MOST_CHARACTERS:
                self.faults[f"{name}-{language}"] = message(
                    "Please write at most {most} characters; now there are {count}.",
                    most=MOST_CHARACTERS,
                    count=len(text),
                )


def new_question(kind: QuestionKind, languages: Sequence[str]) -> QuestionForm:
    """Return the empty form of a question; a rating question is required, the others need not be."""
    form = QuestionForm(kind, languages, required=kind is QuestionKind.RATING)
    form.pad(4)
    return form


def form_of_question(question: Mapping[str, Any], languages: Sequence[str]) -> QuestionForm:
    """Return the form of a question as the plan has it."""
    condition = question.get("show_if")
    form = QuestionForm(
        QuestionKind(question["kind"]),
        languages,
        dict(as_texts(question.get("text") or {})),
        dict(as_texts(question.get("hint") or {})),
        question.get("required", False),
        question.get("about") == "targets",
        question.get("asked_in", ""),
        question.get("scale", ""),
        spelt(question["least"]) if "least" in question else "",
        spelt(question["most"]) if "most" in question else "",
        [OptionRow(each["code"], dict(as_texts(each.get("text") or {}))) for each in question.get("options") or ()],
        [f"{condition['question']}:{each}" for each in condition["options"]] if condition else [],
    )
    form.pad()
    return form


def sent_question(sent: Sent, kind: QuestionKind, languages: Sequence[str], codes: Iterable[str] = ()) -> QuestionForm:
    """Return the form as it was sent; `codes` are those of the options that the question has."""
    known = set(codes)
    rows = []
    for index in range(MOST_OPTIONS):
        if f"option-{index}-code" not in sent:
            break
        code = sent.get(f"option-{index}-code", "")
        rows.append(OptionRow(code if code in known else "", sent_texts(sent, f"option-{index}", languages)))
    return QuestionForm(
        kind,
        languages,
        sent_texts(sent, "text", languages),
        sent_texts(sent, "hint", languages),
        "required" in sent.getlist("flags"),
        "about_targets" in sent.getlist("flags"),
        sent.get("asked_in", ""),
        sent.get("scale", ""),
        one_line(sent.get("least", "")),
        one_line(sent.get("most", "")),
        rows,
        [each for each in sent.getlist("show_if") if ":" in each],
    )


def sent_texts(sent: Sent, name: str, languages: Sequence[str]) -> dict[str, str]:
    """Return a text that was written in several boxes, one a language."""
    return {each: one_line(sent.get(f"{name}-{each}", "")) for each in languages}


def one_line(typed: str) -> str:
    """Return a text as a definition holds it: printable, on one line."""
    return " ".join((plain_text(typed) or "").split())


def as_json(number: Decimal) -> float | int:
    """Return a number as JSON writes it: a whole one without a point."""
    return float(number) if number % 1 else int(number)


def _written(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}
