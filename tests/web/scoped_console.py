"""A console seen by everybody: a tree with a unit of one's own, and surveys, plans and jobs inside and outside it."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import session as cookie
from sqlalchemy import select

from survey_app.config import read_config
from survey_app.domain.powers import Role
from survey_app.factory import create_app
from survey_app.models import Account, Place, Survey, SurveyPlan, Unit
from survey_app.services import console_sessions
from survey_app.services.jobs import JobKind, enqueue
from survey_app.services.launching import launch
from survey_app.services.lifecycle import open_survey
from survey_app.services.migrating import migrate

#: code, name, level, parent. The unit of one's own is 1001.
UNITS = (
    ("10", "甲市", "city", None),
    ("1001", "本县", "county", "10"),
    ("100101", "本一村", "village", "1001"),
    ("100102", "本二村", "village", "1001"),
    ("1002", "邻县", "county", "10"),
    ("100201", "邻村", "village", "1002"),
    ("99", "远市", "city", None),
    ("9901", "远村", "village", "99"),
)
OWN, CHILD, SIBLING, PARENT, FOREIGN, UNKNOWN = "1001", "100101", "1002", "10", "99", "nowhere"

#: Names that nobody meets who sees 1001 only.
OUTSIDE = ("邻县", "邻村", "远市", "远村")

#: Survey -> its places.
SURVEYS = {"inside": ["100101", "100102"], "partly": ["100101", "100201", "9901"], "outside": ["100201", "9901"]}


#: Units that the survey "rated" rates as listed targets, asked at a place outside: of them one is one's own.
RATED = ("100101", "1002")

QUESTION = {"code": "overall", "kind": "rating", "text": "总的来说满意吗？", "required": True}


def definition(slug, places, **more):
    named = {"slug": slug, "title": f"测评 {slug}", "organiser": "测评办", "places": {"units": places}}
    return json.dumps(named | {"questions": [QUESTION]} | more).encode()


@dataclass
class ScopedConsole:
    """The application, and what there is in it by the names that tests use."""

    app: object
    things: dict = field(default_factory=dict)
    _cookies: dict = field(default_factory=dict)

    @property
    def database(self):
        return self.app.extensions["manyi"].database

    def enter(self, role, unit=OWN):
        """Log an account in without its password, and return the header that says so."""
        who = (role, unit)
        if who not in self._cookies:
            with self.database.writing() as session:
                scope = session.scalar(select(Unit.id).where(Unit.code == unit)) if unit else None
                account = Account(name=f"{role}-{unit}", password_hash="", created_at=datetime.now(UTC), role=role)
                account.scope_id = scope
                session.add(account)
                session.flush()
                token = console_sessions.begin(session, account.id, "test")
            with self.app.test_request_context("/console/"):
                cookie.update(token=token, _user_id=str(account.id), _fresh=True)
                serializer = self.app.session_interface.get_signing_serializer(self.app)
                self._cookies[who] = {"Cookie": f"manyi={serializer.dumps(dict(cookie))}"}
        return self._cookies[who]

    def open(self, who, method, path, **more):
        client = self.app.test_client(use_cookies=False)
        return client.open(path, method=method, headers=self.enter(*who), base_url="http://localhost", **more)


def make_console(folder):
    app = create_app(read_config({"SURVEY_DATA_DIR": str(folder)}))
    app.config["WTF_CSRF_ENABLED"] = False
    made = ScopedConsole(app)
    migrate(made.database)
    with made.database.writing() as session:
        _fill(session, made.things)
    return made


def _fill(session, things):
    ids = {}
    for code, name, level, parent in UNITS:
        unit = Unit(code=code, name=name, level=level, parent_id=ids.get(parent))
        session.add(unit)
        session.flush()
        ids[code] = unit.id
    for slug, places in SURVEYS.items():
        launch(session, definition(slug, places, paper="single"), "test")
        open_survey(session, slug, "test")
    names = {code: name for code, name, *_ in UNITS}
    targets = [{"code": code, "name": names[code], "class": "一类"} for code in RATED]
    about = {"targets": targets, "questions": [QUESTION | {"about": "targets"}]}
    for slug in ("rated", "rated-later"):
        launch(session, definition(slug, ["9901"], **about), "test")
    open_survey(session, "rated", "test")
    session.flush()
    partly = session.scalar(select(Survey).where(Survey.slug == "partly"))
    by_unit = dict(session.execute(select(Place.unit_id, Place.id).where(Place.survey_id == partly.id)).all())
    things["place"] = {"own": by_unit[ids[CHILD]], "sibling": by_unit[ids["100201"]], "unknown": 999_999}
    now = datetime.now(UTC)
    things["plan"] = {"unknown": 999_999}
    for name, code in (("own", OWN), ("child", CHILD), ("sibling", SIBLING), ("all", None)):
        plan = SurveyPlan(given={"title": f"计划 {name}"}, scope_id=ids.get(code), made_by="x", made_at=now)
        plan.changed_by, plan.changed_at = "x", now
        session.add(plan)
        session.flush()
        things["plan"][name] = plan.id
    surveys = {each.slug: each.id for each in session.scalars(select(Survey))}
    things["job"] = {"unknown": 999_999}
    sheets = {"audience": "internal", "number": 1}
    things["job"]["all sheets"] = enqueue(session, JobKind.SHEETS, surveys["inside"], sheets, "test").id
    for name, slug, arguments in (
        ("inside", "inside", {}),
        ("own part", "partly", {"under": CHILD}),
        ("sibling part", "partly", {"under": SIBLING}),
        ("partly", "partly", {}),
        ("outside", "outside", {}),
    ):
        things["job"][name] = enqueue(session, JobKind.POSTERS, surveys[slug], arguments, "test").id


#: Everybody there is, with the letter that the table of the matrix uses. An administrator sees all units.
EVERYBODY = {
    "A": (Role.ADMIN, None),
    "O": (Role.ORGANISER, OWN),
    "F": (Role.OFFICER, OWN),
    "S": (Role.SUPERVISOR, OWN),
    "U": (Role.AUDITOR, OWN),
}
