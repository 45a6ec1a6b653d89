"""The launch form: what stands in its boxes becomes a document, and back; what is at fault is said at its box."""

import pytest
from werkzeug.datastructures import MultiDict

from forms.launch_boxes import codes_in
from forms.launch_document import boxes_of, document_of
from forms.launch_form import MOST_GROUPS, LaunchForm
from survey_app.domain.reading_definition import read_definition
from tests import cast

OFFERED = {
    "areas": [("430700", "常德市"), ("430702", "武陵区")],
    "level": [("", "all"), ("village", "village")],
    "classes": [("a", "a"), ("b", "b")],
    "targets": [("D001", "D001"), (cast.WULING, "w"), ("D003", "D003")],
    "headline_question": [("", "first"), ("overall", "o"), ("buses", "b")],
    "repeats": [("", "none"), ("2025", "2025")],
}

#: What the page sends where nobody touched it.
USUAL = {
    "choose": "tree",
    "level": "village",
    "empty_group": "renormalise",
    "ballot_mode": "poster",
    "headline_question": "",
    "headline_base": "rated",
    "roll_up": "counts",
    "selection": "",
    "repeats": "",
    "paper": "none",
    "quota_full": "continue",
    "threshold": "10",
    "time_zone": "Asia/Shanghai",
}


def sent(**boxes):
    """Make the form of what a browser sent; a list stands for several boxes of one name."""
    data = MultiDict()
    for name, value in (USUAL | boxes).items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return LaunchForm(data, offered=OFFERED)


def as_sent(given, **options):
    """Send what the form of a document shows, untouched."""
    shown = LaunchForm(None, written=boxes_of(given), offered=OFFERED, **options)
    data = MultiDict()
    for field in shown:
        if field.name == "groups":
            for entry in field.entries:
                for box in entry.form:
                    data.setlist(box.name, box.data if isinstance(box.data, list) else [box.data or ""])
        elif isinstance(field.data, bool):
            data.setlist(field.name, ["y"] if field.data else [])
        else:
            data.setlist(field.name, field.data if isinstance(field.data, list) else [field.data or ""])
    return LaunchForm(data, offered=OFFERED, **options)


FULL = cast.definition(
    slug="villages",
    opens="2026-12-01T08:00",
    closes="2026-12-20",
    results_on="2026-12-28",
    places={
        "under": ["430700", "430702"],
        "level": "village",
        "class": ["a", "b"],
        "quota": 35,
        "sizes": {"430702001001": {"population": 900}},
    },
    headline={"question": "buses", "base": "all"},
    threshold=20,
    roll_up="population",
    selection="list",
    ballot_mode="slip",
    verdict=True,
    repeats="2025",
    paper="double",
    quota_full="stop",
    second_person=True,
    approval={"table_number": "表1", "approval_number": "号2", "valid_until": "2027"},
)
GROUPED = cast.with_groups(
    places={"units": [cast.CITY]},
    empty_group="refuse",
    open_days=20,
    groups=[
        {"code": "users", "name": {"zh_Hans": "服务对象", "en": "Users", "ug": "x"}, "weight": 40.5, "quota": 9},
        {
            "code": "cadres",
            "name": {"zh_Hans": "干部"},
            "weight": 60,
            "quota": 5,
            "ballot_mode": "slip",
            "eligible": 77,
            "targets": ["D001"],
        },
    ],
)


@pytest.mark.parametrize(
    "given", [FULL, GROUPED, cast.definition(places={"under": "430700", "level": "village", "quota": 5})]
)
def test_a_document_that_nobody_touched_stays_as_it_is(given):
    form = as_sent(given)
    assert form.validate(), form.errors
    title, organiser = given["title"], given["organiser"]
    texts = {
        "title": title if isinstance(title, dict) else {"zh_Hans": title},
        "organiser": organiser if isinstance(organiser, dict) else {"zh_Hans": organiser},
    }
    assert document_of(form, given) == given | texts


def test_after_the_launch_places_and_groups_have_no_boxes_and_stay():
    form = as_sent(GROUPED, locked=True)
    assert form.validate(), form.errors
    assert "areas" not in form
    made = document_of(form, GROUPED, locked=True)
    assert (made["places"], made["groups"]) == (GROUPED["places"], GROUPED["groups"])


def test_empty_boxes_leave_their_keys_out():
    made = document_of(sent(areas=[], level=""), {"questions": [], "contact": "1", "approval": {"table_number": "x"}})
    assert made == {"questions": [], "places": {}}


def test_areas_by_their_codes_and_units_one_by_one():
    made = document_of(sent(areas=["430702"], areas_more="430703100，430703101", quota="\uff13\uff15"), {})
    assert made["places"] == {"under": ["430702", "430703100", "430703101"], "level": "village", "quota": 35}
    made = document_of(sent(choose="units", areas=["430702"], units="a1\nb2 a1"), {"places": {"sizes": {"a1": {}}}})
    assert made["places"] == {"units": ["a1", "b2"], "sizes": {"a1": {}}}
    assert codes_in(None) == []


def test_rows_without_anything_are_no_groups_and_new_ones_get_a_code():
    form = sent(grouped="y", groups__0__name_zh="服务对象", groups__0__weight="40", groups__1__code="", quota="35")
    assert form.validate(), form.errors
    made = document_of(form, {})
    assert made["groups"] == [{"code": "g1", "name": {"zh_Hans": "服务对象"}, "weight": 40}]
    assert made["places"]["quota"] == 35
    form = sent(grouped="y", groups__0__name_en="Users", groups__0__weight="40", groups__0__quota="9", quota="35")
    assert "quota" not in document_of(form, {})["places"], "the groups' own quotas are summed"
    assert "groups" not in document_of(sent(groups__0__name_zh="a", groups__0__weight="4"), {}), "not switched on"


def test_there_are_rows_to_begin_with_and_more_up_to_a_limit():
    form = sent(grouped="y")
    assert len(form.groups.entries) == 3
    form.add_rows(99)
    assert len(form.groups.entries) == MOST_GROUPS
    assert [value for value, *_ in form.groups.entries[-1].form.targets.iter_choices()] == ["D001", cast.WULING, "D003"]


FAULTS = {
    "a quota": ({"quota": "many"}, "quota", "Please write a whole number from 1 to 1000000000."),
    "a half": ({"quota": "1.5"}, "quota", "Please write a whole number from 1 to 1000000000."),
    "a threshold": ({"threshold": "4"}, "threshold", "Please write a whole number from 5 to 1000."),
    "a day": ({"opens_day": "tomorrow"}, "opens_day", "Please write a day like 2026-12-20."),
    "a day written otherwise": ({"opens_day": "20261220"}, "opens_day", "Please write a day like 2026-12-20."),
    "a time": ({"closes_day": "2026-12-20", "closes_time": "6 pm"}, "closes_time", "Please write a time like 18:00."),
    "a time alone": ({"opens_time": "08:00"}, "opens_time", "Please choose the day too."),
    "another time alone": ({"closes_time": "08:00"}, "closes_time", "Please choose the day too."),
    "a short name": (
        {"short_name": "Dörfer"},
        "short_name",
        "Please use small letters, digits and -, for example 2026-villages.",
    ),
    "a percentage": ({"rule_percent": "101"}, "rule_percent", "Please write a number above 0 and up to 100."),
    "limits": ({"rule_least": "9", "rule_most": "8"}, "rule_least", "“At least” is above “at most”."),
    "a long title": (
        {"title_zh": "满" * 501},
        "title_zh",
        "Please write at most 500 characters; now there are 501.",
    ),
}


@pytest.mark.parametrize(("boxes", "name", "said"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_kept_is_said_at_its_box(boxes, name, said):
    form = sent(**boxes)
    assert not form.validate()
    assert {field: list(map(str, errors)) for field, errors in form.errors.items()} == {name: [said]}


def test_faults_of_a_group_are_said_in_its_row():
    form = sent(
        grouped="y", groups__0__weight="half", groups__0__code="1", groups__1__name_zh="b", groups__1__weight="0"
    )
    assert not form.validate()
    first, second = (entry.form.errors for entry in form.groups.entries[:2])
    assert {name: str(errors[0]) for name, errors in first.items()} == {
        "code": "Please use letters, digits, - and _, a letter first.",
        "name_zh": "Please write the group's name.",
        "weight": "Please write a number above 0, for example 40.",
    }
    assert list(second) == ["weight"]


def test_what_the_form_makes_is_a_definition():
    made = document_of(sent(title_zh="题", organiser_zh="办", areas=["430700"]), {"questions": FULL["questions"]})
    assert read_definition(made | {"scopes": FULL["scopes"]}).places.under == ("430700",)
