"""Whatever somebody changes in the console leaves a line in the audit trail: every form that can be sent is sent once.

A view that is added without a step here, or without a word why it needs none, fails.
"""

import io
import re
import threading
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import func, select, update

from survey_app.domain.release import Audience, Step
from survey_app.jobs.worker import work_once
from survey_app.models import Account, AuditEntry, EntryCode, Job, RespondentGroup, Survey, SurveyPlan, UnitImport
from survey_app.services import console_sessions, publishing
from survey_app.services.jobs import JobKind, JobState, enqueue
from survey_app.services.launching import launch
from survey_app.services.releases import files as release_files
from survey_app.services.releases.signing import sign
from tests.web.console_browser import job_at, plain
from tests.web.console_routes import address_of, console_rules
from tests.web.scoped_console import CHILD, OWN, definition, make_console

#: View, and act where it does several -> why sending its form writes no line.
NO_LINE = {
    "nowhere": "There is nothing.",
    "login": "It begins one's own session; the account's page shows which there are.",
    "login_code": "As the login.",
    "logout": "It ends the session that it comes from.",
    "plan_launch_check": "It looks at what is typed, and keeps nothing.",
    "preview_of_typed": "It shows what is typed, and keeps nothing.",
    "import_units": "A list is kept for a day; no unit changes before it is imported.",
    "discard_list": "The same list is forgotten.",
    "start_unit_import": "The job writes the line, once the list is imported.",
    "slips": "The job writes the line, once the slips are issued.",
    "make_review": "The job writes the line, with the release.",
    "make_internal": "The job writes the line, with the release.",
    "act publish": "The job writes the line, with the release.",
    "posters": "A file is made of what there is.",
    "paper_sheets": "A file is made of what there is.",
    "sheet_files": "A file is made of what there is.",
}

#: What an address calls the act, of a view that does several.
SEVERAL = ("act", "change")

LIST = "code,name,level,parent_code\n9902,远二村,village,99\n"
FIRST, SECOND = "correct horse battery", "another horse battery"


class Walk:
    """An administrator who sends forms, and looks after each whether the trail has grown."""

    def __init__(self, app, things=None):
        self.app, self.things = app, things
        self.database = app.extensions["manyi"].database
        self.client = app.test_client()
        self.sent = set()
        self.send("first_account", {"name": "lin", "password": FIRST, "again": FIRST})

    def lines(self):
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry))

    def page(self, address):
        return self.client.get(address, base_url="http://localhost").text

    def send(self, view, data=None, query=None, **known):
        form = " ".join([view, *(known[name] for name in SEVERAL if name in known)])
        self.sent.add(form)
        rule = next(
            each
            for each in console_rules(self.app)
            if each.endpoint == f"organiser.{view}" and "POST" in each.methods and set(known) <= each.arguments
        )
        before = self.lines()
        there = address_of(self.app, rule, **known)
        answer = self.client.post(there, data=data or {}, query_string=query or {}, base_url="http://localhost")
        assert answer.status_code < 400, (view, known, answer.status_code, plain(answer))
        assert (self.lines() > before) != (form in NO_LINE), (form, known)
        text, location = answer.get_data(as_text=view != "take_file"), answer.location or ""
        answer.close()
        return text, location

    def plan(self, view, plan_id, **data):
        with self.database.reading() as session:
            version = session.get_one(SurveyPlan, plan_id).version
        known = {name: data.pop(name) for name in ("code", "kind", "base") if name in data}
        return self.send(view, data | {"version": version}, plan_id=plan_id, **known)

    def number(self, wanted):
        with self.database.reading() as session:
            return session.scalar(wanted)


@pytest.fixture
def walk(tmp_path, monkeypatch):
    only_data = lambda head, rows, *_: list(release_files._data(head, rows))  # noqa: E731
    monkeypatch.setattr(publishing, "make_files", only_data)
    made = make_console(tmp_path)
    yield Walk(made.app, made.things)
    made.database.dispose()


@pytest.fixture
def begun(app):
    """Give a console in which there is nothing yet."""
    app.config["WTF_CSRF_ENABLED"] = False
    return Walk(app)


def test_every_form_that_is_sent_leaves_a_line(begun, walk):
    begun.send("example_plan")
    accounts(walk)
    units(walk)
    plans(walk)
    surveys(walk)
    codes_and_paper(walk)
    releases(walk)
    assert begun.sent | walk.sent | set(NO_LINE) == set(forms(walk.app))


def forms(app):
    """Give every form that can be sent, by its view, and by the act where a view does several."""
    for rule in console_rules(app):
        if "POST" in rule.methods:
            view = rule.endpoint.removeprefix("organiser.")
            several = next((rule._converters[name].items for name in SEVERAL if name in rule.arguments), ())
            yield from [f"{view} {each}" for each in several] or [view]


def accounts(walk):
    walk.send("new_account", {"name": "wang", "role": "organiser", "scope": ""})
    wang = walk.number(select(Account.id).where(Account.name == "wang"))
    walk.send("account_duty", {"role": "supervisor", "scope": OWN}, account_id=wang)
    with walk.database.writing() as session:
        session.get_one(Account, wang).totp_secret = b"x" * 64
        console_sessions.begin(session, session.scalar(select(Account.id).where(Account.name == "lin")), "phone")
    for change in ("reset_codes", "reset_password", "disable", "enable"):
        walk.send("account_act", account_id=wang, change=change)
    walk.send("end_sessions")
    walk.send("change_password", {"old": FIRST, "password": SECOND, "again": SECOND})
    shown = walk.page("/console/account/codes")
    totp = pyotp.TOTP(re.search(r"\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b", shown)[0].replace(" ", ""))
    now = datetime.now(UTC)
    walk.send("codes_on", {"code": totp.at(now)})
    walk.send("codes_off", {"password": SECOND, "code": totp.at(now + timedelta(seconds=30))})


def units(walk):
    for code in ("8", "81", "82"):
        level = "township" if code != "8" else "county"
        walk.send("new_unit", {"under": "8" if code != "8" else "99", "code": code, "name": "新镇", "level": level})
    walk.send("unit_act", {"name": "又名", "level": "township"}, unit_code="81", change="edit")
    walk.send("unit_act", {"parent_code": "99", "reason": "x"}, unit_code="81", change="move")
    walk.send("unit_act", {"code": "82", "reason": "x"}, unit_code="81", change="merge")
    walk.send("unit_act", {}, unit_code="81", change="reopen")
    walk.send("unit_act", {"reason": "x"}, unit_code="81", change="close")

    def uploaded():
        _, address = walk.send("import_units", {"file": (io.BytesIO(LIST.encode()), "u.csv")})
        number = int(address.rpartition("/")[2])
        return number, re.search('name="seen" value="([^"]+)"', walk.page(address))[1]

    walk.send("discard_list", upload_id=uploaded()[0])
    number, seen = uploaded()
    _, address = walk.send("start_unit_import", {"seen": seen}, upload_id=number)
    walk.send("cancel_unit_job", job_id=int(job_at(address)))
    with walk.database.writing() as session:
        session.execute(
            update(Job).where(Job.kind.in_((JobKind.POSTERS, JobKind.SHEETS))).values(state=JobState.CANCELLED)
        )
    walk.send("start_unit_import", {"seen": seen}, upload_id=number)
    parts, before = walk.app.extensions["manyi"], walk.lines()
    assert work_once(parts.config, parts.database, threading.Event())
    assert walk.lines() == before + 1
    walk.send("undo_unit_import", import_id=walk.number(select(func.max(UnitImport.id))))


def plans(walk):
    _, address = walk.send("new_plan", {"template": "four-level", "title": "甲", "organiser": "测评办"})
    plan = int(re.search(r"/plans/(\d+)", address)[1])
    walk.plan("plan_head", plan, **{"title-zh_Hans": "乙", "organiser-zh_Hans": "测评办"})
    typed = {"text-zh_Hans": "题", "option-0-code": "", "option-0-zh_Hans": "甲", "option-1-code": ""}
    walk.plan("new_question_of_plan", plan, kind="single_choice", **typed)
    with walk.database.reading() as session:
        code = session.get_one(SurveyPlan, plan).given["questions"][-1]["code"]
    walk.plan("question_of_plan", plan, code=code, **typed | {"text-zh_Hans": "改"})
    walk.plan("duplicate_question_of_plan", plan, code=code)
    walk.plan("move_question_of_plan", plan, code=code, to="up")
    walk.plan("remove_question_of_plan", plan, code=code)
    walk.plan("plan_scale", plan, scale="five-level")
    page = walk.page(f"/console/plans/{plan}/questionnaire?open=scale-four-level")
    words = dict.fromkeys(re.findall(r'name="(scale-[a-z_]+-zh_Hans)"', page), "字")
    walk.plan("plan_own_scale", plan, base="four-level", **words)
    walk.plan("plan_scopes", plan, name_ends_with="社区")
    walk.plan("plan_targets", plan, targets="D1\t甲局\t党群")
    walk.plan("plan_target_names", plan, **{"target-0-zh_Hans": "乙局"})
    walk.send("copy_plan", plan_id=plan)
    walk.plan("delete_plan", plan)
    own = walk.things["plan"]["own"]
    file = {"file": (io.BytesIO(definition("walk", [CHILD])), "d.json")}
    walk.plan("import_plan", own, **file)
    walk.plan("plan_head", own, **{"title-zh_Hans": "丙", "organiser-zh_Hans": "测评办"})
    chosen = {"choose": "units", "units": CHILD, "closes_day": "2099-01-01", "title_zh": "丙", "organiser_zh": "办"}
    chosen |= {"headline_question": ""}
    walk.plan("plan_launch", own, do="save", **chosen)
    walk.plan("plan_launch", own, do="launch", **chosen)


def surveys(walk):
    def file(slug, **more):
        return {"file": (io.BytesIO(definition(slug, [CHILD], **more)), "d.json")}

    walk.send("new_survey", file("walk"))
    walk.send("definition", file("walk", contact="1"), slug="walk")
    walk.send("edit_in_designer", slug="walk")
    walk.send("copy_as_plan", slug="walk")
    walk.send("act", slug="walk", act="take_back")
    with walk.database.writing() as session:
        launch(session, definition("other", [CHILD]), "somebody else")
    seen = re.search(r'name="seen" value="(\w+)"', walk.page("/console/surveys/other/approve"))[1]
    walk.send("act", {"seen": seen}, slug="other", act="approve")
    walk.send("act", slug="other", act="open")
    walk.send("act", {"confirmation": "other"}, slug="other", act="close")
    walk.send("act", {"reason": "x"}, slug="other", act="reopen")
    walk.send("act", {"confirmation": "other"}, slug="other", act="close")


def codes_and_paper(walk):
    database, place = walk.database, walk.things["place"]["own"]
    group = walk.number(select(RespondentGroup.id).join(Survey).where(Survey.slug == "partly"))
    here = {"slug": "partly"}
    walk.send("write_note", {"text": "海报在"}, place_id=place, **here)
    walk.send("by_hand", {"channel": "assisted", "group": group}, {"under": CHILD}, **here)
    at = {"unit": CHILD, "reason": "x"}
    walk.send("code_act", at, change="pause", **here)
    walk.send("code_act", at, change="resume", **here)
    for change in ("replace", "void"):
        active = select(EntryCode.code).where(EntryCode.place_id == place, EntryCode.state == "active")
        walk.send("code_act", at | {"group": "residents", "code": walk.number(active)}, change=change, **here)
    _, address = walk.send("posters", {"paper": "A4"}, **here)
    walk.send("cancel_job", job_id=int(job_at(address)))
    with database.writing() as session:
        survey = session.scalar(select(Survey).where(Survey.slug == "partly"))
        job = enqueue(session, JobKind.SLIPS, survey.id, {}, "lin")
        job.state, job.result, job.result_name = JobState.DONE, b"%PDF", "slips.pdf"
        session.flush()
        slips = job.id
    walk.send("take_file", job_id=slips)
    walk.send("act", {"confirmation": "partly"}, slug="partly", act="close")
    numbers = {"issued": 0, "returned": 0, "valid": 0, "invalid": 0}
    walk.send("paper_entry", numbers, place_id=place, group_id=group, **here)
    walk.send("discard_paper", {"reason": "x"}, place_id=place, group_id=group, **here)


def releases(walk):
    publishing.publish(walk.database, "other", "lin", audience=Audience.REVIEW)
    walk.send("ask_units", slug="other", number=1)
    walk.send("unit_check", {"draft": "1", "verdict": "confirmed"}, slug="other", unit_code=CHILD)
    walk.send("sign", {"name": "林", "post": "主任"}, slug="other", step="prepared")
    with walk.database.writing() as session:
        for step, name in ((Step.CHECKED, "王"), (Step.APPROVED, "李")):
            sign(session, "other", step, "主任", name, name)
    publishing.publish(walk.database, "other", "lin")
    walk.send("act", slug="other", act="archive")
    walk.send("act", slug="other", act="restore")
    walk.send("withdraw_release", {"reason": "x"}, slug="other", audience="public", number=1)
