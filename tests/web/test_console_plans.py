"""The questionnaire designer: from a template to a questionnaire, with nothing lost on the way."""

import io
import json
import re

import pytest

from survey_app.services.plans.saving import create_plan, find_plan, save_plan
from survey_app.services.scopes import EVERYTHING
from tests.cast import definition, with_groups
from tests.web.console_browser import plain
from tests.web.small_survey import EVERY_KIND, SmallSurvey, other

pytest_plugins = "tests.web.console_fixtures"

GIVEN = definition(places=None, slug=None)


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def plan(database):
    with database.writing() as session:
        return create_plan(session, GIVEN, "lin", EVERYTHING).id


def at(plan, path="questionnaire"):
    return f"/console/plans/{plan}/{path}?lang=en"


def given(database, plan):
    with database.reading() as session:
        return find_plan(session, plan, EVERYTHING).given


def codes(database, plan):
    return [each["code"] for each in given(database, plan)["questions"]]


def version(organiser, plan):
    return re.search(r'name="version" value="(\d+)"', organiser.get(at(plan)).text)[1]


def send(organiser, plan, path, **typed):
    return organiser.post(at(plan, path), {"version": version(organiser, plan), **typed})


@pytest.mark.parametrize(
    ("path", "name"),
    [("questions/overall", name) for name in ("kind", "asked_in", "scale", "show_if", "flags", "do")]
    + [("scale", "scale"), ("scopes", "other_than"), ("targets", "class"), ("questions/overall/move", "to")],
)
def test_a_choice_that_no_box_offers_breaks_no_page(organiser, plan, path, name):
    typed = {"text-zh_Hans": "题", "do": "class" if name == "class" else "save"}
    assert send(organiser, plan, path, **typed | {name: "forged:x"}).status_code in (200, 303, 404, 422)
    preview = organiser.client.post(
        at(plan, "preview/overall"),
        data=typed | {name: "forged:x", "csrf_token": organiser.token},
        base_url="http://localhost",
    )
    assert preview.status_code in (200, 204)
    assert organiser.get(at(plan)).status_code == organiser.get(at(plan, "launch")).status_code == 200


@pytest.mark.parametrize("template", ["four-level", "five-level", "groups", "rectification", "empty"])
def test_a_plan_begins_with_a_template(organiser, template):
    typed = {"template": template, "title": "满意度测评", "organiser": "测评办"}
    answer = organiser.submit("/console/plans/new?lang=en", typed)
    assert answer.status_code == 303
    page = organiser.get(answer.location)
    assert page.status_code == 200
    assert "满意度测评 in preparation" in plain(page)
    assert 'value="测评办"' in organiser.get("/console/plans/new?lang=en").text  # Mostly it is the same office.
    assert organiser.get(at(1, "preview")).status_code == 303


def test_under_the_title_stands_what_is_written_and_nothing_else(organiser, database):
    with database.writing() as session:
        empty = create_plan(session, {"title": "满意度测评", "questions": []}, "lin", EVERYTHING).id
        reachable = create_plan(session, {"contact": "0736-12345", "questions": []}, "lin", EVERYTHING).id
    assert "<p><b>满意度测评</b></p>" in organiser.get(at(empty)).text
    assert "<p><b>(no title yet)</b><br>0736-12345</p>" in organiser.get(at(reachable)).text


def test_what_cannot_begin_is_said_and_what_was_typed_stays(organiser):
    page = organiser.submit("/console/plans/new?lang=en", {"template": "none", "title": "我的<测评>"})
    assert page.status_code == 422
    assert "Choose what to begin with." in plain(page)
    assert 'value="我的&lt;测评&gt;"' in page.text
    assert organiser.post("/console/plans/new?lang=en", {"template": "empty", "title": "题" * 501}).status_code == 422
    assert organiser.post("/console/plans/new?lang=en", {"from_file": "1"}).status_code == 422


def test_a_definition_comes_in_and_goes_out_again(organiser):
    sent = {"from_file": "1", "file": (io.BytesIO(json.dumps(with_groups()).encode()), "groups.json")}
    organiser.get("/console/plans/new?lang=en")
    answer = organiser.post("/console/plans/new?lang=en", sent)
    assert answer.status_code == 303
    exported = organiser.get(at(1, "definition.json"))
    assert json.loads(exported.text) == with_groups()
    assert "attachment" in exported.headers["Content-Disposition"]


def test_a_question_is_added_edited_copied_moved_and_removed(organiser, database, plan):
    added = send(organiser, plan, "questions/new/open_text", **{"text-zh_Hans": "还有什么？", "do": "another"})
    assert "open=new-open_text" in added.location
    assert codes(database, plan)[-1] == "q1"
    edited = send(organiser, plan, "questions/q1", **{"text-zh_Hans": "还有别的吗？", "hint-en": "Anything"})
    assert edited.location.endswith("#edit-q1")
    assert given(database, plan)["questions"][-1]["hint"] == {"en": "Anything"}
    assert send(organiser, plan, "questions/q1/duplicate").location.endswith("#edit-q2")
    assert send(organiser, plan, "questions/q2/move", to="0").location.endswith("#edit-q2")
    assert send(organiser, plan, "questions/q2/move", to="down").location.endswith("#down-q2")
    assert send(organiser, plan, "questions/q2/move", to="up").location.endswith("#down-q2")  # No way further up.
    assert codes(database, plan)[0] == "q2"
    assert "还有别的吗？" in plain(organiser.get(at(plan, "questions/q2/remove")))
    assert send(organiser, plan, "questions/q2/remove").status_code == 303
    assert "q2" not in codes(database, plan)


def test_a_half_written_question_is_kept_and_its_faults_stand_at_it(organiser, database, plan):
    assert send(organiser, plan, "questions/new/single_choice").status_code == 303
    page = plain(organiser.get(at(plan)))
    assert "To be mended before the launch: 2." in page
    assert "Question 6: write the question. Question 6: a choice needs at least two options." in page


def test_an_option_is_moved_by_a_button_and_nothing_is_saved_yet(organiser, database, plan):
    rows = {"option-0-code": "one", "option-0-en": "Once", "option-1-code": "more", "option-1-en": "Often"}
    page = send(organiser, plan, "questions/visits", **rows, do="down:0")
    assert page.status_code == 200
    assert page.text.index('value="Often"') < page.text.index('value="Once"')
    assert re.search(r'value="down:1"[^>]*autofocus', page.text)
    assert given(database, plan) == GIVEN


def test_a_refused_step_shows_what_was_typed(organiser, database, plan):
    page = send(
        organiser, plan, "questions/visits", **{"text-en": "Visits?", "option-0-code": "", "option-0-en": "<b>"}
    )
    assert page.status_code == 422
    assert "asked only after an answer that would be gone" in plain(page)
    assert "Visits?</textarea>" in page.text
    assert 'value="&lt;b&gt;"' in page.text
    page = send(organiser, plan, "questions/age", **{"text-en": "x" * 501, "least": "many"})
    assert page.status_code == 422
    assert 'href="#q-age" autofocus' in page.text
    assert "now there are 501" in plain(page)
    assert 'value="many"' in page.text
    assert given(database, plan) == GIVEN


def test_who_saves_over_somebody_else_keeps_the_text(organiser, database, plan):
    organiser.get(at(plan))
    with database.writing() as session:
        save_plan(session, find_plan(session, plan, EVERYTHING), dict(GIVEN, contact="1"), 1, "wu")
    page = organiser.post(at(plan, "questions/wish"), {"version": "1", "text-en": "Mine"})
    assert page.status_code == 422
    assert "wu saved this plan at" in plain(page)
    assert "Mine</textarea>" in page.text
    assert send(organiser, plan, "questions/wish", **{"text-en": "Mine"}).status_code == 303
    assert given(database, plan)["contact"] == "1"


def test_head_scopes_scales_and_targets_are_written(organiser, database, plan):
    assert (
        send(organiser, plan, "head", **{"title-zh_Hans": "新名称", "title-en": "New", "contact": "1"}).status_code
        == 303
    )
    assert send(organiser, plan, "scopes", classes="城市社区").status_code == 303
    scale = {f"scale-{code}-en": code for code in ("satisfied", "basically_satisfied", "dissatisfied", "dont_know")}
    assert send(organiser, plan, "scales/four-level", **scale).status_code == 303
    assert send(organiser, plan, "scale", scale="scale1").status_code == 303
    assert send(organiser, plan, "targets", targets="市公安局\nD2\t市民政局\t政府").status_code == 303
    found = given(database, plan)
    assert (found["title"], found["contact"]) == ({"zh_Hans": "新名称", "en": "New"}, "1")
    assert "organiser" not in found
    assert found["scopes"]["s1"] == {"classes": ["城市社区"]}
    assert (found["scale"], found["scales"]["scale1"][0]["rating"]) == ("scale1", "satisfied")
    assert [each["code"] for each in found["targets"]] == ["T1", "D2"]
    assert 'name="score-satisfied"' in organiser.get(at(plan, "questionnaire") + "&open=scale-scale1").text
    scored = {f"score-{code}": "50" for code in ("satisfied", "basically_satisfied", "dissatisfied")}
    assert (
        send(organiser, plan, "scales/scale1", **scale | {"scale-satisfied-zh_Hans": "很好"}, **scored).status_code
        == 303
    )
    named = {"target-0-zh_Hans": "市公安局", "target-0-en": "Police", "target-1-en": "Civil Affairs"}
    assert "Names in all languages" in plain(organiser.get(at(plan)))
    assert send(organiser, plan, "targets/names", **named).status_code == 303
    found = given(database, plan)
    assert list(found["scales"]) == ["scale1"]
    assert found["scales"]["scale1"][0] == {
        "code": "satisfied",
        "text": {"zh_Hans": "很好", "en": "satisfied"},
        "rating": "satisfied",
        "score": 50,
    }
    assert found["targets"] == [
        {"code": "T1", "name": {"zh_Hans": "市公安局", "en": "Police"}},
        {"code": "D2", "name": {"en": "Civil Affairs"}, "class": "政府"},
    ]
    assert send(organiser, plan, "scale", remove="scale1").status_code == 422
    assert send(organiser, plan, "scale", scale="four-level").status_code == 303
    assert send(organiser, plan, "scale", remove="scale1").status_code == 303
    assert send(organiser, plan, "scopes", remove="s1").status_code == 303
    page = send(organiser, plan, "scopes", remove="town")
    assert page.status_code == 422
    assert "Another kind of place is all places but these" in plain(page) or "asked only there" in plain(page)


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("head", {"contact": "1" * 101}, "at most 100 characters"),
        ("scopes", {"below": "武陵"}, "is no unit code"),
        ("scales/four-level", {}, "Write this option."),
        ("scales/four-level", {"score-satisfied": "-1"}, "This must be a number from 0 to 1000."),
        ("targets", {"targets": "A\t甲\nA\t乙"}, "Line 2: the code A stands there twice."),
        ("targets", {"do": "class", "class": "none", "targets": "A\t甲"}, "No unit is of this class."),
    ],
)
def test_a_part_that_cannot_be_kept_is_shown_again(organiser, database, plan, path, typed, said):
    page = send(organiser, plan, path, **typed)
    assert page.status_code == 422
    assert said in plain(page)
    assert given(database, plan) == GIVEN


@pytest.mark.parametrize(
    "path", ["head", "scopes", "scale", "scales/five-level", "targets", "targets/names", "questions/age"]
)
def test_the_address_of_a_form_leads_to_it(organiser, plan, path):
    answer = organiser.get(at(plan, path))
    assert answer.status_code == 303
    assert organiser.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "path", ["questions/none", "questions/new/song", "scales/none", "questions/none/remove", "questions/none/duplicate"]
)
def test_what_is_not_there_is_no_page(organiser, plan, path):
    organiser.get(at(plan))
    assert organiser.post(at(plan, path), {"version": "1"}).status_code == 404
    assert organiser.get(at(99)).status_code == 404


def test_an_import_replaces_the_questions_once_one_is_sure(organiser, database, plan):
    def upload(**more):
        file = (io.BytesIO(json.dumps(with_groups()).encode()), "groups.json")
        return organiser.post(at(plan, "import"), {"version": version(organiser, plan), "file": file, **more})

    assert upload().status_code == 422
    assert given(database, plan) == GIVEN
    assert upload(sure="1").status_code == 303
    assert codes(database, plan) == ["work", "wish"]
    assert given(database, plan)["title"] == GIVEN["title"]
    assert organiser.post(at(plan, "import"), {"version": "2"}).status_code == 422


def test_the_preview_is_the_residents_page_and_stores_nothing(organiser, client, database, plan):
    page = organiser.get(at(plan))
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    addresses = [each.replace("&amp;", "&") for each in re.findall(r'href="(/preview/[^"]+)" target', page.text)]
    everything, town, elsewhere = (client.get(each) for each in addresses)
    assert "Preview: nothing is stored." in plain(everything)
    assert "frame-ancestors 'self'" in everything.headers["Content-Security-Policy"]
    assert everything.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "城区公交" in everything.text
    assert "城区公交" in town.text
    assert "城区公交" not in elsewhere.text
    token = re.search(r'name="(\w+)" value="([A-Za-z0-9_-]{43})"', everything.text)
    sent = {token[1]: token[2], "overall": "satisfied", "buses": "satisfied"}
    thanks = client.post(addresses[0], data=sent)
    assert thanks.status_code == 303
    assert "nothing was stored" in client.get(thanks.location).text
    with database.writing() as session:
        found = find_plan(session, plan, EVERYTHING)
        save_plan(session, found, dict(GIVEN, questions=[GIVEN["questions"][0] | {"text": "新的题目"}]), 1, "wu")
    assert "新的题目" in client.get(addresses[0]).text
    assert "新的题目" not in client.get(addresses[0].replace("/preview/W", "/preview/X")).text


def test_the_phone_shows_what_is_typed_and_nothing_is_stored(organiser, client, database, plan):
    page = organiser.get(at(plan))
    _, town, elsewhere = re.findall(r'href="/preview/([^"?]+)[^"]*" target', page.text)

    def look(opened, **typed):
        answer = organiser.post(at(plan, f"preview/{opened}"), typed)
        return client.get(answer.json["address"]).text if answer.status_code == 200 else answer.status_code

    seen = look("wish", **{"text-en": "Half a que"})
    assert "Half a que" in seen
    assert "Preview: nothing is stored." in seen
    assert "Half a que" not in look("age", **{"text-en": "How old"})
    assert "One more" in look("new-single_choice", **{"text-en": "One more"})
    assert "New title" in look("head", **{"title-en": "New title"})
    assert "城区公交" in look("wish", shown=town, **{"text-en": "x"})
    assert "城区公交" not in look("wish", shown=elsewhere, **{"text-en": "x"})
    assert [look("wish", **{"text-en": "x" * 501}), look("visits"), look("scale-four-level"), look("scopes")] == [
        204
    ] * 4
    many = {
        f"option-{row}-zh_Hans": "".join(map(chr, range(20000 + 300 * row, 20300 + 300 * row))) for row in range(50)
    }
    assert look("new-single_choice", **many | {f"option-{row}-code": "" for row in range(50)}) == 204
    assert given(database, plan) == GIVEN


def test_the_phone_shows_scales_and_names_that_are_typed(organiser, client, database):
    scale = [{"code": "a", "text": "好", "rating": "satisfied"}, {"code": "b", "text": "差", "rating": "dissatisfied"}]
    with database.writing() as session:
        groups = with_groups(places=None, scales={"own": scale}, scale="own")
        plan = create_plan(session, groups, "lin", EVERYTHING).id
    organiser.get(at(plan))
    for opened, typed in (
        ("scale-own", {"scale-a-zh_Hans": "好极了", "scale-b-zh_Hans": "很差"}),
        ("names", {"target-0-zh_Hans": "好极了"}),
    ):
        answer = organiser.post(at(plan, f"preview/{opened}"), typed)
        assert "好极了" in client.get(answer.json["address"].replace("lang=en", "")).text
    assert organiser.post(at(plan, "preview/scale-own"), {}).status_code == 204


def test_a_preview_is_had_as_each_group(organiser, client, database):
    with database.writing() as session:
        plan = create_plan(session, with_groups(places=None), "lin", EVERYTHING).id
    page = organiser.get(at(plan)).text
    users, _, cadres = re.findall(r'href="(/preview/[^"]+)" target="preview">', page)
    assert "市民政局" in client.get(users.replace("lang=en", "")).text
    assert "市民政局" not in client.get(cadres.replace("lang=en", "")).text


def test_a_draft_from_a_file_is_edited_in_the_designer_until_it_opens(app, organiser, draft):
    organiser.get("/console/surveys/every-kind/definition?lang=en")
    answer = organiser.post("/console/surveys/every-kind/designer?lang=en")
    plan = int(re.search(r"/plans/(\d+)/", answer.location)[1])
    assert "what you save here is its questionnaire at once" in plain(organiser.get(at(plan)))
    assert send(organiser, plan, "questions/overall", **{"text-en": "Well?", "flags": "required"}).status_code == 303
    assert "Well?" in plain(organiser.get("/console/surveys/every-kind/definition?lang=en"))
    broken = send(organiser, plan, "questions/overall", flags="required")
    assert broken.status_code == 422
    assert "Question 1: write the question." in plain(broken)
    assert send(organiser, plan, "delete").status_code == 409
    stale = version(organiser, plan)
    draft.open()
    page = plain(organiser.get(at(plan)))
    assert "The questionnaire was frozen when the survey opened." in page
    assert "Duplicate" not in page
    late = organiser.post(at(plan, "questions/overall"), {"version": stale, "text-en": "Late?"})
    assert late.status_code == 422
    assert organiser.post(at(plan, "copy")).status_code == 303
    organiser.get("/console/surveys/every-kind/definition?lang=en")
    copied = organiser.post("/console/surveys/every-kind/copy-as-plan?lang=en")
    assert "in preparation" in plain(organiser.get(copied.location))


def test_a_plan_is_deleted_after_asking(organiser, database, plan):
    assert "This cannot be undone." in plain(organiser.get(at(plan, "delete")))
    assert organiser.post(at(plan, "delete")).status_code == 303
    assert organiser.get(at(plan)).status_code == 404


def test_the_overview_leads_the_way(app, organiser, database):
    def next_step():
        page = organiser.get("/console/?lang=en").text
        return re.search(r'<li class="next".*?<h2>(.*?)</h2>', page, re.DOTALL)[1]

    page = plain(organiser.get("/console/?lang=en"))
    assert "There is no survey yet. Five steps lead to the first one." in page
    assert next_step() == "Import the units"
    answer = organiser.post("/console/plans/example?lang=en")
    assert answer.status_code == 303
    assert next_step() == "Choose places and dates, and launch"
    assert "What is done is ticked." in plain(organiser.get("/console/?lang=en"))
    assert "Changde public service satisfaction survey 2026 in preparation" in plain(organiser.get("/console/?lang=en"))
    assert organiser.post("/console/plans/example?lang=en").status_code == 409
    SmallSurvey(app.extensions["manyi"], other(EVERY_KIND, slug="first", places={"units": ["430700"]}))
    assert next_step() == "Print the posters"


def test_a_plan_without_units_begins_at_the_first_step(organiser, plan):
    page = organiser.get("/console/?lang=en").text
    assert page.count('class="done"') == 0
    assert "Go on writing" in page
