"""What is written of a plan besides its questions: its head, kinds of place, scales, targets."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.number_field import as_number, spelt
from forms.question_forms import MOST_CHARACTERS, Sent, as_json, one_line, sent_texts
from survey_app.domain.messages import Message, message
from survey_app.domain.plan_document import next_code
from survey_app.domain.texts import as_texts

#: The schema's limits.
MOST_TARGETS = 250
_MOST_CONTACT = 100
_MOST_CLASS = 100
_MOST_SCORE = 1000

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z]{2,4})?")

#: What people write between the items of a list.
_BETWEEN = re.compile(r"[\s,;、，；]+")


@dataclass
class HeadForm:
    """Title, organiser and telephone, which stand at the head and foot of every page."""

    title: dict[str, str]
    organiser: dict[str, str]
    contact: str
    faults: dict[str, Message] = field(default_factory=dict)

    def check(self) -> bool:
        """Say at each box what cannot be kept."""
        for name, texts in (("title", self.title), ("organiser", self.organiser)):
            for language, text in texts.items():
                if len(text) > MOST_CHARACTERS:
                    self.faults[f"{name}-{language}"] = _too_long(MOST_CHARACTERS)
        if len(self.contact) > _MOST_CONTACT:
            self.faults["contact"] = _too_long(_MOST_CONTACT)
        return not self.faults


def form_of_head(given: Mapping[str, Any]) -> HeadForm:
    """Return the head as the plan has it."""
    return HeadForm(
        dict(as_texts(given.get("title") or {})),
        dict(as_texts(given.get("organiser") or {})),
        given.get("contact", ""),
    )


def sent_head(sent: Sent, languages: Sequence[str]) -> HeadForm:
    """Return the head as it was sent."""
    return HeadForm(
        sent_texts(sent, "title", languages),
        sent_texts(sent, "organiser", languages),
        one_line(sent.get("contact", "")),
    )


def is_language(code: str) -> bool:
    """Return whether a text can be written under this code."""
    return _LANGUAGE.fullmatch(code) is not None


@dataclass
class ScopeForm:
    """A kind of place: names that end so, classes, units above; or all places but those of another kind."""

    name_ends_with: str = ""
    classes: str = ""
    #: Codes of units.
    below: str = ""
    other_than: str = ""
    faults: dict[str, Message] = field(default_factory=dict)

    def check(self) -> bool:
        """Say at each box what cannot be kept."""
        rules = self.rules()
        if not rules:
            self.faults["name_ends_with"] = message("Write at least one rule.")
        for code in rules.get("under", ()):
            if not _CODE.fullmatch(code):
                self.faults["below"] = message("{value} is no unit code.", value=code[:40])
        return not self.faults

    def rules(self) -> dict[str, Any]:
        """Return the rules as the document holds them."""
        if self.other_than:
            return {"except": self.other_than}
        found = {
            "name_ends_with": _list(self.name_ends_with),
            "classes": _list(self.classes),
            "under": _list(self.below),
        }
        return {key: value for key, value in found.items() if value}


def sent_scope(sent: Sent) -> ScopeForm:
    """Return a kind of place as it was sent."""
    typed = [one_line(sent.get(name, "")) for name in ("name_ends_with", "classes", "below", "other_than")]
    return ScopeForm(typed[0], typed[1], typed[2], typed[3])


@dataclass
class ScaleForm:
    """A rating scale in one's own words: codes, order and ratings of its options stay."""

    #: One's own scale, or the built-in one that a new scale begins with.
    scale: str
    #: The options as the document holds them.
    before: Sequence[Mapping[str, Any]]
    #: Option's code -> its text by language.
    texts: dict[str, dict[str, str]]
    #: Option's code -> its score as it was typed; all empty where the scale has none.
    scores: dict[str, str]
    faults: dict[str, Message] = field(default_factory=dict)

    def check(self) -> bool:
        """Say at each box what cannot be kept: here no text may be missing, since pages and tables need the words."""
        for code, texts in self.texts.items():
            if not any(texts.values()):
                self.faults[f"scale-{code}"] = message("Write this option.")
            elif any(len(text) > MOST_CHARACTERS for text in texts.values()):
                self.faults[f"scale-{code}"] = _too_long(MOST_CHARACTERS)
        for code, typed in self.scores.items():
            number = as_number(typed)
            if typed and (number is None or not 0 <= number <= _MOST_SCORE):
                self.faults[f"score-{code}"] = message("This must be a number from 0 to {most}.", most=_MOST_SCORE)
        return not self.faults

    def options(self) -> list[dict[str, Any]]:
        """Return the options as the document holds them."""
        found = []
        for option in self.before:
            code = option["code"]
            text = {language: text for language, text in self.texts[code].items() if text}
            score = as_number(self.scores[code])
            made = {"code": code, "text": text, "rating": option["rating"]}
            found.append(made if score is None else made | {"score": as_json(score)})
        return found


def form_of_scale(scale: str, options: Sequence[Mapping[str, Any]]) -> ScaleForm:
    """Return the words of a scale, to be changed."""
    texts = {each["code"]: dict(as_texts(each["text"])) for each in options}
    scores = {each["code"]: spelt(each["score"]) if "score" in each else "" for each in options}
    return ScaleForm(scale, options, texts, scores)


def sent_scale(sent: Sent, scale: str, options: Sequence[Mapping[str, Any]], languages: Sequence[str]) -> ScaleForm:
    """Return a scale as it was sent."""
    codes = [each["code"] for each in options]
    texts = {code: sent_texts(sent, f"scale-{code}", languages) for code in codes}
    return ScaleForm(scale, options, texts, {code: one_line(sent.get(f"score-{code}", "")) for code in codes})


@dataclass
class NamesForm:
    """The names of all targets, in every language side by side."""

    #: Target's code -> its name by language.
    names: dict[str, dict[str, str]]
    faults: dict[str, Message] = field(default_factory=dict)

    def check(self) -> bool:
        """Say at each box what cannot be kept."""
        for index, texts in enumerate(self.names.values()):
            for language, text in texts.items():
                if len(text) > MOST_CHARACTERS:
                    self.faults[f"target-{index}-{language}"] = _too_long(MOST_CHARACTERS)
        return not self.faults

    def targets(self, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the targets as the document holds them, with these names."""
        found = []
        for each in before:
            name = {language: text for language, text in self.names[each["code"]].items() if text}
            rest = {key: value for key, value in each.items() if key not in ("code", "name")}
            found.append({"code": each["code"]} | ({"name": name} if name else {}) | rest)
        return found


def form_of_names(targets: Sequence[Mapping[str, Any]]) -> NamesForm:
    """Return the names as the plan has them."""
    return NamesForm({each["code"]: dict(as_texts(each.get("name") or {})) for each in targets})


def sent_names(sent: Sent, targets: Sequence[Mapping[str, Any]], languages: Sequence[str]) -> NamesForm:
    """Return the names as they were sent, in the order of the targets."""
    codes = [each["code"] for each in targets]
    return NamesForm({code: sent_texts(sent, f"target-{index}", languages) for index, code in enumerate(codes)})


@dataclass
class TargetsForm:
    """A list of targets as it is pasted from a spreadsheet: code, name, class, a line each."""

    typed: str
    #: Names in other languages than the default, which the list does not show and does not lose.
    before: Sequence[Mapping[str, Any]] = ()
    faults: dict[str, Message] = field(default_factory=dict)

    def targets(self) -> list[dict[str, Any]]:
        """Return the targets as the document holds them; faults where a line cannot be one."""
        rows = [(number, _cells(line)) for number, line in enumerate(self.typed.splitlines(), 1) if line.strip()]
        taken = {cells[0] for _, cells in rows if len(cells) > 1 and cells[0]}
        known = {each["code"]: as_texts(each.get("name") or {}) for each in self.before}
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        for number, cells in rows:
            code, name, unit_class = _target(cells)
            if not code:
                code = next_code("T", (*taken, *seen))
            if not _CODE.fullmatch(code):
                self._blame(number, message("{value} is no code: letters, digits, - and _ only.", value=code[:40]))
            elif code in seen:
                self._blame(number, message("the code {value} stands there twice.", value=code))
            elif len(name) > MOST_CHARACTERS or len(unit_class) > _MOST_CLASS:
                self._blame(number, _too_long(_MOST_CLASS if len(name) <= MOST_CHARACTERS else MOST_CHARACTERS))
            seen.add(code)
            names = {**known.get(code, {}), "zh_Hans": name} if name else {}
            found.append(
                {"code": code} | ({"name": names} if names else {}) | ({"class": unit_class} if unit_class else {})
            )
        if len(found) > MOST_TARGETS:
            self.faults["targets"] = message(
                "At most {most} targets; the list has {count}.", most=MOST_TARGETS, count=len(found)
            )
        return found

    def _blame(self, line: int, said: Message) -> None:
        self.faults.setdefault("targets", message("Line {line}: {said}", line=line, said=said))


def form_of_targets(targets: Sequence[Mapping[str, Any]]) -> TargetsForm:
    """Return the list as it could be pasted again."""
    lines = (
        "\t".join([each["code"], as_texts(each.get("name") or {}).get("zh_Hans", ""), each.get("class", "")]).rstrip(
            "\t"
        )
        for each in targets
    )
    return TargetsForm("\n".join(lines), targets)


def _cells(line: str) -> list[str]:
    """Return the cells of a line: tabs of a spreadsheet, else commas of either width."""
    parts = line.split("\t") if "\t" in line else re.split("[,，]", line)
    return [one_line(each) for each in parts]


def _target(cells: Sequence[str]) -> tuple[str, str, str]:
    """Return code, name and class of a line; one cell is a code where it looks like one, else a name."""
    if len(cells) == 1:
        return (cells[0], "", "") if _CODE.fullmatch(cells[0]) else ("", cells[0], "")
    code, name, *rest = cells
    return code, name, rest[0] if rest else ""


def _list(typed: str) -> list[str]:
    return list(dict.fromkeys(each for each in _BETWEEN.split(typed) if each))


def _too_long(most: int) -> Message:
    return message("Please write at most {most} characters.", most=most)
