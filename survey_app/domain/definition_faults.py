"""What does not fit together in a survey definition, though each part has the right shape."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from analysis.ratings import Rating
from survey_app.domain.definition import BallotMode, QuotaFull, RollUp, Scope, Selection, SurveyDefinition
from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import Question, QuestionKind, ShowIf
from survey_app.domain.rating_scale import RatingScale

#: Names that would hide a page: `/console/surveys/new` launches a survey.
RESERVED_SLUGS = frozenset({"new"})


def faults_between(definition: SurveyDefinition, scales: Mapping[str, RatingScale]) -> Iterable[Message]:
    """Say what does not fit together, though each part has the right shape."""
    yield from duplicates("questions", [each.code for each in definition.questionnaire.questions])
    yield from duplicates("groups", [each.code for each in definition.groups])
    yield from duplicates("targets", [each.code for each in definition.questionnaire.targets])
    for scale in scales.values():
        yield from duplicates(f"scales.{scale.code}", [option.code for option in scale.options])
        yield from _scale_order(scale)
    for index, question in enumerate(definition.questionnaire.questions):
        yield from _question_faults(definition, question, f"questions[{index}]")
    known = {target.code for target in definition.questionnaire.targets}
    for group in definition.groups:
        for code in (each for each in group.targets or () if each not in known):
            yield message("{where}: there is no target {value}.", where=f"groups.{group.code}", value=code)
    yield from _scope_faults(definition.scopes)
    yield from _survey_faults(definition)
    yield from _counting_faults(definition)
    yield from _quota_faults(definition)


def duplicates(where: str, codes: Iterable[str]) -> Iterable[Message]:
    """Say which codes stand more than once where they must differ."""
    for code, times in Counter(codes).items():
        if times > 1:
            yield message(
                "{where}: the code {value} stands there {times} times; codes must differ.",
                where=where,
                value=code,
                times=times,
            )


def _scale_order(scale: RatingScale) -> Iterable[Message]:
    scored = [option.score is not None for option in scale.options if option.rating is not Rating.DONT_KNOW]
    if any(scored) and not all(scored):
        yield message("{where}: either every option has a score or none has.", where=f"scales.{scale.code}")
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
    yield from duplicates(f"{where}.options", [option.code for option in question.options])
    if question.about_targets and question.kind is not QuestionKind.RATING:
        yield message("{where}: only a rating question can be about targets.", where=where)
    if question.about_targets and not definition.questionnaire.targets:
        yield message("{where}: it is about targets, but the definition lists none.", where=where)
    if question.asked_in is not None and question.asked_in not in {scope.code for scope in definition.scopes}:
        yield message("{where}: there is no scope {value}.", where=f"{where}.asked_in", value=question.asked_in)
    if question.least is not None and question.most is not None and question.least > question.most:
        yield message("{where}: least is above most.", where=where)
    if question.show_if is not None and question.kind is QuestionKind.RATING:
        # Turnout is always shown: the ballots of such a question would say how many gave a hidden answer before it.
        yield message("{where}: a rating question is asked of everybody; show_if is for the other kinds.", where=where)
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


def _counting_faults(definition: SurveyDefinition) -> Iterable[Message]:
    """Say where the rules of counting ask for what the definition does not give."""
    several = len(definition.groups) > 1
    if definition.roll_up is RollUp.POPULATION and several:
        yield message(
            "{where}: with several groups the rates are weighted by group, not by population.", where="roll_up"
        )
    weighted = definition.roll_up is RollUp.POPULATION or definition.selection is Selection.RANDOM
    if weighted and any(
        option.score is not None
        for question in definition.questionnaire.rating_questions
        for option in question.options
    ):
        yield message(
            "{where}: a mean score cannot be weighted by population; use a scale without scores.", where="scale"
        )
    if definition.selection is not Selection.SELF and any(
        group.ballot_mode is BallotMode.POSTER for group in definition.groups
    ):
        yield message(
            "{where}: whoever finds an open code can answer, so {value} needs slips (ballot_mode).",
            where="selection",
            value=definition.selection,
        )
    if definition.selection is Selection.RANDOM and several:
        yield message("{where}: a random sample is of one group; give groups a survey each.", where="selection")
    if definition.verdict and several:
        for group in (each for each in definition.groups if each.eligible is None):
            yield message(
                "{where}: the verdict needs to know how many people the group has.",
                where=f"groups.{group.code}.eligible",
            )
    if definition.repeats is not None and definition.repeats == definition.slug:
        yield message("{where}: a survey cannot repeat itself.", where="repeats")


def _quota_faults(definition: SurveyDefinition) -> Iterable[Message]:
    """Say where quotas contradict one another, or where one is missing that could be full."""
    places, groups = definition.places, definition.groups
    known = {each.code for each in groups}
    of_groups = {each.code for each in groups if each.quota is not None}
    if of_groups and of_groups != known:
        missing = ", ".join(each.code for each in groups if each.quota is None)
        yield message(
            "{where}: give every group a quota, or none; without are {missing}.", where="groups", missing=missing
        )
    if of_groups and places.quota is not None:
        yield message("{where}: the groups have quotas; a place's is their sum. Leave this out.", where="places.quota")
    for code, size in places.sizes.items():
        where = f"places.sizes.{code}.quotas"
        for other in sorted(size.quotas.keys() - known):
            yield message("{where}: there is no group {value}.", where=where, value=other)
        without = known - of_groups - size.quotas.keys()
        if size.quotas and without:
            yield message(
                "{where}: give every group a quota, or none; without are {missing}.",
                where=where,
                missing=", ".join(sorted(without)),
            )
        elif size.quota is not None and size.quota != definition.quota_at(code):
            yield message(
                "{where}: the quotas of the groups make {sum}, not {value}.",
                where=f"places.sizes.{code}.quota",
                sum=definition.quota_at(code),
                value=size.quota,
            )
    limited = any(map(definition.quotas_at, ["", *places.sizes]))
    if definition.quota_full is QuotaFull.STOP and not limited:
        yield message(
            "{where}: nothing can be full without quotas; with several groups each needs its own.", where="quota_full"
        )
