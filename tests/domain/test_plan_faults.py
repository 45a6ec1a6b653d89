"""What a plan lacks, and what is shown of it all the same."""

import copy

import pytest

from survey_app.domain.plan_faults import filled, plan_faults, same_codes, shown_definition
from tests.cast import definition, with_groups

WHOLE = definition(places=None)


def changed(index, **changes):
    """Return the plan with one question changed; a change to None leaves the key out."""
    plan = copy.deepcopy(WHOLE)
    question = plan["questions"][index] | changes
    plan["questions"][index] = {key: value for key, value in question.items() if value is not None}
    return plan


def said(plan):
    return [str(each) for each in plan_faults(plan)]


def test_a_whole_questionnaire_has_no_fault_though_no_places_are_chosen():
    assert said(WHOLE) == []


def test_an_empty_plan_lacks_title_organiser_and_a_rating_question():
    assert [each.values["where"] for each in plan_faults({"questions": []})] == ["title", "organiser", "questions"]


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        (changed(0, text={}), "questions[0]: write the question."),
        (changed(2, options=[{"code": "one", "text": "一"}]), "questions[2]: a choice needs at least two options."),
        (
            changed(2, options=[{"code": "one", "text": {}}, {"code": "more", "text": "多次"}]),
            "questions[2]: write every option.",
        ),
        (
            changed(3, show_if={"question": "visits", "options": []}),
            "questions[3]: choose the answers after which it is asked.",
        ),
        (changed(1, asked_in="hills"), "questions[1].asked_in: there is no scope hills."),
        (changed(4, least=9, most=1), "questions[4]: least is above most."),
        (changed(0, about="targets"), "questions[0]: it is about targets, but the definition lists none."),
    ],
)
def test_every_fault_is_said_once_with_its_place(plan, fault):
    assert said(plan) == [fault] or fault in said(plan)


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"questions": []},
        changed(0, text={}, scale="none"),
        changed(0, about="targets"),
        changed(1, asked_in="hills"),
        changed(2, options=None),
        changed(3, show_if={"question": "gone", "options": ["x"]}),
        WHOLE | {"scale": "none"},
        WHOLE | {"scale": "five-level"},
        with_groups(targets=None, groups=None),
    ],
)
def test_every_plan_can_be_shown(plan):
    shown = shown_definition(plan)
    questions = shown.questionnaire.questions
    assert [each.code for each in questions] == [each["code"] for each in plan.get("questions", ())]
    assert all(each.text for each in questions)
    assert all(each.options for each in questions if each.kind in ("rating", "single_choice", "multiple_choice"))
    assert all(each.show_if is None or each.show_if.question != "gone" for each in questions)
    assert all(each.asked_in != "hills" for each in questions)
    assert shown.questionnaire.targets or not any(each.about_targets for each in questions)


@pytest.mark.parametrize(
    "given", [[], "x", {"questions": {}}, {"questions": [1]}, {"questions": [{"kind": "number", "options": 1}]}]
)
def test_what_is_no_plan_is_left_as_it_is(given):
    assert filled(given) == given


def test_a_plan_is_filled_so_that_its_shape_can_be_checked():
    assert filled({"questions": []})["questions"][0]["kind"] == "open_text"
    assert "places" in filled(WHOLE)


def test_codes_that_stand_twice_are_found():
    plan = changed(1, code="overall")
    plan["questions"][2]["options"][1]["code"] = "one"
    plan["targets"] = [{"code": "a"}, {"code": "a"}]
    assert [each.values["where"] for each in same_codes(plan)] == ["questions", "questions[2].options", "targets"]
