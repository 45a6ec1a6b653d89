"""Read a survey definition from JSON whose shape a schema has already checked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from analysis.ratings import Rating
from survey_app.domain.definition import (
    SLOTS_PER_BALLOT,
    BallotMode,
    Group,
    Paper,
    PlaceRule,
    PlaceSize,
    QuotaFull,
    RollUp,
    Scope,
    Selection,
    SignOffRule,
    SurveyDefinition,
    residents,
)
from survey_app.domain.definition_faults import faults_between
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.questionnaire import Question, QuestionKind, Questionnaire, ShowIf, Target
from survey_app.domain.rating_scale import BUILT_IN, FOUR_LEVEL, Option, RatingScale
from survey_app.domain.texts import as_texts

Json = Mapping[str, Any]

#: What may be written only at some kinds of question; elsewhere it would be passed over in silence.
_KEYS_OF_KINDS = {
    "options": (QuestionKind.SINGLE, QuestionKind.MULTIPLE),
    "scale": (QuestionKind.RATING,),
    "least": (QuestionKind.NUMBER,),
    "most": (QuestionKind.NUMBER,),
}


def read_definition(given: Json) -> SurveyDefinition:
    """Turn a definition into its parts; Refused with every fault that the schema cannot see, each with its place."""
    definition, faults = definition_with_faults(given)
    if faults:
        raise Refused(*faults)
    return definition


def definition_with_faults(given: Json) -> tuple[SurveyDefinition, list[Message]]:
    """Turn a definition into its parts as far as it goes, with every fault that the schema cannot see."""
    faults: list[Message] = []
    zone = _zone(given.get("time_zone", "Asia/Shanghai"), faults)
    scales = BUILT_IN | {code: _scale(code, options) for code, options in given.get("scales", {}).items()}
    questions = tuple(
        _question(each, given, scales, f"questions[{i}]", faults) for i, each in enumerate(given["questions"])
    )
    targets = tuple(
        Target(each["code"], as_texts(each.get("name", {})), each.get("class", "")) for each in given.get("targets", ())
    )
    mode = BallotMode(given.get("ballot_mode", BallotMode.POSTER))
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
        groups=tuple(_group(each, mode) for each in given.get("groups", ())) or (residents(mode),),
        empty_group=given.get("empty_group", "renormalise"),
        headline_question=given.get("headline", {}).get("question") or _first_rating(questions),
        headline_base=given.get("headline", {}).get("base", "rated"),
        threshold=given.get("threshold", 10),
        slots_per_ballot=given.get("slots_per_ballot", SLOTS_PER_BALLOT),
        ask_contact=given.get("ask_contact", False),
        roll_up=RollUp(given.get("roll_up", RollUp.COUNTS)),
        selection=Selection(given.get("selection", _usual_selection(given, mode))),
        verdict=given.get("verdict", False),
        repeats=given.get("repeats"),
        approval=given.get("approval", {}),
        paper=Paper(given.get("paper", Paper.NONE)),
        quota_full=QuotaFull(given.get("quota_full", QuotaFull.CONTINUE)),
        second_person=given.get("second_person", False),
        sign_off=SignOffRule(given.get("sign_off", SignOffRule.REQUIRED)),
    )
    faults.extend(faults_between(definition, scales))
    return definition, faults


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
        _one_or_more(given.get("under")),
        given.get("level"),
        _one_or_more(given.get("class")),
        tuple(given.get("units", ())),
        given.get("quota"),
        {
            code: PlaceSize(size.get("population"), size.get("quota"), size.get("quotas", {}))
            for code, size in given.get("sizes", {}).items()
        },
    )


def _one_or_more(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def _scope(code: str, rules: Json) -> Scope:
    return Scope(
        code,
        tuple(rules.get("name_ends_with", ())),
        tuple(rules.get("classes", ())),
        tuple(rules.get("under", ())),
        rules.get("except"),
    )


def _group(each: Json, mode: BallotMode) -> Group:
    targets = each.get("targets")
    return Group(
        each["code"],
        as_texts(each["name"]),
        each["weight"],
        None if targets is None else tuple(targets),
        BallotMode(each.get("ballot_mode", mode)),
        each.get("eligible"),
        each.get("quota"),
    )


def _usual_selection(given: Json, mode: BallotMode) -> Selection:
    """Return who was asked where nothing is said: an open code anywhere makes it whoever came."""
    modes = {each.get("ballot_mode", mode) for each in given.get("groups", ())} or {mode}
    return Selection.LIST if modes == {BallotMode.SLIP} else Selection.SELF


def _first_rating(questions: Iterable[Question]) -> str:
    return next((each.code for each in questions if each.kind is QuestionKind.RATING), "")
