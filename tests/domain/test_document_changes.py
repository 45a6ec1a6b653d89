import json

import pytest

from survey_app.domain.document_changes import MORE, MOST_TOLD, changes_between

Q1 = {"code": "q1", "kind": "rating", "text": "总的来说满意吗？", "required": True}
Q2 = {"code": "q2", "kind": "single_choice", "text": {"zh_Hans": "去了几次？", "en": "How often?"}}


@pytest.mark.parametrize(
    ("before", "after", "was", "now"),
    [
        ({"title": "甲"}, {"title": "乙"}, {"title": "甲"}, {"title": "乙"}),
        ({"title": "甲"}, {"title": {"zh_Hans": "甲"}}, {}, {}),
        ({"title": "甲"}, {"title": {"zh_Hans": "甲", "en": "A"}}, {}, {"title/en": "A"}),
        ({}, {"headline": {"base": "all"}}, {}, {"headline/base": "all"}),
        ({"places": {"quota": 35}}, {"places": {"quota": 40}}, {"places/quota": 35}, {"places/quota": 40}),
        ({"paper": "none"}, {}, {"paper": "none"}, {}),
        ({"groups": []}, {"groups": None}, {}, {}),
        # Of a list only what went and what came; where neither did, its order.
        (
            {"places": {"units": ["1", "2", "3"]}},
            {"places": {"units": ["1", "3", "4"]}},
            {"places/units": "2"},
            {"places/units": "4"},
        ),
        ({"classes": ["a", "b"]}, {"classes": ["b", "a"]}, {"classes": "a, b"}, {"classes": "b, a"}),
        ({"classes": ["a"]}, {"classes": ["a", "b"]}, {}, {"classes": "b"}),
        ({"under": "1"}, {"under": ["1", "2"]}, {"under": "1"}, {"under": "1, 2"}),
    ],
)
def test_what_changed_stands_by_its_path(before, after, was, now):
    assert changes_between(before, after) == (was, now)


def test_a_question_is_found_by_its_code_and_named_by_its_text():
    changed = {**Q1, "required": False}
    was, now = changes_between({"questions": [Q1, Q2]}, {"questions": [Q2, changed]})
    name = "questions/q1 “总的来说满意吗？”/required"
    assert was == {name: True, "questions/order": "q1, q2"}
    assert now == {name: False, "questions/order": "q2, q1"}


def test_a_question_that_comes_or_goes_is_told_whole():
    name = "questions/q2 “去了几次？”"
    whole = {f"{name}/code": "q2", f"{name}/kind": "single_choice", f"{name}/text": "去了几次？"}
    whole[f"{name}/text/en"] = "How often?"
    assert changes_between({"questions": [Q1]}, {"questions": [Q1, Q2]}) == ({}, whole)
    assert changes_between({"questions": [Q2, Q1]}, {"questions": [Q1]}) == (whole, {})


def test_a_long_text_is_told_where_it_differs():
    old, new = "字" * 300, "字" * 250 + "词" + "字" * 49
    (was,), (now,) = (side.values() for side in changes_between({"hint": old}, {"hint": new}))
    assert was == "…" + "字" * 120
    assert now == "…" + "字" * 70 + "词" + "字" * 49
    (was,), (now,) = (side.values() for side in changes_between({"hint": old}, {"hint": "短" + old}))
    assert (was, now) == ("字" * 120 + "…", "短" + "字" * 119 + "…")


def test_however_much_changed_little_is_kept_and_the_rest_is_counted():
    def document(text):
        asked = [{"code": f"q{n}", "kind": "number", "text": f"{text}{n}/a “" * 400} for n in range(200)]
        return {"questions": asked, "places": {"sizes": {f"{n}": {"population": n} for n in range(2_500)}}}

    was, now = changes_between(document("甲"), document("乙"))
    assert len(now) == MOST_TOLD + 1
    assert now[MORE]["more"] == 200 - MOST_TOLD
    assert was[MORE]["sha256"] != now[MORE]["sha256"]
    assert len(json.dumps([was, now], ensure_ascii=False)) < 12_000
    assert all(path.count("/") == 2 for path in now if path != MORE)
    assert changes_between(document("甲"), document("甲")) == ({}, {})
