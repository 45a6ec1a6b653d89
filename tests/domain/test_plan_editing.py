"""Editing a plan: whatever is done in whatever order, nothing comes to refer to what is gone."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.domain.messages import Refused
from survey_app.domain.plan_document import (
    deciding_questions,
    find_question,
    is_sound,
    languages_of,
    next_code,
    options_of,
    options_of_scale,
    question_numbers,
    questions_of,
)
from survey_app.domain.plan_editing import (
    add_question,
    duplicate_question,
    move_question,
    remove_question,
    replace_question,
    replace_questions,
    set_part,
    step_question,
)
from tests.cast import definition, with_groups


def codes(document):
    return [each["code"] for each in questions_of(document)]


def choice(*texts, **rest):
    return {"kind": "single_choice", "text": "?", "options": [{"text": each} for each in texts], **rest}


PLAN = definition(slug=None, places=None)

#: One step: what to do, to which of the questions, and with what.
STEPS = st.tuples(
    st.sampled_from(["add", "change", "copy", "remove", "move", "up", "down", "scale", "town", "targets"]),
    st.integers(0, 9),
    st.integers(-2, 12),
    st.sampled_from(
        [
            {"kind": "rating", "text": "满意吗？"},
            {"kind": "rating", "text": "满意吗？", "about": "targets"},
            {"kind": "rating", "text": "满意吗？", "scale": "five-level"},
            {"kind": "open_text", "text": {}},
            choice("甲", "乙"),
            choice("甲"),
            {"kind": "multiple_choice", "text": "哪些？", "options": [{"code": "o2", "text": "甲"}]},
            {"kind": "number", "text": "几口人？", "least": 0, "asked_in": "town"},
        ]
    ),
)


def take(document, step):
    what, index, to, fields = step
    code = codes(document)[index % len(codes(document))] if codes(document) else ""
    match what:
        case "add":
            return add_question(document, fields, None if to > 3 else max(0, min(to, len(codes(document)))))
        case "change":
            return replace_question(document, code, fields)
        case "copy":
            return duplicate_question(document, code)
        case "remove":
            return remove_question(document, code)
        case "move":
            return move_question(document, code, to)
        case "up" | "down":
            return step_question(document, code, down=what == "down")
        case "scale":
            return set_part(document, "scale", "five-level" if to > 3 else "")
        case "town":
            return set_part(document, "scopes", {"rural": {"name_ends_with": ["村"]}})
    return set_part(document, "targets", [{"code": "D001"}, {"code": "D003"}][: max(0, to % 3)])


@settings(max_examples=150)
@given(st.sampled_from([PLAN, with_groups(**{key: PLAN[key] for key in ("questions", "scopes")})]), st.lists(STEPS))
def test_whatever_is_done_everything_named_is_there(document, steps):
    for step in steps:
        before = copy.deepcopy(document)
        try:
            edited = take(document, step)
        except Refused:
            continue
        finally:
            assert document == before  # Each step makes a document of its own.
        assert edited.code in {*codes(before), *codes(edited.given), ""}
        document = edited.given
        assert len(set(codes(document))) == len(codes(document))
        assert all(is_sound(document, each) for each in questions_of(document) if "show_if" in each)
        gone = set(before["scopes"]) - set(document["scopes"])
        assert not gone & {each.get("asked_in") for each in questions_of(document)}
        assert document.get("headline", {}).get("question") in {None, *codes(document)}
        known = {each["code"] for each in document.get("targets", ())}
        for group in document.get("groups", ()):
            assert group.get("targets") is None or (set(group["targets"]) <= known and group["targets"])


@given(st.integers(0, 5), st.integers(-3, 9))
def test_a_move_keeps_all_questions_and_the_order_of_the_others(index, before):
    code = codes(PLAN)[index]
    try:
        after = move_question(PLAN, code, before)
    except Refused:
        return
    moved = {code} | ({"reasons"} if code == "visits" else set())
    assert [each for each in codes(after.given) if each not in moved] == [
        each for each in codes(PLAN) if each not in moved
    ]
    assert sorted(codes(after.given)) == sorted(codes(PLAN))


def test_a_question_stands_before_the_one_it_was_dropped_on():
    assert codes(move_question(PLAN, "age", 0).given)[0] == "age"
    assert codes(move_question(PLAN, "overall", 2).given)[:2] == ["buses", "overall"]
    assert codes(move_question(PLAN, "overall", 99).given)[-1] == "overall"
    assert codes(move_question(PLAN, "buses", 1).given) == codes(PLAN)


def test_a_question_takes_along_what_depends_on_it():
    assert codes(step_question(PLAN, "visits", down=True).given)[2:5] == ["age", "visits", "reasons"]
    assert codes(step_question(PLAN, "visits", down=False).given)[1:4] == ["visits", "reasons", "buses"]
    assert codes(move_question(PLAN, "visits", 3).given) == codes(PLAN)


def test_nothing_comes_before_what_it_depends_on():
    with pytest.raises(Refused, match=r"为什么多跑？.* must stand behind it"):
        step_question(PLAN, "reasons", down=False)


def test_codes_go_on_counting():
    assert next_code("q", ["overall", "q2", "q10", "qx", "q99999999999999"]) == "q11"
    once = add_question(PLAN, choice("甲", "乙"))
    assert once.code == "q1"
    assert find_question(once.given, "q1")["options"] == [{"code": "o1", "text": "甲"}, {"code": "o2", "text": "乙"}]
    assert duplicate_question(once.given, "q1").code == "q2"


def test_options_keep_their_codes_when_the_question_changes():
    fields = {"kind": "single_choice", "text": "?", "options": [{"code": "more", "text": "很多次"}, {"text": "新"}]}
    after = replace_question(PLAN, "visits", fields).given
    assert [each["code"] for each in find_question(after, "visits")["options"]] == ["more", "o1"]
    assert find_question(after, "reasons")["show_if"] == {"question": "visits", "options": ["more"]}


def test_an_option_that_is_gone_leaves_conditions_and_the_last_one_may_not_go():
    both = replace_question(
        PLAN,
        "reasons",
        find_question(PLAN, "reasons") | {"show_if": {"question": "visits", "options": ["one", "more"]}},
    ).given
    one = {"kind": "single_choice", "text": "?", "options": [{"code": "more", "text": "多次"}, {"text": "没去"}]}
    edited = replace_question(both, "visits", one)
    assert find_question(edited.given, "reasons")["show_if"]["options"] == ["more"]
    assert str(edited.said[0]) == "An answer that is gone no longer leads to “为什么多跑？”."
    with pytest.raises(Refused, match="after an answer that would be gone"):
        replace_question(both, "visits", choice("甲", "乙"))
    with pytest.raises(Refused, match="must stand behind it"):
        replace_question(both, "visits", {"kind": "open_text", "text": "?"})


def test_a_question_that_another_needs_stays():
    with pytest.raises(Refused, match="为什么多跑？"):
        remove_question(PLAN, "visits")
    assert "reasons" not in codes(remove_question(PLAN, "reasons").given)


def test_the_headline_falls_back_with_a_word():
    plan = PLAN | {"headline": {"question": "buses", "base": "all"}}
    edited = remove_question(plan, "buses")
    assert edited.given["headline"] == {"base": "all"}
    assert str(edited.said[0]) == "The headline figure now comes from the first rating question."
    assert "headline" not in remove_question(PLAN | {"headline": {"question": "buses"}}, "buses").given


def test_a_kind_of_place_that_is_named_stays():
    with pytest.raises(Refused, match=r"城区公交.* asked only there"):
        set_part(PLAN, "scopes", {})
    free = replace_question(PLAN, "buses", {"kind": "rating", "text": "公交"}).given
    with pytest.raises(Refused, match="all places but these"):
        set_part(free, "scopes", {"rural": {"except": "town"}})
    assert "scopes" not in set_part(free, "scopes", {}).given


def test_a_scale_that_is_used_stays():
    own = [
        {"code": "good", "text": "好", "rating": "satisfied"},
        {"code": "bad", "text": "差", "rating": "dissatisfied"},
    ]
    plan = set_part(PLAN, "scales", {"own": own}).given
    for used in (plan | {"scale": "own"}, replace_question(plan, "overall", {"kind": "rating", "scale": "own"}).given):
        with pytest.raises(Refused, match="uses this scale"):
            set_part(used, "scales", {})
    assert "scales" not in set_part(plan, "scales", {}).given
    assert options_of_scale(plan, "own") == {"good": {"zh_Hans": "好"}, "bad": {"zh_Hans": "差"}}
    assert options_of_scale(plan, "none") == {}
    assert list(options_of_scale({"scales": {"four-level": own}}, "four-level")) == ["good", "bad"]


def test_groups_keep_something_to_rate():
    targets = [{"code": "D001"}, {"code": "D003"}]
    edited = set_part(with_groups(), "targets", targets)
    assert edited.given["groups"][2]["targets"] == ["D001"]
    assert str(edited.said[0]) == "Targets that are gone were taken out of the list of 基层干部."
    with pytest.raises(Refused, match="基层干部 would have nothing left to rate"):
        set_part(with_groups(), "targets", targets[1:])


def test_other_questions_come_with_all_that_they_name():
    edited = replace_questions(with_groups(groups=None, headline={"question": "work"}), PLAN)
    assert codes(edited.given) == codes(PLAN)
    assert edited.given["scopes"] == PLAN["scopes"]
    assert "targets" not in edited.given
    assert edited.given["title"] == with_groups()["title"]


def test_what_a_question_can_depend_on():
    assert [each["code"] for each in deciding_questions(PLAN, "reasons")] == ["overall", "buses", "visits"]
    assert [each["code"] for each in deciding_questions(with_groups(), None)] == []
    assert list(options_of(PLAN, find_question(PLAN, "overall"))) == [
        "satisfied",
        "basically_satisfied",
        "dissatisfied",
        "dont_know",
    ]


def test_numbers_are_those_of_the_page():
    assert list(question_numbers(PLAN).values()) == ["1", "2", "3", "3-1", "4", "5"]


def test_languages_come_from_whatever_is_written():
    options = [{"code": "a", "text": {"bo": "x"}}]
    scales = {"own": [{"code": "a", "text": {"ug": "x"}, "rating": "satisfied"}]}
    plan = {"questions": [{"code": "q1", "kind": "single_choice", "text": {}, "options": options}], "scales": scales}
    assert languages_of(plan) == ["zh_Hans", "en", "bo", "ug"]
    assert languages_of({}) == ["zh_Hans", "en"]


def test_a_question_that_is_gone_is_said_to_be():
    with pytest.raises(Refused, match="no question q9"):
        find_question(PLAN, "q9")
    assert not is_sound(PLAN, find_question(PLAN, "overall"))
