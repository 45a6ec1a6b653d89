"""A survey definition: what an organiser declares, read from JSON whose shape a schema has already checked."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analysis.ratings import Rating
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.questionnaire import Question, QuestionKind, Questionnaire, ShowIf, Target
from survey_app.domain.rating_scale import BUILT_IN, FOUR_LEVEL, Option, RatingScale
from survey_app.domain.texts import Texts, as_texts

Json = Mapping[str, Any]

#: Names that would hide a page: `/console/surveys/new` launches a survey.
RESERVED_SLUGS = frozenset({"new"})

#: What may be written only at some kinds of question; elsewhere it would be passed over in silence.
_KEYS_OF_KINDS = {
    "options": (QuestionKind.SINGLE, QuestionKind.MULTIPLE),
    "scale": (QuestionKind.RATING,),
    "least": (QuestionKind.NUMBER,),
    "most": (QuestionKind.NUMBER,),
}


@dataclass(frozen=True)
class Scope:
    """A named kind of place. A place lies in it where any rule fits, or, with `excludes`, where that scope does not."""

    code: str
    name_ends_with: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    excludes: str | None = None


@dataclass(frozen=True)
class Group:
    """A respondent group: its weight in the weighted score, and its targets (None: all)."""

    code: str
    name: Texts
    weight: float
    targets: tuple[str, ...] | None = None


#: The one group of a survey that declares none.
RESIDENTS = Group("residents", {"zh_Hans": "群众", "en": "Residents"}, 100)


@dataclass(frozen=True)
class PlaceRule:
    """Which units collect answers, and how many ballots and people each is expected to have."""

    under: str | None
    level: str | None
    unit_class: str | None
    units: tuple[str, ...]
    quota: int | None
    sizes: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class SurveyDefinition:
    """Everything that is fixed when a survey opens."""

    slug: str | None
    title: Texts
    organiser: Texts
    contact: str
    time_zone: str
    opens: datetime | None
    closes: datetime | None
    open_days: int | None
    results_on: date | None
    places: PlaceRule
    scopes: tuple[Scope, ...]
    questionnaire: Questionnaire
    groups: tuple[Group, ...]
    empty_group: str
    headline_question: str
    headline_base: str
    threshold: int


def read_definition(given: Json) -> SurveyDefinition:
    """Turn a definition into its parts; Refused with every fault that the schema cannot see, each with its place."""
    faults: list[Message] = []
    zone = _zone(given.get("time_zone", "Asia/Shanghai"), faults)
    scales = BUILT_IN | {code: _scale(code, options) for code, options in given.get("scales", {}).items()}
    questions = tuple(
        _question(each, given, scales, f"questions[{i}]", faults) for i, each in enumerate(given["questions"])
    )
    targets = tuple(
        Target(each["code"], as_texts(each.get("name", {})), each.get("class", "")) for each in given.get("targets", ())
    )
    definition = SurveyDefinition(
        slug=given.get("slug"),
        title=as_texts(given["title"]),
        organiser=as_texts(given["organiser"]),
        contact=given.get("contact", ""),
        time_zone=zone.key,
        opens=_moment(given, "opens", zone, faults),
        closes=_moment(given, "closes", zone, faults),
        open_days=given.get("open_days"),
        results_on=_day(given, "results_on", faults),
        places=_places(given["places"]),
        scopes=tuple(_scope(code, rules) for code, rules in given.get("scopes", {}).items()),
        questionnaire=Questionnaire(questions, targets),
        groups=tuple(_group(each) for each in given.get("groups", ())) or (RESIDENTS,),
        empty_group=given.get("empty_group", "renormalise"),
        headline_question=given.get("headline", {}).get("question") or _first_rating(questions),
        headline_base=given.get("headline", {}).get("base", "rated"),
        threshold=given.get("threshold", 10),
    )
    faults.extend(_faults_between(definition, scales))
    if faults:
        raise Refused(*faults)
    return definition


def _zone(name: str, faults: list[Message]) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # "Asia" is a folder.
        faults.append(message("{where}: there is no time zone {value}.", where="time_zone", value=name))
        return ZoneInfo("UTC")


def _moment(given: Json, key: str, zone: ZoneInfo, faults: list[Message]) -> datetime | None:
    """Read a planned time; a day alone is its beginning, or for closing its end; 24:00 is the end of the day."""
    text = given.get(key)
    if text is None:
        return None
    day, _, clock = text.partition("T")
    clock = clock or ("24:00" if key == "closes" else "00:00")
    try:
        if clock == "24:00":
            moment = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone)
        else:
            moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), zone)
        moment.astimezone(UTC)  # It will be stored so; the first days of the calendar cannot be.
        return moment
    except (ValueError, OverflowError):
        faults.append(message("{where}: {value} is no date and time.", where=key, value=text))
        return None


def _day(given: Json, key: str, faults: list[Message]) -> date | None:
    text = given.get(key)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        faults.append(message("{where}: {value} is no date.", where=key, value=text))
        return None


def _scale(code: str, options: Sequence[Json]) -> RatingScale:
    return RatingScale(
        code,
        tuple(
            Option(each["code"], as_texts(each["text"]), Rating(each["rating"]), each.get("score")) for each in options
        ),
    )


def _question(
    each: Json, given: Json, scales: Mapping[str, RatingScale], where: str, faults: list[Message]
) -> Question:
    kind = QuestionKind(each["kind"])
    for key, kinds in _KEYS_OF_KINDS.items():
        if key in each and kind not in kinds:
            faults.append(message("{where}: {key} has no meaning for this kind of question.", where=where, key=key))
    options = tuple(Option(option["code"], as_texts(option["text"])) for option in each.get("options", ()))
    if kind is QuestionKind.RATING:
        options = _options_of_scale(each.get("scale", given.get("scale", FOUR_LEVEL.code)), scales, where, faults)
    condition = each.get("show_if")
    return Question(
        code=each["code"],
        kind=kind,
        text=as_texts(each["text"]),
        hint=as_texts(each.get("hint", {})),
        required=each.get("required", False),
        options=options,
        about=each.get("about", "place"),
        asked_in=each.get("asked_in"),
        show_if=ShowIf(condition["question"], tuple(condition["options"])) if condition else None,
        least=each.get("least"),
        most=each.get("most"),
    )


def _options_of_scale(
    code: str, scales: Mapping[str, RatingScale], where: str, faults: list[Message]
) -> tuple[Option, ...]:
    if code in scales:
        return scales[code].options
    faults.append(
        message(
            "{where}: there is no rating scale {value}; there are {known}.",
            where=f"{where}.scale",
            value=code,
            known=", ".join(sorted(scales)),
        )
    )
    return ()


def _places(given: Json) -> PlaceRule:
    return PlaceRule(
        given.get("under"),
        given.get("level"),
        given.get("class"),
        tuple(given.get("units", ())),
        given.get("quota"),
        given.get("sizes", {}),
    )


def _scope(code: str, rules: Json) -> Scope:
    return Scope(
        code,
        tuple(rules.get("name_ends_with", ())),
        tuple(rules.get("classes", ())),
        tuple(rules.get("under", ())),
        rules.get("except"),
    )


def _group(each: Json) -> Group:
    targets = each.get("targets")
    return Group(each["code"], as_texts(each["name"]), each["weight"], None if targets is None else tuple(targets))


def _first_rating(questions: Iterable[Question]) -> str:
    return next((each.code for each in questions if each.kind is QuestionKind.RATING), "")


def _faults_between(definition: SurveyDefinition, scales: Mapping[str, RatingScale]) -> Iterable[Message]:
    """Say what does not fit together, though each part has the right shape."""
    yield from _duplicates("questions", [each.code for each in definition.questionnaire.questions])
    yield from _duplicates("groups", [each.code for each in definition.groups])
    yield from _duplicates("targets", [each.code for each in definition.questionnaire.targets])
    for scale in scales.values():
        yield from _duplicates(f"scales.{scale.code}", [option.code for option in scale.options])
        yield from _scale_order(scale)
    for index, question in enumerate(definition.questionnaire.questions):
        yield from _question_faults(definition, question, f"questions[{index}]")
    known = {target.code for target in definition.questionnaire.targets}
    for group in definition.groups:
        for code in (each for each in group.targets or () if each not in known):
            yield message("{where}: there is no target {value}.", where=f"groups.{group.code}", value=code)
    yield from _scope_faults(definition.scopes)
    yield from _survey_faults(definition)


def _duplicates(where: str, codes: Iterable[str]) -> Iterable[Message]:
    for code, times in Counter(codes).items():
        if times > 1:
            yield message(
                "{where}: the code {value} stands there {times} times; codes must differ.",
                where=where,
                value=code,
                times=times,
            )


def _scale_order(scale: RatingScale) -> Iterable[Message]:
    if Rating.DONT_KNOW in scale.ratings[:-1]:
        yield message('{where}: the option for "don\'t know" stands last.', where=f"scales.{scale.code}")
    if (
        not {Rating.SATISFIED, Rating.BASICALLY_SATISFIED} & set(scale.ratings)
        or Rating.DISSATISFIED not in scale.ratings
    ):
        yield message("{where}: a scale needs a satisfied and a dissatisfied option.", where=f"scales.{scale.code}")


def _question_faults(definition: SurveyDefinition, question: Question, where: str) -> Iterable[Message]:
    chooses = question.kind in (QuestionKind.SINGLE, QuestionKind.MULTIPLE)
    if chooses and not question.options:
        yield message("{where}: a choice needs options.", where=where)
    yield from _duplicates(f"{where}.options", [option.code for option in question.options])
    if question.about_targets and question.kind is not QuestionKind.RATING:
        yield message("{where}: only a rating question can be about targets.", where=where)
    if question.about_targets and not definition.questionnaire.targets:
        yield message("{where}: it is about targets, but the definition lists none.", where=where)
    if question.asked_in is not None and question.asked_in not in {scope.code for scope in definition.scopes}:
        yield message("{where}: there is no scope {value}.", where=f"{where}.asked_in", value=question.asked_in)
    if question.least is not None and question.most is not None and question.least > question.most:
        yield message("{where}: least is above most.", where=where)
    if question.show_if is not None:
        yield from _condition_faults(definition, question, question.show_if, f"{where}.show_if")


def _condition_faults(
    definition: SurveyDefinition, question: Question, condition: ShowIf, where: str
) -> Iterable[Message]:
    questions = definition.questionnaire.questions
    earlier = {each.code: each for each in questions[: questions.index(question)]}
    other = earlier.get(condition.question)
    if other is None or not other.fills_slot or other.about_targets:
        yield message(
            "{where}: {value} is no earlier question about the place with options to choose one from.",
            where=where,
            value=condition.question,
        )
        return
    known = {option.code for option in other.options}
    for code in (each for each in condition.options if each not in known):
        yield message(
            "{where}: question {question} has no option {value}.", where=where, question=other.code, value=code
        )


def _scope_faults(scopes: Sequence[Scope]) -> Iterable[Message]:
    plain = {scope.code for scope in scopes if scope.excludes is None}
    for scope in scopes:
        if scope.excludes is None:
            continue
        if scope.excludes not in plain or scope.name_ends_with or scope.classes or scope.under:
            yield message(
                '{where}: "except" stands alone and names a scope that has rules of its own.',
                where=f"scopes.{scope.code}",
            )


def _survey_faults(definition: SurveyDefinition) -> Iterable[Message]:
    if definition.slug in RESERVED_SLUGS:
        yield message(
            "{where}: {value} stands in addresses of the program; choose another.", where="slug", value=definition.slug
        )
    headline = {each.code for each in definition.questionnaire.rating_questions}
    if definition.headline_question not in headline:
        yield message(
            "{where}: {value} is no rating question.",
            where="headline.question",
            value=definition.headline_question or "—",
        )
    if definition.closes and definition.open_days:
        yield message("{where}: give either closes or open_days, not both.", where="open_days")
    if definition.opens and definition.closes and definition.opens >= definition.closes:
        yield message("{where}: the planned closing is not after the planned opening.", where="closes")


def scopes_of(scopes: Sequence[Scope], name: str, unit_class: str, ancestors: Iterable[str]) -> list[str]:
    """Return the codes of the scopes in which a place lies, from its name, class and its own and ancestors' codes."""
    above = set(ancestors)
    inside = {
        scope.code
        for scope in scopes
        if scope.excludes is None
        and (name.endswith(scope.name_ends_with) or unit_class in scope.classes or above & set(scope.under))
    }
    return [
        scope.code
        for scope in scopes
        if scope.code in inside or (scope.excludes is not None and scope.excludes not in inside)
    ]


def end_of_day(start: datetime, days: int, time_zone: str) -> datetime:
    """Return the end of the last of so many days, the day of `start` counted, in the survey's time zone."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(start.astimezone(zone).date() + timedelta(days=days), time(), zone)
