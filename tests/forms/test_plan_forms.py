"""Head, kinds of place, scales and targets of a plan, as they are typed or pasted."""

import pytest
from werkzeug.datastructures import MultiDict

from forms.plan_forms import (
    TargetsForm,
    form_of_head,
    form_of_names,
    form_of_scale,
    form_of_targets,
    is_language,
    sent_head,
    sent_names,
    sent_scale,
    sent_scope,
)
from survey_app.domain.plan_document import scale_of
from survey_app.domain.rating_scale import FIVE_LEVEL, FOUR_LEVEL
from tests.cast import with_groups

LANGUAGES = ["zh_Hans", "en"]
FOUR = scale_of({}, "four-level")


def test_the_head_is_read_as_it_stands():
    form = form_of_head(with_groups(contact="0736-1"))
    assert (form.title, form.organiser, form.contact) == (
        {"zh_Hans": "市直单位作风评议"},
        {"zh_Hans": "常德市作风办"},
        "0736-1",
    )
    assert form_of_head({}).title == {}


def test_the_head_says_what_is_too_long():
    form = sent_head(MultiDict({"title-zh_Hans": "题" * 501, "organiser-en": "o", "contact": "1" * 101}), LANGUAGES)
    assert not form.check()
    assert set(form.faults) == {"title-zh_Hans", "contact"}
    assert sent_head(MultiDict({"title-zh_Hans": "题"}), LANGUAGES).check()


@pytest.mark.parametrize(("code", "is_one"), [("ug", True), ("zh_Hans", True), ("Chinese", False), ("", False)])
def test_a_language_has_a_code(code, is_one):
    assert is_language(code) is is_one


@pytest.mark.parametrize(
    ("typed", "rules"),
    [
        ({"name_ends_with": "社区、居委会, 社区"}, {"name_ends_with": ["社区", "居委会"]}),
        ({"classes": "城市社区", "below": "430702；430703"}, {"classes": ["城市社区"], "under": ["430702", "430703"]}),
        ({"name_ends_with": "村", "other_than": "town"}, {"except": "town"}),
    ],
)
def test_a_kind_of_place_is_written_as_lists(typed, rules):
    form = sent_scope(MultiDict(typed))
    assert form.check()
    assert form.rules() == rules


def test_a_kind_of_place_needs_rules_that_can_be_kept():
    empty, wrong = sent_scope(MultiDict()), sent_scope(MultiDict({"below": "武陵区"}))
    assert not empty.check()
    assert not wrong.check()
    assert set(empty.faults) == {"name_ends_with"}
    assert set(wrong.faults) == {"below"}


def test_a_scale_keeps_codes_order_and_ratings():
    form = form_of_scale("five-level", scale_of({}, "five-level"))
    assert form.check()
    assert [each["code"] for each in form.options()] == [each.code for each in FIVE_LEVEL.options]
    sent = MultiDict((f"scale-{each.code}-zh_Hans", f"{number}分") for number, each in enumerate(FOUR_LEVEL.options))
    own = sent_scale(sent, "four-level", FOUR, LANGUAGES)
    assert own.check()
    assert own.options()[0] == {"code": "satisfied", "text": {"zh_Hans": "0分"}, "rating": "satisfied"}


def test_the_words_and_scores_of_ones_own_scale_are_changed_and_nothing_else():
    own = [
        {"code": "good", "text": {"zh_Hans": "好", "en": "Good"}, "rating": "satisfied", "score": 100},
        {"code": "bad", "text": "差", "rating": "dissatisfied", "score": 12.5},
    ]
    form = form_of_scale("scale1", own)
    assert form.scores == {"good": "100", "bad": "12.5"}
    assert form.options() == [own[0], own[1] | {"text": {"zh_Hans": "差"}}]
    sent = MultiDict({"scale-good-en": "Fine", "scale-bad-en": "Bad", "score-good": "\uff19\uff10", "score-bad": ""})
    assert sent_scale(sent, "scale1", own, LANGUAGES).options() == [
        {"code": "good", "text": {"en": "Fine"}, "rating": "satisfied", "score": 90},
        {"code": "bad", "text": {"en": "Bad"}, "rating": "dissatisfied"},
    ]
    wrong = sent_scale(
        MultiDict(sent.to_dict() | {"score-good": "1001", "score-bad": "much"}), "scale1", own, LANGUAGES
    )
    assert not wrong.check()
    assert set(wrong.faults) == {"score-good", "score-bad"}


def test_no_option_of_a_scale_stays_empty():
    form = sent_scale(MultiDict({"scale-satisfied-en": "x" * 501}), "four-level", FOUR, LANGUAGES)
    assert not form.check()
    assert set(form.faults) == {f"scale-{each.code}" for each in FOUR_LEVEL.options}


def test_targets_come_back_as_they_were():
    targets = with_groups()["targets"]
    form = form_of_targets(targets)
    assert form.typed.splitlines() == ["D001\t市委办公室\t党群部门", "430702", "D003\t市民政局"]
    assert form.targets() == [
        {"code": "D001", "name": {"zh_Hans": "市委办公室"}, "class": "党群部门"},
        {"code": "430702"},
        {"code": "D003", "name": {"zh_Hans": "市民政局", "en": "Civil Affairs"}},
    ]
    assert form.faults == {}


def test_targets_are_named_in_every_language():
    targets = with_groups()["targets"]
    assert form_of_names(targets).targets(targets) == [
        {"code": "D001", "name": {"zh_Hans": "市委办公室"}, "class": "党群部门"},
        {"code": "430702"},
        {"code": "D003", "name": {"zh_Hans": "市民政局", "en": "Civil Affairs"}},
    ]
    sent = sent_names(MultiDict({"target-0-en": "Party Office", "target-1-zh_Hans": "武陵"}), targets, LANGUAGES)
    assert sent.check()
    assert sent.targets(targets) == [
        {"code": "D001", "name": {"en": "Party Office"}, "class": "党群部门"},
        {"code": "430702", "name": {"zh_Hans": "武陵"}},
        {"code": "D003"},
    ]
    long = sent_names(MultiDict({"target-2-en": "x" * 501}), targets, LANGUAGES)
    assert not long.check()
    assert set(long.faults) == {"target-2-en"}


def test_targets_are_pasted_with_tabs_or_commas_and_names_get_codes():
    form = TargetsForm("T7\t市公安局\t执法\n\n市民政局\nX1，市林业局，执法\n,市水利局")
    assert [(each["code"], each["name"]["zh_Hans"], each.get("class")) for each in form.targets()] == [
        ("T7", "市公安局", "执法"),
        ("T8", "市民政局", None),
        ("X1", "市林业局", "执法"),
        ("T9", "市水利局", None),
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("A\t甲\nA\t乙", "Line 2: the code A stands there twice."),
        ("甲\t乙", "Line 1: 甲 is no code: letters, digits, - and _ only."),
        ("A\t" + "甲" * 501, "Line 1: Please write at most 500 characters."),
        ("A\t甲\t" + "类" * 101, "Line 1: Please write at most 100 characters."),
        ("\n".join(f"T{number}" for number in range(251)), "At most 250 targets; the list has 251."),
    ],
)
def test_a_list_that_cannot_be_kept_says_where(typed, said):
    form = TargetsForm(typed)
    form.targets()
    assert str(form.faults["targets"]) == said
