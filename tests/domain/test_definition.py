import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analysis.ratings import Rating
from survey_app.domain.definition import (
    Paper,
    PlaceSize,
    QuotaFull,
    RollUp,
    Scope,
    Selection,
    SignOffRule,
    end_of_day,
    residents,
    scopes_of,
)
from survey_app.domain.messages import Refused
from survey_app.domain.rating_scale import FIVE_LEVEL, FOUR_LEVEL
from survey_app.domain.reading_definition import read_definition
from tests import cast

EXAMPLES = sorted((Path(__file__).parents[2] / "docs/examples").glob("*.json"))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def faults(given):
    with pytest.raises(Refused) as refused:
        read_definition(given)
    return list(map(str, refused.value.messages))


def with_questions(*changes):
    """Give the small definition with changes to its questions, in their order; a missing change leaves one alone."""
    questions = cast.definition()["questions"]
    return cast.definition(
        questions=[each | (changes[index] if index < len(changes) else {}) for index, each in enumerate(questions)]
    )


def scale(*ratings, codes="abcdefgh"):
    return [{"code": code, "text": code, "rating": rating} for code, rating in zip(codes, ratings, strict=False)]


def test_the_parts_of_a_definition():
    found = read_definition(cast.definition())
    assert (found.slug, found.contact, found.time_zone) == ("small", "0736-0000000", "Asia/Shanghai")
    assert found.title["en"] == "Public service survey 2026"
    assert found.organiser == {"zh_Hans": "常德市测评办公室"}
    assert (found.places.under, found.places.level, found.places.quota) == ((cast.CITY,), "village", 35)
    assert (found.places.classes, found.places.units, found.places.sizes) == ((), (), {})
    assert found.scopes == (Scope("town", name_ends_with=("社区",)), Scope("rural", excludes="town"))
    overall, buses, visits, reasons, age, wish = found.questionnaire.questions
    assert overall.required
    assert overall.options == FOUR_LEVEL.options
    assert buses.asked_in == "town"
    assert [option.code for option in visits.options] == ["one", "more"]
    assert not visits.required
    assert (reasons.show_if.question, reasons.show_if.options) == ("visits", ("more",))
    assert (age.least, age.most) == (0, 130)
    assert wish.options == ()


def test_what_a_definition_leaves_out_has_a_default():
    found = read_definition(cast.definition(slug=None, contact=None))
    assert found.slug is None
    assert found.contact == ""
    assert (found.opens, found.closes, found.open_days, found.results_on) == (None, None, None, None)
    assert found.groups == (residents(),)
    assert (found.groups[0].code, found.groups[0].weight, found.groups[0].targets) == ("residents", 100, None)
    assert (found.headline_question, found.headline_base) == ("overall", "rated")
    assert (found.threshold, found.empty_group) == (10, "renormalise")


def test_groups_and_targets():
    found = read_definition(cast.with_groups(empty_group="refuse", threshold=30, headline={"base": "all"}))
    assert [(each.code, each.weight, each.targets) for each in found.groups] == [
        ("users", 40, None),
        ("delegates", 30, None),
        ("cadres", 30, ("D001", cast.WULING)),
    ]
    first, second, third = found.questionnaire.targets
    assert (first.code, first.name, first.unit_class) == ("D001", {"zh_Hans": "市委办公室"}, "党群部门")
    assert (second.name, second.unit_class) == ({}, "")
    assert third.name["en"] == "Civil Affairs"
    assert found.questionnaire.questions[0].about_targets
    assert (found.empty_group, found.threshold) == ("refuse", 30)
    assert (found.headline_question, found.headline_base) == ("work", "all")


def test_every_kind_of_place_rule_and_scope():
    found = read_definition(
        cast.definition(
            places={"units": ["1", "2"], "sizes": {"1": {"population": 900, "quota": 50}}},
            scopes={"town": {"classes": ["城市"], "under": ["1"]}, "rural": {"except": "town"}},
        )
    )
    assert (found.places.under, found.places.units, found.places.quota) == ((), ("1", "2"), None)
    assert found.places.sizes == {"1": PlaceSize(900, 50)}
    assert found.scopes[0] == Scope("town", classes=("城市",), under=("1",))
    assert read_definition(cast.definition(places={"under": "1", "class": "民生"})).places.classes == ("民生",)


def test_places_below_several_units_and_of_several_classes():
    places = read_definition(cast.definition(places={"under": ["1", "2"], "class": ["a", "b"]})).places
    assert (places.under, places.classes) == (("1", "2"), ("a", "b"))


def test_paper_full_quotas_and_a_second_person_are_left_alone_unless_asked_for():
    found = read_definition(cast.definition())
    assert (found.paper, found.quota_full, found.second_person) == (Paper.NONE, QuotaFull.CONTINUE, False)
    assert found.sign_off is SignOffRule.REQUIRED
    found = read_definition(cast.definition(paper="double", quota_full="stop", second_person=True, sign_off="optional"))
    assert (found.paper, found.quota_full, found.second_person) == (Paper.DOUBLE, QuotaFull.STOP, True)
    assert found.sign_off is SignOffRule.OPTIONAL


def test_one_group_has_the_quota_of_its_place():
    found = read_definition(cast.definition(places={"under": "1", "quota": 35, "sizes": {"2": {"quota": 9}}}))
    assert (found.quotas_at("1"), found.quota_at("1")) == ({"residents": 35}, 35)
    assert (found.quotas_at("2"), found.quota_at("2")) == ({"residents": 9}, 9)
    found = read_definition(cast.definition(places={"under": "1"}))
    assert (found.quotas_at("1"), found.quota_at("1")) == ({}, None)


def grouped(*quotas, **changes):
    """Give three groups, with quotas as far as there are some."""
    groups = cast.with_groups()["groups"]
    found = [each | ({"quota": quota} if quota else {}) for each, quota in zip(groups, quotas, strict=True)]
    return cast.with_groups(groups=found, **changes)


def test_a_places_quota_is_the_sum_of_its_groups():
    sizes = {"7": {"quotas": {"users": 50}, "quota": 80}}
    found = read_definition(grouped(30, 20, 10, places={"under": "1", "sizes": sizes}))
    assert (found.quotas_at("1"), found.quota_at("1")) == ({"users": 30, "delegates": 20, "cadres": 10}, 60)
    assert (found.quotas_at("7"), found.quota_at("7")) == ({"users": 50, "delegates": 20, "cadres": 10}, 80)
    found = read_definition(grouped(0, 0, 0, places={"under": "1", "quota": 40}))
    assert (found.quotas_at("1"), found.quota_at("1")) == ({}, 40)


def test_the_headline_may_be_another_rating_question():
    assert read_definition(cast.definition(headline={"question": "buses"})).headline_question == "buses"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_example_files_have_no_fault(path):
    found = read_definition(json.loads(path.read_text(encoding="utf-8")))
    assert found.headline_question == "overall"


def test_there_are_examples():
    assert {path.stem for path in EXAMPLES} >= {"four-level", "five-level", "groups"}


def test_scales_are_chosen_by_the_survey_and_by_the_question():
    own = [*scale("satisfied", "dissatisfied"), {"code": "x", "text": "不了解", "rating": "dont_know"}]
    own[0]["score"], own[1]["score"] = 100, 0
    given = with_questions({}, {"scale": "own"})
    found = read_definition(given | {"scale": "five-level", "scales": {"own": own}})
    overall, buses = found.questionnaire.rating_questions
    assert overall.options == FIVE_LEVEL.options
    assert [(each.code, each.rating, each.score) for each in buses.options] == [
        ("a", Rating.SATISFIED, 100),
        ("b", Rating.DISSATISFIED, 0),
        ("x", Rating.DONT_KNOW, None),
    ]


@pytest.mark.parametrize(
    ("key", "text", "moment"),
    [
        ("opens", "2026-05-01T08:30", datetime(2026, 5, 1, 8, 30, tzinfo=SHANGHAI)),
        ("opens", "2026-05-01", datetime(2026, 5, 1, tzinfo=SHANGHAI)),
        ("opens", "2026-05-01T24:00", datetime(2026, 5, 2, tzinfo=SHANGHAI)),
        ("closes", "2026-05-31T18:00", datetime(2026, 5, 31, 18, tzinfo=SHANGHAI)),
        ("closes", "2026-05-31", datetime(2026, 6, 1, tzinfo=SHANGHAI)),
        ("closes", "2026-05-31T24:00", datetime(2026, 6, 1, tzinfo=SHANGHAI)),
        ("closes", "2026-12-31", datetime(2027, 1, 1, tzinfo=SHANGHAI)),
        ("closes", "2026-05-31T00:00", datetime(2026, 5, 31, tzinfo=SHANGHAI)),
    ],
)
def test_a_day_alone_is_its_beginning_or_for_closing_its_end(key, text, moment):
    found = getattr(read_definition(cast.definition(**{key: text})), key)
    assert found == moment
    assert found.utcoffset() == moment.utcoffset()


def test_times_are_those_of_the_surveys_zone():
    found = read_definition(cast.definition(time_zone="Europe/Berlin", opens="2026-07-01T08:00"))
    assert found.opens == datetime(2026, 7, 1, 6, tzinfo=UTC)


def test_the_day_of_the_results():
    assert read_definition(cast.definition(results_on="2026-06-15")).results_on == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (datetime(2026, 5, 1, 0, 0, tzinfo=UTC), 1, datetime(2026, 5, 1, 16, tzinfo=UTC)),
        (datetime(2026, 5, 1, 15, 59, tzinfo=UTC), 1, datetime(2026, 5, 1, 16, tzinfo=UTC)),
        (datetime(2026, 5, 1, 16, 0, tzinfo=UTC), 1, datetime(2026, 5, 2, 16, tzinfo=UTC)),  # Midnight there.
        (datetime(2026, 5, 1, 0, 0, tzinfo=UTC), 20, datetime(2026, 5, 20, 16, tzinfo=UTC)),
    ],
)
def test_open_days_end_at_midnight_of_the_survey_the_first_day_counted(start, days, end):
    assert end_of_day(start, days, "Asia/Shanghai") == end


def test_open_days_are_calendar_days_where_clocks_change():
    # In Berlin, 29 March 2026 has 23 hours.
    end = end_of_day(datetime(2026, 3, 28, 12, tzinfo=UTC), 2, "Europe/Berlin")
    assert end == datetime(2026, 3, 29, 22, tzinfo=UTC)


TOWN = Scope("town", name_ends_with=("社区", "居委会"), classes=("城市社区",), under=("430702",))
RURAL = Scope("rural", excludes="town")


@pytest.mark.parametrize(
    ("name", "unit_class", "line", "inside"),
    [
        ("马家吉社区", "", ["430700"], ["town"]),
        ("东门居委会", "", [], ["town"]),
        ("社区服务村", "", ["430700"], ["rural"]),
        ("新建村", "城市社区", ["430700"], ["town"]),
        ("新建村", "", ["430700", "430702", "430702001"], ["town"]),
        ("新建村", "", ["430700", "430703"], ["rural"]),
    ],
)
def test_a_place_lies_in_a_scope_by_name_class_or_a_unit_above(name, unit_class, line, inside):
    assert scopes_of([TOWN, RURAL], name, unit_class, line) == inside


def test_scopes_may_overlap_and_keep_their_order():
    scopes = [Scope("not_city", excludes="city"), Scope("b", classes=("x",)), Scope("city", under=("1",))]
    assert scopes_of(scopes, "新建村", "x", ["1"]) == ["b", "city"]
    assert scopes_of(scopes, "新建村", "", ["2"]) == ["not_city"]
    assert scopes_of([], "新建村", "x", ["1"]) == []


#: "Don't know" has no score.
SCORED = [
    {"code": "good", "text": "好", "rating": "satisfied", "score": 100},
    {"code": "bad", "text": "差", "rating": "dissatisfied", "score": 0},
    {"code": "unknown", "text": "不了解", "rating": "dont_know"},
]


def test_the_rules_of_counting():
    found = read_definition(cast.definition())
    assert (found.roll_up, found.selection, found.verdict, found.repeats, found.approval) == (
        RollUp.COUNTS,
        Selection.SELF,
        False,
        None,
        {},
    )
    assert found.groups[0].eligible is None
    approval = {"table_number": "测1表", "approval_number": "常统制2026-1号", "valid_until": "2027年12月"}
    found = read_definition(
        cast.with_groups(
            groups=[{"code": code, "name": code, "weight": 1, "eligible": 9} for code in ("users", "cadres")],
            verdict=True,
            repeats="last-year",
            approval=approval,
            scale="own",
            scales={"own": SCORED},
        )
    )
    assert (found.verdict, found.repeats, found.approval) == (True, "last-year", approval)
    assert [each.eligible for each in found.groups] == [9, 9]
    assert [option.score for option in found.questionnaire.questions[0].options] == [100, 0, None]
    assert read_definition(cast.definition(roll_up="population")).roll_up is RollUp.POPULATION


@pytest.mark.parametrize(
    ("modes", "given", "selection"),
    [
        (("poster", "poster"), {}, Selection.SELF),
        (("slip", "poster"), {}, Selection.SELF),
        (("slip", "slip"), {}, Selection.LIST),
        (("slip", "slip"), {"selection": "self"}, Selection.SELF),
        ((), {"ballot_mode": "slip"}, Selection.LIST),
        ((), {"ballot_mode": "slip", "selection": "random"}, Selection.RANDOM),
    ],
)
def test_who_was_asked_follows_from_how_ballots_are_had(modes, given, selection):
    groups = [
        {"code": f"g{number}", "name": "a", "weight": 1, "ballot_mode": mode} for number, mode in enumerate(modes)
    ]
    made = cast.with_groups(groups=groups, **given) if groups else cast.definition(**given)
    assert read_definition(made).selection is selection


BAD = {
    "time zone": (
        cast.definition(time_zone="Asia/Changde"),
        "time_zone: there is no time zone Asia/Changde.",
    ),
    "no date": (cast.definition(results_on="2026-02-30"), "results_on: 2026-02-30 is no date."),
    "no moment": (cast.definition(opens="2026-13-01"), "opens: 2026-13-01 is no date and time."),
    "no clock": (cast.definition(closes="2026-05-01T25:00"), "closes: 2026-05-01T25:00 is no date and time."),
    "after the last day": (cast.definition(closes="9999-12-31"), "closes: 9999-12-31 is no date and time."),
    "before the first day": (cast.definition(opens="0001-01-01"), "opens: 0001-01-01 is no date and time."),
    "closes first": (
        cast.definition(opens="2026-05-02", closes="2026-05-01"),
        "closes: the planned closing is not after the planned opening.",
    ),
    "closes at once": (
        cast.definition(opens="2026-05-02T00:00", closes="2026-05-02T00:00"),
        "closes: the planned closing is not after the planned opening.",
    ),
    "two ends": (
        cast.definition(closes="2026-05-01", open_days=3),
        "open_days: give either closes or open_days, not both.",
    ),
    "no such scale": (
        with_questions({"scale": "six-level"}),
        "questions[0].scale: there is no rating scale six-level; there are five-level, four-level.",
    ),
    "no such scale for all": (
        with_questions({}, {"scale": "four-level"}) | {"scale": "own"},
        "questions[0].scale: there is no rating scale own; there are five-level, four-level.",
    ),
    "don't know in the middle": (
        cast.definition(scales={"own": scale("satisfied", "dont_know", "dissatisfied")}),
        'scales.own: the option for "don\'t know" stands last.',
    ),
    "a scale without satisfied": (
        cast.definition(scales={"own": scale("dissatisfied", "dont_know")}),
        "scales.own: a scale needs a satisfied and a dissatisfied option.",
    ),
    "a scale without dissatisfied": (
        cast.definition(scales={"own": scale("satisfied", "basically_satisfied")}),
        "scales.own: a scale needs a satisfied and a dissatisfied option.",
    ),
    "a scale with a code twice": (
        cast.definition(scales={"own": scale("satisfied", "dissatisfied", codes="aa")}),
        "scales.own: the code a stands there 2 times; codes must differ.",
    ),
    "a question twice": (
        with_questions({}, {"code": "overall"}),
        "questions: the code overall stands there 2 times; codes must differ.",
    ),
    "an option twice": (
        with_questions({}, {}, {"options": [{"code": "more", "text": "a"}, {"code": "more", "text": "b"}]}),
        "questions[2].options: the code more stands there 2 times; codes must differ.",
    ),
    "a choice without options": (with_questions({}, {}, {}, {"options": []}), "questions[3]: a choice needs options."),
    "no such scope": (
        with_questions({}, {"asked_in": "city"}),
        "questions[1].asked_in: there is no scope city.",
    ),
    "least above most": (with_questions({}, {}, {}, {}, {"least": 9, "most": 8}), "questions[4]: least is above most."),
    "a choice about targets": (
        cast.with_groups(
            questions=[*cast.with_groups()["questions"], cast.definition()["questions"][2] | {"about": "targets"}]
        ),
        "questions[2]: only a rating question can be about targets.",
    ),
    "about targets, and none listed": (
        with_questions({}, {"about": "targets"}),
        "questions[1]: it is about targets, but the definition lists none.",
    ),
    "a target twice": (
        cast.with_groups(targets=[{"code": "D001", "name": "a"}, {"code": "D001", "name": "b"}, {"code": cast.WULING}]),
        "targets: the code D001 stands there 2 times; codes must differ.",
    ),
    "a group twice": (
        cast.with_groups(groups=[{"code": "g", "name": "a", "weight": 1}] * 2),
        "groups: the code g stands there 2 times; codes must differ.",
    ),
    "no such target": (
        cast.with_groups(groups=[{"code": "g", "name": "a", "weight": 1, "targets": ["D001", "D009"]}]),
        "groups.g: there is no target D009.",
    ),
    "show-if on no question": (
        with_questions({}, {}, {}, {"show_if": {"question": "moon", "options": ["more"]}}),
        "questions[3].show_if: moon is no earlier question about the place with options to choose one from.",
    ),
    "show-if on a later question": (
        with_questions({}, {"kind": "open_text", "show_if": {"question": "visits", "options": ["more"]}}),
        "questions[1].show_if: visits is no earlier question about the place with options to choose one from.",
    ),
    "show-if of a rating question": (
        with_questions({}, {"show_if": {"question": "overall", "options": ["dissatisfied"]}}),
        "questions[1]: a rating question is asked of everybody; show_if is for the other kinds.",
    ),
    "show-if on itself": (
        with_questions({}, {}, {"show_if": {"question": "visits", "options": ["more"]}}),
        "questions[2].show_if: visits is no earlier question about the place with options to choose one from.",
    ),
    "show-if on a multiple choice": (
        with_questions({}, {}, {}, {}, {"show_if": {"question": "reasons", "options": ["papers"]}}),
        "questions[4].show_if: reasons is no earlier question about the place with options to choose one from.",
    ),
    "show-if on targets": (
        cast.with_groups(
            questions=[
                cast.with_groups()["questions"][0],
                cast.with_groups()["questions"][1] | {"show_if": {"question": "work", "options": ["satisfied"]}},
            ]
        ),
        "questions[1].show_if: work is no earlier question about the place with options to choose one from.",
    ),
    "show-if on no option": (
        with_questions({}, {}, {}, {"show_if": {"question": "visits", "options": ["more", "never"]}}),
        "questions[3].show_if: question visits has no option never.",
    ),
    "except and a rule": (
        cast.definition(scopes={"town": {"name_ends_with": ["社区"]}, "rural": {"except": "town", "under": ["1"]}}),
        'scopes.rural: "except" stands alone and names a scope that has rules of its own.',
    ),
    "except and a class": (
        cast.definition(scopes={"town": {"name_ends_with": ["社区"]}, "rural": {"except": "town", "classes": ["1"]}}),
        'scopes.rural: "except" stands alone and names a scope that has rules of its own.',
    ),
    "except and an ending": (
        cast.definition(scopes={"town": {"under": ["1"]}, "rural": {"except": "town", "name_ends_with": ["村"]}}),
        'scopes.rural: "except" stands alone and names a scope that has rules of its own.',
    ),
    "except of nothing": (
        cast.definition(scopes={"town": {"under": ["1"]}, "rural": {"except": "city"}}),
        'scopes.rural: "except" stands alone and names a scope that has rules of its own.',
    ),
    "no rating question": (
        cast.definition(questions=cast.definition()["questions"][4:]),
        "headline.question: — is no rating question.",
    ),
    "a headline that rates nothing": (
        cast.definition(headline={"question": "visits"}),
        "headline.question: visits is no rating question.",
    ),
    "options of a rating question": (
        with_questions({"options": cast.definition()["questions"][2]["options"]}),
        "questions[0]: options has no meaning for this kind of question.",
    ),
    "a scale of a choice": (
        with_questions({}, {}, {"scale": "four-level"}),
        "questions[2]: scale has no meaning for this kind of question.",
    ),
    "a scale half with scores": (
        cast.definition(
            scales={
                "own": [
                    one | {"score": 100} if one["code"] == "a" else one for one in scale("satisfied", "dissatisfied")
                ]
            }
        ),
        "scales.own: either every option has a score or none has.",
    ),
    "populations and groups": (
        cast.with_groups(roll_up="population"),
        "roll_up: with several groups the rates are weighted by group, not by population.",
    ),
    "populations and scores": (
        cast.definition(roll_up="population", scale="own", scales={"own": SCORED}),
        "scale: a mean score cannot be weighted by population; use a scale without scores.",
    ),
    "a random sample and scores": (
        cast.definition(selection="random", ballot_mode="slip", scale="own", scales={"own": SCORED}),
        "scale: a mean score cannot be weighted by population; use a scale without scores.",
    ),
    "a list by open code": (
        cast.definition(selection="list"),
        "selection: whoever finds an open code can answer, so list needs slips (ballot_mode).",
    ),
    "a random sample by open code": (
        cast.definition(selection="random"),
        "selection: whoever finds an open code can answer, so random needs slips (ballot_mode).",
    ),
    "a random sample of groups": (
        cast.with_groups(selection="random", ballot_mode="slip"),
        "selection: a random sample is of one group; give groups a survey each.",
    ),
    "a verdict over unknown groups": (
        cast.with_groups(
            groups=[
                {"code": "users", "name": "a", "weight": 1},
                {"code": "cadres", "name": "b", "weight": 1, "eligible": 9},
            ],
            verdict=True,
        ),
        "groups.users.eligible: the verdict needs to know how many people the group has.",
    ),
    "a repetition of itself": (cast.definition(repeats="small"), "repeats: a survey cannot repeat itself."),
    "a quota of some groups": (
        cast.with_groups(
            groups=[*cast.with_groups()["groups"][:2], {"code": "x", "name": "x", "weight": 1, "quota": 3}]
        ),
        "groups: give every group a quota, or none; without are users, delegates.",
    ),
    "quotas of groups and of places": (
        cast.definition(groups=[{"code": "g", "name": "a", "weight": 1, "quota": 3}]),
        "places.quota: the groups have quotas; a place's is their sum. Leave this out.",
    ),
    "a quota of no group": (
        cast.definition(places={"under": "1", "sizes": {"2": {"quotas": {"residents": 1, "guests": 2}}}}),
        "places.sizes.2.quotas: there is no group guests.",
    ),
    "a quota of some groups at a place": (
        cast.with_groups(places={"under": "1", "sizes": {"2": {"quotas": {"users": 1}}}}),
        "places.sizes.2.quotas: give every group a quota, or none; without are cadres, delegates.",
    ),
    "a sum that is none": (
        cast.definition(places={"under": "1", "sizes": {"2": {"quotas": {"residents": 4}, "quota": 5}}}),
        "places.sizes.2.quota: the quotas of the groups make 4, not 5.",
    ),
    "nothing that could be full": (
        cast.with_groups(quota_full="stop", places={"units": ["1"], "quota": 5}),
        "quota_full: nothing can be full without quotas; with several groups each needs its own.",
    ),
    "bounds of a text": (
        with_questions({}, {}, {}, {}, {}, {"most": 5}),
        "questions[5]: most has no meaning for this kind of question.",
    ),
}


@pytest.mark.parametrize(("given", "sentence"), BAD.values(), ids=BAD.keys())
def test_every_fault_is_told_with_its_place(given, sentence):
    assert faults(given) == [sentence]


def test_except_of_an_except_names_no_scope_with_rules():
    scopes = {"town": {"under": ["1"]}, "rural": {"except": "town"}, "other": {"except": "rural"}}
    assert faults(cast.definition(scopes=scopes)) == [
        'scopes.other: "except" stands alone and names a scope that has rules of its own.'
    ]


@pytest.mark.parametrize("zone", ["Asia", "../UTC", "a" * 300, "\0", ""])
def test_a_time_zone_that_is_a_folder_or_no_name_at_all_is_refused(zone):
    assert faults(cast.definition(time_zone=zone)) == [f"time_zone: there is no time zone {zone}."]


def test_all_faults_are_told_at_once_and_in_the_same_order_every_time():
    given = cast.with_groups(
        time_zone="nowhere",
        opens="2026-13-01",
        groups=[{"code": "g", "name": "a", "weight": 1, "targets": ["D9", "D8", "D7", "D001"]}],
        headline={"question": "moon"},
    )
    assert faults(given) == [
        "time_zone: there is no time zone nowhere.",
        "opens: 2026-13-01 is no date and time.",
        "groups.g: there is no target D9.",
        "groups.g: there is no target D8.",
        "groups.g: there is no target D7.",
        "headline.question: moon is no rating question.",
    ]


def test_options_that_a_show_if_does_not_find_are_told_in_its_order():
    given = with_questions({}, {}, {}, {"show_if": {"question": "visits", "options": ["z", "more", "y", "x"]}})
    assert [each.rpartition(" ")[2] for each in faults(given)] == ["z.", "y.", "x."]


def test_a_name_that_would_hide_a_page_is_refused():
    assert faults(cast.definition(slug="new")) == ["slug: new stands in addresses of the program; choose another."]
