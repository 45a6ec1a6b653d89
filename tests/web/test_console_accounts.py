"""Accounts in the console: made, disabled, helped; the own account with password, sessions and one-time codes."""

import re
import time

import pyotp
import pytest

from survey_app.domain.powers import Role
from survey_app.models import Account, AuditEntry, Unit
from survey_app.services import one_time_codes
from survey_app.services.accounts import create_account, find_by_name
from survey_app.services.audit_trail import check_chain
from tests.web.console_browser import NAME, PASSWORD, Browser, plain

pytest_plugins = "tests.web.console_fixtures"

OWN, LIST = "/console/account?lang=en", "/console/accounts?lang=en"
OTHER = "another long password"


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def units(database):
    with database.writing() as session:
        city = Unit(code="43", name="常德市", level="city")
        session.add(city)
        session.flush()
        for code, name in (("4301", "武陵区"), ("4302", "鼎城区"), ("4303", "西湖镇"), ("4304", "东湖镇")):
            session.add(Unit(code=code, name=name, level="county", parent_id=city.id))


def made(organiser, **given):
    return organiser.submit("/console/accounts/new?lang=en", {"name": "wang", "role": "officer", "scope": ""} | given)


def password_on(page):
    return re.search(r"<code>([a-z0-9-]{19})</code>", page.text)[1]


def account(database, name):
    with database.reading() as session:
        return find_by_name(session, name)


def lines(database):
    with database.reading() as session:
        return [(each.what, each.about) for each in session.query(AuditEntry).order_by(AuditEntry.id)]


@pytest.mark.parametrize(("typed", "unit"), [("4301", "武陵区"), ("武陵区", "武陵区"), ("武陵", "武陵区"), ("", None)])
def test_an_account_is_made_for_a_unit_by_code_or_name(organiser, database, units, typed, unit):
    answer = made(organiser, scope=typed)
    assert answer.status_code == 200
    found = account(database, "wang")
    assert (found.role, found.must_change) == (Role.OFFICER, True)
    with database.reading() as session:
        assert (session.get(Unit, found.scope_id).name if found.scope_id else None) == unit
    assert lines(database)[-1] == ("account.create", "wang")
    assert (unit or "All units") in plain(organiser.get(LIST))


def test_where_several_units_are_meant_one_is_chosen(organiser, database, units):
    answer = made(organiser, scope="湖镇")
    assert answer.status_code == 422
    assert "西湖镇 常德市 · 4303" in plain(answer)
    assert 'value="wang"' in answer.text
    assert made(organiser, scope="湖镇", choice="4304").status_code == 200
    with database.reading() as session:
        assert session.get(Unit, account(database, "wang").scope_id).name == "东湖镇"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scope": "nowhere"}, "There is no unit nowhere."),
        ({"scope": "4301", "role": "admin"}, "A platform administrator sees all units."),
        ({"name": NAME}, f"There is an account {NAME} already."),
        ({"name": ""}, "Please write the account"),
        ({"role": "king"}, "Choose a role."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_made(organiser, database, units, given, said):
    answer = made(organiser, **given)
    assert answer.status_code == 422
    assert said in plain(answer)
    assert account(database, "wang") is None


def test_who_gets_a_made_up_password_chooses_another_before_anything_else(app, organiser, database):
    password = password_on(made(organiser))
    wang = Browser(app)
    assert wang.log_in("wang", password).location == "/console/?lang=en"
    assert wang.get("/console/units").location == "/console/account"
    page = plain(wang.get(OWN))
    assert "Choose one of your own" in page
    assert "End all others" not in page
    sent = {"old": password, "password": OTHER, "again": OTHER}
    assert wang.post("/console/account/password?lang=en", sent).status_code == 303
    assert wang.get("/console/").status_code == 200
    assert password not in repr(lines(database))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"old": "wrong"}, "This is not the password you have now."),
        ({"again": "x"}, "The two passwords differ."),
        ({"password": "short", "again": "short"}, "A password has 10 to 200 characters."),
        ({"password": PASSWORD, "again": PASSWORD}, "This is the password you have now."),
    ],
)
def test_an_unfit_change_of_password_is_refused(organiser, sent, said):
    given = {"old": PASSWORD, "password": OTHER, "again": OTHER} | sent
    organiser.get(OWN)
    answer = organiser.post("/console/account/password?lang=en", given)
    assert answer.status_code == 422
    assert said in plain(answer)


def test_changing_the_password_ends_all_other_sessions(app, organiser):
    other = Browser(app)
    other.log_in()
    organiser.get(OWN)
    organiser.post("/console/account/password", {"old": PASSWORD, "password": OTHER, "again": OTHER})
    assert organiser.get("/console/").status_code == 200
    assert other.get("/console/").status_code == 303


def test_sessions_are_listed_and_ended_one_by_one_or_all(app, organiser):
    phone, tablet, library = Browser(app), Browser(app), Browser(app)
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
    phone.client.environ_base["HTTP_USER_AGENT"] = agent
    for browser in (phone, tablet, library):
        browser.log_in()
    page = organiser.get(OWN)
    assert "Chrome · Android" in plain(page)
    named = re.search(r'name="session" value="([0-9a-f]+)">\n<button[^>]*>[^<]*<span[^>]*> Chrome · Android', page.text)
    assert organiser.post("/console/account/sessions/end", {"session": named[1]}).status_code == 303
    assert [each.get("/console/").status_code for each in (phone, tablet, library)] == [303, 200, 200]
    organiser.get(OWN)
    organiser.post("/console/account/sessions/end")
    assert [each.get("/console/").status_code for each in (tablet, library, organiser)] == [303, 303, 200]


def test_nobody_ends_a_session_of_somebody_else(app, organiser, database):
    with database.writing() as session:
        create_account(session, "wang", PASSWORD)
    wang = Browser(app)
    wang.log_in("wang")
    name = re.search(r'name="session"', wang.get(OWN).text)
    assert name is None
    from survey_app.models import ConsoleSession  # noqa: PLC0415
    from survey_app.services.console_sessions import name_of  # noqa: PLC0415

    with database.reading() as session:
        mine = [name_of(each.mark) for each in session.query(ConsoleSession) if each.account_id == 1]
    for each in mine:
        wang.post("/console/account/sessions/end", {"session": each})
    assert organiser.get("/console/").status_code == 200


def test_a_stolen_cookie_opens_nothing_after_the_logout(app, organiser):
    thief = Browser(app)
    thief.client._cookies = dict(organiser.client._cookies)
    assert thief.get("/console/").status_code == 200
    organiser.get(OWN)
    organiser.post("/console/logout")
    assert thief.get("/console/").status_code == 303


@pytest.fixture
def wang(database):
    with database.writing() as session:
        return create_account(session, "wang", PASSWORD, Role.SUPERVISOR).id


def test_who_is_disabled_is_out_at_once_and_comes_back_when_enabled(app, organiser, database, wang):
    browser = Browser(app)
    browser.log_in("wang")
    assert organiser.submit(f"/console/accounts/{wang}/disable?lang=en").status_code == 303
    assert "wang is disabled" in plain(organiser.get(LIST))
    assert browser.get("/console/").status_code == 303
    assert "The name or the password is wrong." in plain(browser.log_in("wang"))
    organiser.submit(f"/console/accounts/{wang}/enable")
    assert browser.log_in("wang").status_code == 303
    assert [what for what, _ in lines(database)][-2:] == ["account.disable", "account.enable"]


def test_a_reset_password_is_shown_once_and_ends_the_sessions(app, organiser, wang):
    browser = Browser(app)
    browser.log_in("wang")
    asked = organiser.get(f"/console/accounts/{wang}/reset_password?lang=en")
    assert "shown once" in plain(asked)
    password = password_on(organiser.post(f"/console/accounts/{wang}/reset_password"))
    assert browser.get("/console/").status_code == 303
    assert browser.log_in("wang").status_code == 422
    assert browser.log_in("wang", password).status_code == 303


@pytest.mark.parametrize("change", ["disable", "reset_password", "reset_codes"])
def test_nobody_acts_on_the_own_account_from_the_list(organiser, database, change):
    own = account(database, NAME).id
    assert organiser.submit(f"/console/accounts/{own}/{change}").status_code == 409
    assert organiser.get("/console/").status_code == 200


def test_an_account_that_is_not_there_is_404(organiser):
    for number in (999, 2**70):
        assert organiser.get(f"/console/accounts/{number}/disable").status_code == 404


class Phone:
    """An authenticator with a clock of its own, a step ahead each time it is asked."""

    def __init__(self, monkeypatch, secret):
        self.totp, self.now = pyotp.TOTP(secret), time.time()
        monkeypatch.setattr(one_time_codes.time, "time", lambda: self.now)

    def code(self):
        self.now += 30
        return self.totp.at(self.now)


@pytest.fixture
def phone(organiser, monkeypatch):
    page = organiser.get("/console/account/codes?lang=en")
    secret = re.search(r'<code class="key">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")
    phone = Phone(monkeypatch, secret)
    assert "This code is wrong" in plain(organiser.post("/console/account/codes?lang=en", {"code": "000000"}))
    assert organiser.post("/console/account/codes?lang=en", {"code": phone.code()}).status_code == 303
    return phone


def test_with_codes_on_the_login_asks_for_one_that_was_not_used(app, organiser, phone):
    browser = Browser(app)
    assert browser.log_in(path="/console/login?lang=en&next=/console/units").location.startswith("/console/login/code")
    assert browser.get("/console/").status_code == 303
    address = "/console/login/code?lang=en&next=/console/units"
    browser.get(address)
    assert "Please write the code" in plain(browser.post(address, {"code": ""}))
    assert "This code is wrong" in plain(browser.post(address, {"code": phone.totp.at(phone.now - 300)}))
    code = phone.code()
    assert browser.post(address, {"code": f"{code[:3]} {code[3:]}"}).location == "/console/units"
    assert browser.get("/console/").status_code == 200
    again = Browser(app)
    again.log_in()
    again.get(address)
    assert "was used already" in plain(again.post(address, {"code": code}))
    assert again.post(address, {"code": phone.code()}).status_code == 303


def test_guessing_codes_is_slowed(app, organiser, phone):
    browser = Browser(app)
    browser.log_in()
    browser.get("/console/login/code?lang=en")
    answers = [browser.post("/console/login/code?lang=en", {"code": f"{n:06}"}) for n in range(12)]
    assert answers[-1].status_code == 429
    assert "Too many wrong tries" in plain(answers[-1])
    assert browser.post("/console/login/code", {"code": phone.code()}).status_code == 429


def test_half_a_login_ends_with_the_password_it_was_given(app, organiser, phone, database):
    browser = Browser(app)
    browser.log_in()
    with database.writing() as session:
        session.get_one(Account, account(database, NAME).id).password_hash = "another"  # noqa: S105
    assert browser.get("/console/login/code").status_code == 303


def test_codes_are_switched_off_with_password_and_code_only(app, organiser, phone):
    organiser.get(OWN)
    off = "/console/account/codes/off?lang=en"
    assert organiser.post(off, {"password": "", "code": "1"}).status_code == 422
    assert "not the password" in plain(organiser.post(off, {"password": "wrong", "code": phone.code()}))
    assert "This code is wrong" in plain(organiser.post(off, {"password": PASSWORD, "code": "000000"}))
    assert organiser.get("/console/account/codes").status_code == 303
    assert organiser.post(off, {"password": PASSWORD, "code": phone.code()}).status_code == 303
    assert Browser(app).log_in().location == "/console/?lang=en"


def test_an_administrator_switches_the_codes_of_a_lost_phone_off(app, organiser, phone, database):
    with database.writing() as session:
        create_account(session, "zhao", PASSWORD)
    zhao = Browser(app)
    zhao.log_in("zhao")
    own = account(database, NAME).id
    assert "Codes off" in plain(zhao.get(LIST))
    zhao.submit(f"/console/accounts/{own}/reset_codes")
    assert Browser(app).log_in().location == "/console/?lang=en"


def test_publishing_asks_for_a_fresh_code(organiser, phone, survey):
    survey.close()
    address = f"/console/surveys/{survey.slug}/publish?lang=en"
    assert "One-time code" in plain(organiser.get(address))
    answer = organiser.post(address)
    assert answer.status_code == 422
    assert "This code is wrong" in plain(answer)
    code = phone.code()
    assert organiser.post(address, {"one_time_code": code}).location.startswith("/console/jobs/")


def test_signing_and_issuing_ask_for_a_fresh_code(organiser, phone, survey, without_documents):
    from survey_app.domain.release import Audience  # noqa: PLC0415
    from survey_app.services.publishing import publish  # noqa: PLC0415

    survey.close()
    organiser.get(f"/console/surveys/{survey.slug}/releases?lang=en")
    internal = f"/console/surveys/{survey.slug}/releases/internal?lang=en"
    assert "This code is wrong" in plain(organiser.post(internal))
    publish(survey.database, survey.slug, NAME, audience=Audience.REVIEW)
    organiser.get(f"/console/surveys/{survey.slug}/releases?lang=en")
    sign = f"/console/surveys/{survey.slug}/sign/prepared?lang=en"
    answer = organiser.post(sign, {"name": "林"})
    assert answer.status_code == 422
    assert "This code is wrong" in plain(answer)
    assert organiser.post(sign, {"name": "林", "one_time_code": phone.code()}).status_code == 303


def test_the_log_shows_who_did_what_newest_first_and_is_searched(organiser, database, units):
    made(organiser, scope="4301")
    page = plain(organiser.get("/console/audit?lang=en"))
    assert page.index("Account made wang") < page.index(f"Account made {NAME}")
    assert "role Unit officer scope 4301" in page
    found = plain(organiser.get("/console/audit?lang=en&about=wan&by=lin&what=account.create&page=7"))
    assert "Lines: 1" in found
    assert "No line fits." in plain(organiser.get("/console/audit?lang=en&by=nobody"))
    assert "Lines: 2" in plain(organiser.get(f"/console/audit?lang=en&by={'x' * 200}"))
    with database.reading() as session:
        assert check_chain(session).fault is None


def test_the_log_has_pages(organiser, database):
    from survey_app.services.audit_trail import audit  # noqa: PLC0415

    with database.writing() as session:
        for number in range(60):
            audit(session, "lin", "unit.edit", f"U{number}", {"name": "<b>"}, {"name": ["x"], "level": "city"})
    first = organiser.get("/console/audit?lang=en&what=unit")
    assert "Page 1 of 2" in plain(first)
    assert "U59 name &lt;b&gt; → [&#34;x&#34;] level city" in plain(first)
    assert "U9 " not in plain(first)
    assert "U9 " in plain(organiser.get("/console/audit?lang=en&what=unit&page=2"))


def test_the_log_says_in_words_what_changed_of_a_questionnaire(organiser, database):
    from survey_app.domain.document_changes import changes_between  # noqa: PLC0415
    from survey_app.services.audit_trail import audit  # noqa: PLC0415

    question = {"code": "q1", "kind": "rating", "text": "<i>满意{x}", "required": True}
    before = {"questions": [question], "paper": "single"}
    after = {"questions": [{**question, "kind": "number", "required": False}], "threshold": 5}
    more = {"questions": [{"code": f"q{n}", "kind": "number", "text": "题"} for n in range(2, 20)]}
    with database.writing() as session:
        audit(session, "lin", "survey.change", "s", *changes_between(before, after))
        audit(session, "lin", "plan.save", "s", *changes_between({}, more))
        audit(session, "lin", "survey.sign", "s · prepared · 主任 · 甲", None, {"step": "prepared", "draft": 2})
    chinese, english = (plain(organiser.get(f"/console/audit?lang={each}")) for each in ("zh_Hans", "en"))
    name = "q1 “&lt;i&gt;满意{x}”"
    assert f"question · {name} · must be answered yes → no" in english
    assert f"题目 · {name} · 必填 是 → 否" in chinese
    assert f"题目 · {name} · 题型 评价题 → 数字题" in chinese
    assert "threshold 5" in english
    assert "签署环节 经办 送审稿第几稿 2" in chinese
    assert "paper counted in; one person enters the totals → —" in english
    assert "31 values" in english
    assert "and more changes 24 (SHA-256" in english


def test_role_and_scope_are_changed_and_count_at_once(app, organiser, database, units):
    password = password_on(made(organiser, role="organiser"))
    wang = Browser(app)
    wang.log_in("wang", password)
    wang.get(OWN)
    wang.post("/console/account/password?lang=en", {"old": password, "password": OTHER, "again": OTHER})
    assert wang.get("/console/plans/new").status_code == 200
    duty = f"/console/accounts/{account(database, 'wang').id}/duty?lang=en"
    unknown = organiser.submit(duty, {"role": "supervisor", "scope": "99"})
    assert (unknown.status_code, "There is no unit 99." in plain(unknown)) == (422, True)
    assert organiser.submit(duty, {"role": "admin", "scope": "4301"}).status_code == 422
    assert organiser.submit(duty, {"role": "supervisor", "scope": "武陵"}).status_code == 303
    assert wang.get("/console/plans/new").status_code == 403
    assert "武陵区" in plain(wang.get(OWN))
    assert ("account.change_duty", "wang") in lines(database)
    own = f"/console/accounts/{account(database, NAME).id}/duty?lang=en"
    assert organiser.get(own).status_code == 409
