"""Every page of the console says who may use it: a power, and what of the request must lie within the scope.

    @organiser.get("/surveys/<slug>/notes")
    @policy(Power.READ_NOTES, About.SURVEY_PART)
    def notes(slug: str) -> str: ...

check.py checks it before the view runs: what lies outside the scope is 404, a power that the role lacks is 403.
A view without a policy does not start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from survey_app.domain.powers import Power

_View = TypeVar("_View", bound=Callable[..., object])


class About(Enum):
    """What a page is about, so what must lie within the scope.

    A unit named in the request (`unit`, `under`, `unit_code`; in the path, the query or the form) must always lie
    within it, and a place (`place_id`), a job (`job_id`) and a plan (`plan_id`) too.
    """

    #: Nothing of the tree: lists that the view narrows to the scope itself, the own account.
    NOTHING = "nothing"
    #: A survey of which some places lie within the scope; the view shows these only.
    SURVEY_PART = "survey_part"
    #: A survey of which some places, or some of the listed targets that it rates, lie within the scope.
    SURVEY_RATED = "survey_rated"
    #: A survey all of whose places lie within the scope.
    SURVEY_WHOLE = "survey_whole"
    #: Only accounts over all units.
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Policy:
    """Who may use a page."""

    power: Power
    about: About


#: View's name -> its policy; None: a page that leads to a login, open to all.
POLICIES: dict[str, Policy | None] = {}


def policy(power: Power, about: About = About.NOTHING) -> Callable[[_View], _View]:
    """Say who may use a view."""

    def remember(view: _View) -> _View:
        POLICIES[view.__name__] = Policy(power, about)
        return view

    return remember


def open_to_all(view: _View) -> _View:
    """Say that a view leads to a login, so that it needs none."""
    POLICIES[view.__name__] = None
    return view


#: Views that load themselves again: being asked for them is nobody's doing, so no session lasts longer by it.
POLLED: set[str] = set()


def polled(view: _View) -> _View:
    """Say that a page loads the view by itself, again and again."""
    POLLED.add(view.__name__)
    return view
