"""Who took part, as it stands in the head of a release and in table 1: people, quotas, days; and channels apart."""

import pytest

from survey_app.domain.ballot import Channel
from survey_app.services.lifecycle import close_survey
from survey_app.services.publishing import draft_release
from survey_app.services.releases.tables import long_tables, overview
from survey_app.services.releases.tables.channels import channels_table
from tests.results_fixtures.printed import cell, field_case, head, row
from tests.services.polling import DEFINITION, launch_poll

GROUPS = [
    {"code": "users", "name": "服务对象", "weight": 60, "quota": 30},
    {"code": "cadres", "name": "基层干部", "weight": 40, "quota": 10},
]


def drafted(poll):
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    with poll.database.reading() as session:
        return draft_release(session, "poll")


def said(made_head):
    return {line[0]: tuple(line[1:]) for line in overview.participation(made_head | {"number": 1}).rows}


def test_people_and_quotas_are_counted_over_the_places_that_have_some(sqlite_database):
    sizes = {"A11": {"population": 400, "quota": 20}, "A12": {"population": 90, "quota": 5}, "B11": {"quota": 10}}
    places = DEFINITION["places"] | {"sizes": sizes}
    poll = launch_poll(sqlite_database, DEFINITION | {"places": places})
    poll.many("A11", 21, overall="satisfied")
    poll.many("A12", 4, overall="satisfied")
    poll.many("B12", 7, overall="dissatisfied")  # It has no quota, so its ballots fill none.
    made = drafted(poll).head
    assert (made["eligible"], made["eligible_places"]) == (490, 2)
    assert made["quotas"] == [{"group": "residents", "expected": 35, "ballots": 25, "places": 3, "places_reached": 1}]
    lines = said(made)
    assert lines["应参评人数"] == (490, "", "另有 2 个测评点未登记人数")
    assert lines["目标份数"][0] == 35
    assert lines["目标完成"][:2] == (25, "71.4")
    assert lines["达到目标的测评点"][:2] == (1, "33.3")


def test_quotas_of_groups_are_told_group_by_group(sqlite_database):
    poll = launch_poll(sqlite_database, DEFINITION | {"groups": GROUPS})
    for place, users, cadres in (("A11", 31, 10), ("A12", 12, 3)):
        poll.cast(*(poll.submission(place, "users", overall="satisfied") for _ in range(users)))
        poll.cast(*(poll.submission(place, "cadres", overall="satisfied") for _ in range(cadres)))
    made = drafted(poll).head
    assert [(each["group"], each["expected"], each["ballots"], each["places_reached"]) for each in made["quotas"]] == [
        ("users", 120, 43, 1),
        ("cadres", 40, 13, 1),
    ]
    assert (made["eligible"], made["eligible_places"]) == (None, 0)
    lines = said(made)
    assert lines["目标完成：服务对象"][:2] == (43, "35.8")
    assert "应参评人数" not in lines


def test_days_are_added_up_from_hours_and_long_surveys_by_week():
    hours = [["2026-12-01T23", 3], ["2026-12-02T00", 4], ["2026-12-02T01", 0]]
    lines = said(field_case()[0] | {"turnout_hours": hours, "issued": None, "returned": 3500, "invalid": None})
    assert (lines["2026-12-01"][0], lines["2026-12-02"][0]) == (3, 4)
    many = [[f"2026-{month:02}-{day:02}T08", 1] for month in (1, 3) for day in range(1, 31)]
    lines = said(field_case()[0] | {"turnout_hours": many, "issued": None, "returned": 3500, "invalid": None})
    assert lines["2026-01-01 至 2026-01-07"][0] == 7
    assert sum(line[0] for name, line in lines.items() if name.startswith("2026")) == 60


def by_two_channels(poll, group):
    """Forty from posters, thirty with help; both ways large enough to be shown."""
    for channel, good, bad in ((Channel.POSTER, 30, 10), (Channel.ASSISTED, 12, 18)):
        for count, answer in ((good, "satisfied"), (bad, "dissatisfied")):
            poll.cast(*(poll.submission("A11", group, channel=channel, overall=answer) for _ in range(count)))


def test_channels_stand_apart_with_both_rates_on_both_bases_where_groups_vote_alike(sqlite_database):
    poll = launch_poll(sqlite_database, DEFINITION | {"groups": GROUPS, "headline": {"base": "all"}})
    by_two_channels(poll, "users")
    by_two_channels(poll, "cadres")
    draft = drafted(poll)
    cells = draft.head["channel_cells"]
    assert {name: (each["satisfied"], each["rated"]) for name, each in cells.items()} == {
        "poster": (60, 80),
        "assisted": (24, 60),
    }
    lines = [
        line for line in overview.headline(draft.head | {"number": 1}, draft.rows).rows if line[0] == "上门协助填答"
    ]
    assert [line[1:] for line in lines] == [
        ["满意占比", 24, 60, "40.0", "未加权"],
        ["满意和基本满意合计占比", 24, 60, "40.0", "未加权"],
        ["满意占比（含“不了解”）", 24, 60, "40.0", "未加权"],
        ["满意和基本满意合计占比（含“不了解”）", 24, 60, "40.0", "未加权；主口径"],
    ]


def test_channels_are_not_told_where_a_groups_way_of_voting_is_known(sqlite_database):
    """By slips votes one group alone: its row and that of the channel would be the same, or tell of each other."""
    groups = [GROUPS[0], GROUPS[1] | {"ballot_mode": "slip"}]
    poll = launch_poll(sqlite_database, DEFINITION | {"groups": groups})
    by_two_channels(poll, "users")
    assert drafted(poll).head["channel_cells"] == {}


def test_channels_are_not_told_where_one_of_them_reached_one_group_only(sqlite_database):
    poll = launch_poll(sqlite_database, DEFINITION | {"groups": GROUPS})
    by_two_channels(poll, "users")
    poll.cast(*(poll.submission("A11", "cadres", overall="satisfied") for _ in range(40)))
    assert drafted(poll).head["channel_cells"] == {}


@pytest.fixture
def rated_targets(sqlite_database):
    targets = [{"code": code, "name": name} for code, name in (("D1", "公安局"), ("D2", "总工会"))]
    question = {"code": "work", "kind": "rating", "about": "targets", "text": "满意吗？", "required": True}
    more = {"targets": targets, "questions": [question], "scopes": {}}
    poll = launch_poll(sqlite_database, DEFINITION | more)
    for channel, count in ((Channel.POSTER, 40), (Channel.ASSISTED, 20)):
        for number in range(count):
            answers = {"work__D1": "satisfied" if number % 2 else "dissatisfied"}
            answers["work__D2"] = "satisfied" if number % 4 else "dissatisfied"
            poll.cast(poll.submission("A11", channel=channel, **answers))
    return drafted(poll)


def test_channels_of_listed_targets_stand_in_a_table_of_their_own(rated_targets):
    cells = {(each["target"], each["channel"]): each for each in rated_targets.head["channel_targets"]}
    assert {of: (each["satisfied"], each["rated"]) for of, each in cells.items()} == {
        ("D1", "poster"): (20, 40),
        ("D1", "assisted"): (10, 20),
        ("D2", "poster"): (30, 40),
        ("D2", "assisted"): (15, 20),
    }
    table = channels_table(rated_targets.head | {"number": 1}, rated_targets.rows)
    assert table.rows[0][:5] == ["公安局", "评议对象", "扫测评公告", 40, 40]
    assert all(len(line) == len(table.columns) for line in table.rows)
    names = [each.name for each in long_tables(rated_targets.head | {"number": 1}, rated_targets.rows)]
    assert names[-1] == table.name


def test_a_hidden_channel_has_no_figure():
    hidden = cell(3, 1, 0) | dict.fromkeys(("rated", "satisfied", "basically_satisfied", "approval_rate"))
    cells = {"poster": hidden | {"suppressed": True}}
    made = (head(places=1, channel_cells=cells), [row("v", "村", "village", "", [], {"overall": cell(20, 12, 8)})])
    lines = [line for line in overview.headline(*made).rows if line[0] == "扫测评公告"]
    assert {tuple(line[2:5]) for line in lines} == {("", "", "")}
    assert lines[0][5] == "样本不足"
