"""A survey definition: everything that an organiser declares and that is fixed when the survey opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from survey_app.domain.questionnaire import Questionnaire
from survey_app.domain.texts import Texts


@dataclass(frozen=True)
class Scope:
    """A named kind of place. A place lies in it where any rule fits, or, with `excludes`, where that scope does not."""

    code: str
    name_ends_with: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    excludes: str | None = None


#: More than this in one list tires people out.
SLOTS_PER_BALLOT = 30


class BallotMode(StrEnum):
    """How a group's residents come to a ballot."""

    #: One open code for many.
    POSTER = "poster"
    #: A single-use code each.
    SLIP = "slip"


class RollUp(StrEnum):
    """What the rate of a unit above places comes from."""

    COUNTS = "counts"
    #: The rates of its places, weighted by their eligible population.
    POPULATION = "population"


class Selection(StrEnum):
    """Who was asked, which decides what may be claimed."""

    #: Whoever came upon an open code.
    SELF = "self"
    #: Everybody of a known list.
    LIST = "list"
    #: A random sample of each place's eligible population.
    RANDOM = "random"


class Paper(StrEnum):
    """Whether ballots on paper are counted in, and how they are entered."""

    NONE = "none"
    #: By one person.
    SINGLE = "single"
    #: By two, of whom the second never sees what the first wrote.
    DOUBLE = "double"


class QuotaFull(StrEnum):
    """What happens at a place whose quota is reached."""

    CONTINUE = "continue"
    #: It takes no more answers.
    STOP = "stop"


class SignOffRule(StrEnum):
    """Whether a release comes from a signed draft for review only."""

    #: Nothing is issued without one, and each step is taken at an account of its own.
    REQUIRED = "required"
    #: A small office publishes without a draft, and one account may sign several steps.
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Group:
    """A respondent group: its weight in the weighted score, its targets (None: all), how its ballots are had.

    `eligible` is how many people it has, the base of the verdict; `quota` how many ballots it is to give at each place.
    """

    code: str
    name: Texts
    weight: float
    targets: tuple[str, ...] | None = None
    ballot_mode: BallotMode = BallotMode.POSTER
    eligible: int | None = None
    quota: int | None = None


def residents(ballot_mode: BallotMode = BallotMode.POSTER) -> Group:
    """Return the one group of a survey that declares none."""
    return Group("residents", {"zh_Hans": "群众", "en": "Residents"}, 100, ballot_mode=ballot_mode)


@dataclass(frozen=True)
class PlaceSize:
    """How many people one place has, and how many ballots are expected there: in all, or of each group by its code."""

    population: int | None = None
    quota: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceRule:
    """Which units collect answers, and how many ballots and people each is expected to have."""

    #: The units at or below any of these, of the level and of any of the classes; empty where units are listed.
    under: tuple[str, ...]
    level: str | None
    classes: tuple[str, ...]
    units: tuple[str, ...]
    quota: int | None
    sizes: Mapping[str, PlaceSize]


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
    #: A list of targets with more slots is asked in part: a random part for each ballot.
    slots_per_ballot: int
    #: Whether a first step asks which targets the person has dealt with.
    ask_contact: bool
    roll_up: RollUp = RollUp.COUNTS
    selection: Selection = Selection.SELF
    #: Whether each unit gets a verdict (表决口径).
    verdict: bool = False
    #: The slug of the earlier survey that this one repeats.
    repeats: str | None = None
    #: 表号, 批准文号, 有效期, where given.
    approval: Mapping[str, str] = field(default_factory=dict)
    paper: Paper = Paper.NONE
    quota_full: QuotaFull = QuotaFull.CONTINUE
    #: Whether somebody else than who launched it must approve it before it opens.
    second_person: bool = False
    sign_off: SignOffRule = SignOffRule.REQUIRED

    def quotas_at(self, code: str) -> Mapping[str, int]:
        """Return how many ballots each group is to give at a place, by its code; empty where nobody said so."""
        size = self.places.sizes.get(code, PlaceSize())
        found = {each.code: each.quota for each in self.groups if each.quota is not None} | dict(size.quotas)
        whole = self.places.quota if size.quota is None else size.quota
        if not found and whole is not None and len(self.groups) == 1:
            return {self.groups[0].code: whole}
        return found

    def quota_at(self, code: str) -> int | None:
        """Return how many ballots are expected at a place in all: what its groups are to give, where that is said."""
        by_group = self.quotas_at(code)
        if by_group:
            return sum(by_group.values())
        size = self.places.sizes.get(code, PlaceSize())
        return self.places.quota if size.quota is None else size.quota


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
