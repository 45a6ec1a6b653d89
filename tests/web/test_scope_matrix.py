"""Every route of the console x every role x own, child, sibling, parent and foreign things: what opens and what not.

The table below is written by hand, apart from the policies at the views. A route that it does not name fails.
The views themselves are taken out, so that what answers is the check before them; what they show to somebody who sees
a part only is looked at afterwards, with the views in place.
"""

from itertools import product

import pytest
from sqlalchemy import select

from survey_app.domain.powers import Role
from survey_app.factory import create_app
from survey_app.models import RespondentGroup, Survey
from survey_app.services.accounts import create_account
from survey_app.services.units.history import Change, keep_import
from survey_app.services.units.uploads import keep_upload
from survey_app.web.organiser import errors
from survey_app.web.organiser.access.check import require_policies
from survey_app.web.organiser.access.policy import POLICIES
from tests.web.console_browser import job_number
from tests.web.console_routes import address_of, console_rules
from tests.web.scoped_console import (
    CHILD,
    EVERYBODY,
    FOREIGN,
    OUTSIDE,
    OWN,
    PARENT,
    SIBLING,
    UNKNOWN,
    make_console,
)

#: View -> whose it is (A administrator, O organiser, F officer, S supervisor, U auditor), and of which surveys: "part",
#: some of whose places, "whole", all of whose places lie within the scope; "all": accounts over all units only.
#: "open": it leads to a login.
TABLE = """
login                   open
login_code              open
first_account           open
logout                  AOFSU
own_account             AOFSU
change_password         AOFSU
end_sessions            AOFSU
codes_on                AOFSU
codes_off               AOFSU
account_list            A       all
new_account             A       all
account_act             A       all
account_duty            A       all
audit_log               AU      all
overview                AOFSU
nowhere                 AOFSU
units                   AOFSU
unit                    AOFSU
units_template          AOFSU
new_unit                AO
unit_act                AO
import_units            AO
undo_unit_import        AO
unit_job                AO
cancel_unit_job         AO
checked_list            AO
bad_rows                AO
discard_list            AO
start_unit_import       AO
new_plan                AO
example_plan            AO      all
plan                    AO
copy_plan               AO
plan_definition         AO
delete_plan             AO
plan_head               AO
import_plan             AO
plan_launch             AO
plan_launch_check       AO
plan_sizes              AO
plan_preview            AO
preview_of_typed        AO
plan_questionnaire      AO
question_of_plan        AO
duplicate_question_of_plan AO
move_question_of_plan   AO
remove_question_of_plan AO
new_question_of_plan    AO
plan_scale              AO
plan_own_scale          AO
plan_scopes             AO
plan_targets            AO
plan_target_names       AO
new_survey              AO
example_definition      AO
definition              AO      whole
copy_as_plan            AO      whole
edit_in_designer        AO      whole
survey                  AOFSU   part
board_part              AOFSU   part
board_file              AOFSU   part
reminder_list           AOFSU   part
reminder_file           AOFSU   part
preview                 AOFSU   part
survey_jobs             AOFSU   part
notes                   AOSU    part
place_notes             AOSU    part
write_note              AOS     part
act                     AO      whole
codes                   AO      part
code_act                AO      part
posters                 AOF     part
slips                   AO      part
by_hand                 AO      part
paper                   AO      part
paper_entry             AO      part
discard_paper           AO      part
paper_sheets            AO      part
releases                AO      whole
make_review             AO      whole
make_internal           AO      whole
sign                    AO      whole
release_file            AO      whole
pages_of_release        AO      whole
withdraw_release        AO      whole
sheet_files             AOF     part
unit_check              AOF     part
unit_check_sheet        AOF     part
ask_units               AO      whole
unit_answers            AO      whole
sheet                   AOF     part
target_sheets           AOF     part
job                     AOF
cancel_job              AOF
job_result              AOF
take_file               AO
"""

EXPECTED = {line.split()[0]: (*line.split()[1:], "")[:2] for line in TABLE.split("\n") if line}

#: What lies within one's scope, and what does not, by the name of the parameter.
WITHIN = {"slug": "partly", "unit_code": CHILD, "place_id": "own", "plan_id": "own", "job_id": "own part"}
BEYOND = {
    "unit_code": (SIBLING, PARENT, FOREIGN, UNKNOWN),
    "place_id": ("sibling", "unknown"),
    "plan_id": ("sibling", "all", "unknown"),
    # Of a survey all of whose places lie within, but what it rates may stand anywhere.
    "job_id": ("sibling part", "partly", "outside", "all sheets", "unknown"),
    "slug": ("outside", UNKNOWN),
}
#: Of these the check tells an administrator too that there is nothing; of units and places the view does.
NOWHERE = {("plan_id", "unknown"), ("job_id", "unknown"), ("slug", UNKNOWN)}
#: What the view looks for, not the check before it: somebody else's list, an import that reached beyond the scope, an
#: account with another scope, a group of another survey. An administrator sees all units, so all imports and accounts.
SOUGHT = {
    "upload_id": ("foreign", "unknown"),
    "import_id": ("foreign", "unknown"),
    "account_id": ("foreign", "unknown"),
    "group_id": ("foreign", "unknown"),
}
OF_AN_ADMINISTRATOR = {("import_id", "foreign"), ("account_id", "foreign")}


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    made = make_console(tmp_path_factory.mktemp("scopes"))
    with made.database.writing() as session:
        outside = select(RespondentGroup.id).join(Survey).where(Survey.slug == "outside")
        counts = {"added": 1, "updated": 0, "unchanged": 0}
        foreign = {
            "upload": keep_upload(session, b"code,name,level,parent_code\n", "units.csv", "somebody else"),
            "import": keep_import(session, "x", "u.csv", counts, [Change(SIBLING, "add", None, {"name": "x"})]).id,
            "account": create_account(session, "zhao", "correct horse battery", Role.SUPERVISOR, SIBLING).id,
            "group": session.scalar(outside),
        }
        made.things |= {name: {"foreign": number, "unknown": 999_999} for name, number in foreign.items()}
    yield made
    made.database.dispose()


@pytest.fixture
def gates(console, monkeypatch):
    """Take the views out, so that whoever gets through is told so."""
    for endpoint in list(console.app.view_functions):
        if endpoint.startswith("organiser."):
            monkeypatch.setitem(console.app.view_functions, endpoint, lambda **_: "through")
    monkeypatch.setattr(errors, "render_template", lambda *_, **__: "")  # What a refusal says is looked at once, below.
    return console


def rules_of(console):
    return [(rule, rule.endpoint.removeprefix("organiser.")) for rule in console_rules(console.app)]


def address(console, rule, **changed):
    """Give an address of a rule, with things within the scope but for what is changed."""
    named = WITHIN | ({"slug": "inside"} if EXPECTED[view_of(rule)][1] == "whole" else {}) | changed
    known = {
        name: console.things[name.removesuffix("_id")][value] if name.endswith("_id") else value
        for name, value in named.items()
        if name in rule.arguments
    }
    return address_of(console.app, rule, **known)


def view_of(rule):
    return rule.endpoint.removeprefix("organiser.")


def methods_of(rule):
    return sorted(rule.methods - {"HEAD", "OPTIONS"})


def outcome(rule, letter, *, within=True):
    """Tell what the table says."""
    letters, about = EXPECTED[view_of(rule)]
    if letters == "open":
        return 200
    if not within and letter != "A":
        return 404
    if letter not in letters:
        return 403
    return 404 if about == "all" and letter != "A" else 200


def test_the_table_names_every_route_and_none_that_is_gone(console):
    assert {view for _, view in rules_of(console)} == set(EXPECTED)


def test_within_the_scope_the_role_decides(gates):
    wrong = []
    for rule, view in rules_of(gates):
        for letter, who in EVERYBODY.items():
            for method in methods_of(rule):
                status = gates.open(who, method, address(gates, rule)).status_code
                if status != outcome(rule, letter):
                    wrong.append((method, view, letter, status))
    assert not wrong


def test_what_lies_beyond_the_scope_is_not_there(gates):
    wrong = []
    for rule, view in rules_of(gates):
        if EXPECTED[view][0] == "open":
            continue
        for name in rule.arguments & set(BEYOND):
            for method, thing in product(methods_of(rule), BEYOND[name]):
                there = address(gates, rule, **{name: thing})
                for letter, who in EVERYBODY.items():
                    answer = gates.open(who, method, there)
                    wanted = outcome(rule, letter, within=False) if (name, thing) not in NOWHERE else 404
                    if answer.status_code != wanted:
                        wrong.append((method, view, name, thing, letter, answer.status_code))
    assert not wrong


def test_what_a_view_looks_for_beyond_the_scope_is_not_there(console):
    wrong, asked = [], set()
    for rule, view in rules_of(console):
        for name in rule.arguments & set(SOUGHT):
            for method, thing in product(methods_of(rule), SOUGHT[name]):
                there = address(console, rule, **{name: thing})
                for letter, who in EVERYBODY.items():
                    if letter == "A" and (name, thing) in OF_AN_ADMINISTRATOR:
                        continue
                    status = console.open(who, method, there).status_code
                    asked.add(name)
                    if status != (404 if letter in EXPECTED[view][0] else 403):
                        wrong.append((method, view, name, thing, letter, status))
    assert not wrong
    assert asked == set(SOUGHT)


def test_every_parameter_that_names_a_thing_is_tried_with_things_beyond_the_scope(console):
    numbers = {name for rule, _ in rules_of(console) for name in rule.arguments if name.endswith(("_id", "_code"))}
    assert numbers <= BEYOND.keys() | SOUGHT.keys()


def test_a_survey_that_lies_within_the_scope_in_part_is_whole_for_nobody(gates):
    for rule, view in rules_of(gates):
        if EXPECTED[view][1] == "whole":
            there = address(gates, rule, slug="partly")
            for method in methods_of(rule):
                statuses = {letter: gates.open(who, method, there).status_code for letter, who in EVERYBODY.items()}
                assert statuses == {"A": 200, "O": 404, "F": 404, "S": 404, "U": 404}, (method, view)


#: Views that are there for units which a survey rates, though they are no places of it.
SHEETS_OF_TARGETS = ("sheet", "target_sheets", "unit_check", "unit_check_sheet")


def test_of_a_survey_that_rates_ones_unit_there_are_its_sheets_and_nothing_else(gates):
    wrong = []
    for rule, view in rules_of(gates):
        if "slug" not in rule.arguments:
            continue
        there = {slug: address(gates, rule, slug=slug) for slug in ("rated", "rated-later")}
        for method, (letter, who) in product(methods_of(rule), EVERYBODY.items()):
            statuses = {slug: gates.open(who, method, path).status_code for slug, path in there.items()}
            beyond = 404 if letter != "A" else outcome(rule, letter)
            own = outcome(rule, letter) if view in SHEETS_OF_TARGETS else beyond
            if statuses != {"rated": own, "rated-later": beyond}:  # Before it opens nobody knows of it.
                wrong.append((method, view, letter, statuses))
    assert not wrong


def test_a_rated_unit_sees_that_it_is_rated_and_no_turnout(console):
    for letter, told in (("F", True), ("O", True), ("S", False), ("U", False)):
        page = console.open(EVERYBODY[letter], "GET", "/console/?lang=en").text
        assert ('href="/console/surveys/rated/sheets?' in page) is told, letter
        assert 'href="/console/surveys/rated?' not in page
        assert "rated-later" not in page
    page = console.open(EVERYBODY["F"], "GET", "/console/surveys/rated/sheets?lang=en").text
    assert "本一村" in page
    assert "not issued yet" in page
    assert not [name for name in OUTSIDE if name in page]
    assert "/console/surveys/rated/jobs" not in page
    assert console.open(EVERYBODY["F"], "GET", "/console/surveys/partly/sheets").status_code == 404


@pytest.mark.parametrize("name", ["unit", "under", "unit_code"])
def test_a_unit_in_query_or_form_must_lie_within_the_scope_on_every_page(gates, name):
    wrong = []
    who = EVERYBODY["O"]
    for rule, view in rules_of(gates):
        if EXPECTED[view][0] == "open":
            continue
        method, there = methods_of(rule)[-1], address(gates, rule)
        sent = {"data" if method == "POST" else "query_string": {name: SIBLING}}
        if gates.open(who, method, there, **sent).status_code != 404:
            wrong.append((method, view))
    assert not wrong


@pytest.mark.parametrize(
    ("unit", "status"), [(OWN, 200), (CHILD, 200), ("", 200)] + [(unit, 404) for unit in BEYOND["unit_code"]]
)
def test_a_unit_is_taken_for_what_it_is_by_every_role(gates, unit, status):
    for letter in "OFSU":
        for query in ({"unit": unit}, {"unit": f" {unit} "}, [("unit", CHILD), ("unit", unit)]):
            answer = gates.open(EVERYBODY[letter], "GET", "/console/surveys/partly", query_string=query)
            assert answer.status_code == status
    assert gates.open(EVERYBODY["A"], "GET", "/console/surveys/partly", query_string={"unit": unit}).status_code == 200


@pytest.mark.parametrize("place", ["x", "-1", "9" * 40, "\uff11"])
def test_a_number_that_is_none_names_nothing(gates, place):
    answer = gates.open(EVERYBODY["O"], "GET", "/console/surveys/partly", query_string={"place_id": place})
    assert answer.status_code == 404


def test_who_lacks_a_power_is_told_what_the_role_is_for(console):
    page = console.open(EVERYBODY["F"], "GET", "/console/surveys/partly/codes?lang=en").text
    assert "not for your account's role: Unit officer." in page
    assert "prints their posters" in page


def test_no_page_shows_a_name_from_outside(console):
    leaks = []
    for rule, view in rules_of(console):
        if "GET" not in rule.methods or EXPECTED[view][0] == "open":
            continue
        answer = console.open(EVERYBODY["O"], "GET", address(console, rule))
        text = (
            answer.get_data(as_text=True)
            if "spreadsheet" not in answer.mimetype and "pdf" not in answer.mimetype
            else ""
        )
        leaks += [(view, name) for name in OUTSIDE if name in text]
        assert answer.status_code < 500, view
        answer.close()
    assert not leaks


@pytest.mark.parametrize("letter", "OFSU")
def test_nobody_finds_by_a_search_what_is_outside(console, letter):
    for path in ("surveys/partly", "surveys/partly/codes", "units", "surveys/partly/paper", "surveys/partly/reminders"):
        answer = console.open(EVERYBODY[letter], "GET", f"/console/{path}", query_string={"q": "村", "show": "all"})
        assert not [name for name in OUTSIDE if name in answer.text], path


def test_the_path_to_a_place_begins_at_ones_own_unit(console):
    for path in ("codes?q=村", f"codes/pause?unit={CHILD}"):
        text = console.open(EVERYBODY["O"], "GET", f"/console/surveys/partly/{path}").text
        assert "本县" in text
        assert "甲市" not in text, path


def test_an_officer_prints_posters_of_the_own_unit_only(console):
    page = console.open(EVERYBODY["F"], "GET", "/console/surveys/partly/posters").text
    assert "本县" in page
    asked = console.open(EVERYBODY["F"], "POST", "/console/surveys/partly/posters", data={"paper": "A4"})
    with console.database.reading() as session:
        from survey_app.services.jobs import find_job  # noqa: PLC0415

        job = find_job(session, int(job_number(asked)))
        assert job.arguments == {"under": OWN}


def test_a_code_of_a_place_outside_is_not_voided_under_the_name_of_one_inside(console):
    from survey_app.models import EntryCode  # noqa: PLC0415

    with console.database.reading() as session:
        there = select(EntryCode).where(EntryCode.place_id == console.things["place"]["sibling"])
        code = session.scalars(there).one().code
    sent = {"unit": CHILD, "group": "residents", "code": code, "reason": "x"}
    answer = console.open(EVERYBODY["O"], "POST", "/console/surveys/partly/codes/void", data=sent)
    assert answer.status_code == 404
    with console.database.reading() as session:
        assert session.get(EntryCode, code).state == "active"


def test_an_application_with_a_view_without_a_policy_does_not_start(console, monkeypatch):
    monkeypatch.delitem(POLICIES, "overview")
    with pytest.raises(RuntimeError, match=r"without a policy: organiser\.overview"):
        create_app(console.app.extensions["manyi"].config)


def test_a_view_that_is_added_without_a_policy_is_found(tmp_path):
    from survey_app.config import read_config  # noqa: PLC0415

    app = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path)}))
    app.add_url_rule("/console/secret", "organiser.secret", lambda: "secret")
    with pytest.raises(RuntimeError, match=r"organiser\.secret"):
        require_policies(app)
    app.extensions["manyi"].database.dispose()
