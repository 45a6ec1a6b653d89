import dataclasses
import io
import re
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import select

from survey_app.domain.ballot import Channel
from survey_app.domain.entry_codes import is_entry_code, is_slip_code, slip_mark
from survey_app.domain.messages import Refused
from survey_app.models import Place, Quota, Slip, SlipBatch, Survey, SurveyAct, Unit
from survey_app.services.launching import launch
from survey_app.services.lifecycle import close_survey
from survey_app.services.slips import planning as slip_planning
from survey_app.services.slips.counts import SlipCounts, count_slips
from survey_app.services.slips.issuing import issue_slips, make_slips
from survey_app.services.slips.planning import SlipOrder, slip_groups
from survey_app.services.units.importing import import_units
from tests.services.polling import DEFINITION, launch_poll
from tests.services.slip_printing import BY_SLIP, KEY, URL, codes_of, launch_by_slip, print_slips

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"

GROUPS = DEFINITION | {
    "ballot_mode": "slip",
    "groups": [
        {"code": "users", "name": "服务对象", "weight": 50},
        {"code": "public", "name": "群众", "weight": 20, "ballot_mode": "poster"},
        {"code": "cadres", "name": "基层干部", "weight": 30},
    ],
}


def make(database, **order):
    with database.reading() as session:
        return make_slips(session, SlipOrder("poll", **order), URL, KEY)


def stored(database):
    with database.reading() as session:
        return session.scalars(select(Slip).order_by(Slip.mark)).all()


def batches(database):
    with database.reading() as session:
        rows = session.execute(
            select(SlipBatch, Unit.code)
            .join(Place, Place.id == SlipBatch.place_id)
            .join(Unit, Unit.id == Place.unit_id)
            .order_by(Unit.code, SlipBatch.number)
        ).all()
        return [(unit, each.number, each.printed, each.voided) for each, unit in rows]


def counts(database):
    with database.reading() as session:
        by_id = count_slips(session, session.scalars(select(Survey)).one())
        return {session.get_one(Unit, unit).code: each for unit, each in by_id.items()}


def test_codes_are_slip_codes_and_only_their_hash_is_stored(database):
    _, made = launch_by_slip(database)
    codes = [code for stack in made.stacks for code in stack.printed.codes]
    assert len(codes) == len(set(codes)) == made.count == 12
    assert all(is_entry_code(code) and is_slip_code(code) for code in codes)
    assert [(bytes(each.mark), each.state) for each in stored(database)] == [
        (mark, "issued") for mark in sorted(slip_mark(code, KEY) for code in codes)
    ]
    with database.reading() as session:
        for table in (Slip, SlipBatch, SurveyAct):
            rows = session.execute(select(*table.__table__.columns)).all()
            assert not any(code in str(row) for row in rows for code in codes)


def test_the_order_of_the_table_says_nothing_of_the_order_of_printing(database):
    launch_by_slip(database, copies=20)
    if database.is_sqlite:
        return  # It keeps the rows sorted by their key, whatever order they come in.
    with database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT mark FROM slips ORDER BY ctid")
        kept = [bytes(row[0]) for row in rows]
    assert len(kept) == 80
    assert kept == sorted(kept)


def test_stacks_follow_the_unit_that_issues_them(database):
    launch_poll(database, BY_SLIP)
    made = make(database, copies=2)
    assert [(each.printed.issuer, each.line[-1]) for each in made.stacks] == [
        ("东镇", "A11"),
        ("东镇", "A12"),
        ("西镇", "B11"),
        ("西镇", "B12"),
    ]
    first = made.stacks[0].printed
    assert (first.path, first.unit_name, first.group, first.number) == (("甲县", "东镇"), "河边村", "", 1)
    assert (made.texts.url, made.texts.host) == (f"{URL}/s/", "my.cd.cn")
    assert re.fullmatch(r"20\d\d年\d\d?月\d\d?日", made.texts.printed_on)


def test_a_place_of_a_higher_level_does_not_part_the_stacks_of_one_issuer(database):
    launch_poll(database, BY_SLIP | {"places": {"under": "A"}})
    made = make(database, copies=1)
    assert [(each.printed.issuer, each.line[-1]) for each in made.stacks] == [
        ("常德市", "A"),
        ("甲县", "A1"),
        ("东镇", "A11"),
        ("东镇", "A12"),
    ]


def test_at_the_top_the_organiser_issues_them(database):
    launch_poll(database, BY_SLIP | {"places": {"units": ["C"]}})
    assert make(database, copies=1).stacks[0].printed.issuer == "测评办"


def test_making_stores_nothing(database):
    launch_poll(database, BY_SLIP)
    make(database, copies=2).write_pdf(io.BytesIO(), lambda done, total: None)
    assert stored(database) == []
    assert batches(database) == []


def test_only_groups_that_answer_by_slip_are_printed_and_named(database):
    launch_poll(database, GROUPS)
    made = make(database, copies=1, under="A12")
    assert [(each.group, each.printed.group) for each in made.stacks] == [("users", "服务对象"), ("cadres", "基层干部")]
    one = make(database, copies=1, under="A12", group="cadres")
    assert [(each.group, each.printed.group) for each in one.stacks] == [("cadres", "基层干部")]
    with database.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert [each.code for each in slip_groups(session, survey)] == ["users", "cadres"]
    for group in ("public", "none"):
        with pytest.raises(Refused, match="Those that do: users, cadres"):
            make(database, copies=1, group=group)


@pytest.mark.parametrize(
    ("under", "units"), [("A", ["A11", "A12"]), ("B11", ["B11"]), (None, ["A11", "A12", "B11", "B12"])]
)
def test_the_places_under_one_unit_are_printed(database, under, units):
    launch_poll(database, BY_SLIP)
    assert [each.line[-1] for each in make(database, copies=1, under=under).stacks] == units


def test_without_a_number_as_many_as_ballots_are_expected(database):
    sizes = {"A11": {"quota": 7}, "A12": {"quota": 2}}
    launch_poll(database, GROUPS | {"places": {"under": "A", "level": "village", "sizes": sizes}})
    with database.writing() as session:
        place = session.scalars(select(Place).join(Unit, Unit.id == Place.unit_id).where(Unit.code == "A11")).one()
        users = slip_groups(session, session.scalars(select(Survey)).one())[0]
        session.add(Quota(place_id=place.id, group_id=users.id, ballots=4))
    made = make(database)
    assert [(each.line[-1], each.group, len(each.printed.codes)) for each in made.stacks] == [
        ("A11", "users", 4),
        ("A11", "cadres", 7),
        ("A12", "users", 2),
        ("A12", "cadres", 2),
    ]
    assert {len(each.printed.codes) for each in make(database, copies=3).stacks} == {3}


def test_where_nobody_knows_how_many_it_is_refused(database):
    launch_poll(database, BY_SLIP | {"places": {"under": "C", "level": "village", "sizes": {"A11": {"quota": 5}}}})
    with pytest.raises(Refused, match=re.escape("3 places have no quota (桥头社区 is one)")):
        make(database)


def test_more_than_anybody_can_hand_out_is_refused(database, monkeypatch):
    launch_poll(database, BY_SLIP)
    monkeypatch.setattr(slip_planning, "MOST_AT_ONCE", 7)
    with pytest.raises(Refused, match="8 slips are too many for one file; at most 7"):
        make(database, copies=2)


@pytest.mark.parametrize(
    ("definition", "order", "sentence"),
    [
        (DEFINITION, {"copies": 1}, "Nobody answers by slip in survey poll"),
        (BY_SLIP, {"copies": 1, "under": "X"}, "There is no place under X in this survey."),
        (BY_SLIP, {"copies": 1, "under": "x" * 99}, "There is no place under x{64} in"),
    ],
)
def test_what_cannot_be_printed_is_refused(database, definition, order, sentence):
    launch_poll(database, definition)
    with pytest.raises(Refused, match=sentence):
        make(database, **order)


def test_printing_again_voids_the_unspent_and_counts_them(database):
    poll, made = launch_by_slip(database)
    spent = dataclasses.replace(
        poll.submission("A11", channel=Channel.SLIP, overall="satisfied"), code=codes_of(made, "A11")[1]
    )
    poll.cast(spent)
    again = print_slips(database, copies=2, under="A", reason="wet")
    assert {each.number for each in again.stacks} == {2}
    assert batches(database) == [
        ("A11", 1, 3, 2),
        ("A11", 2, 2, 0),
        ("A12", 1, 3, 3),
        ("A12", 2, 2, 0),
        ("B11", 1, 3, 0),
        ("B12", 1, 3, 0),
    ]
    third = print_slips(database, copies=1, under="A11", reason="lost")
    assert batches(database)[:3] == [("A11", 1, 3, 2), ("A11", 2, 2, 2), ("A11", 3, 1, 0)]
    assert counts(database) == {
        "C": SlipCounts(17, 1, 7),
        "A": SlipCounts(11, 1, 7),
        "A1": SlipCounts(11, 1, 7),
        "A11": SlipCounts(6, 1, 4),
        "A12": SlipCounts(5, 0, 3),
        "B": SlipCounts(6, 0, 0),
        "B1": SlipCounts(6, 0, 0),
        "B11": SlipCounts(3, 0, 0),
        "B12": SlipCounts(3, 0, 0),
    }
    assert counts(database)["A11"].unspent == len(third.stacks[0].printed.codes) == 1


def test_printing_one_group_again_leaves_the_others_alone(database):
    launch_poll(database, GROUPS)
    print_slips(database, copies=2, under="A11")
    print_slips(database, copies=1, under="A11", group="users", reason="wet")
    assert counts(database)["A11"] == SlipCounts(5, 0, 2)


def test_printing_again_needs_a_reason(database):
    launch_by_slip(database)
    with pytest.raises(Refused, match=re.escape("Slips were printed before (4 stacks).")):
        make(database, copies=1)
    assert len(stored(database)) == 12


def test_what_was_done_is_written_down(database):
    launch_by_slip(database)
    print_slips(database, copies=2, under="A1", group="residents", reason="wet", by="wang")
    with database.reading() as session:
        acts = session.scalars(select(SurveyAct).where(SurveyAct.act == "print_slips").order_by(SurveyAct.id)).all()
        assert [(each.by, each.reason, each.about) for each in acts] == [
            ("lin", "", "× 12"),
            ("wang", "wet", "A1 residents × 4"),
        ]
        batch = session.scalars(select(SlipBatch).where(SlipBatch.number == 2).limit(1)).one()
        assert (batch.printed_by, batch.reason) == ("wang", "wet")


def test_a_closed_survey_prints_nothing(database):
    launch_poll(database, BY_SLIP)
    made = make(database, copies=1)
    with database.writing() as session:
        close_survey(session, "poll", "test")
    with pytest.raises(Refused, match="Slips are printed for a draft or an open survey"):
        make(database, copies=1)
    with pytest.raises(Refused, match="is now closed"), database.writing() as session:
        issue_slips(session, made, "lin", KEY)
    assert stored(database) == []


def test_of_two_that_print_at_once_the_second_is_refused(database):
    launch_poll(database, BY_SLIP)
    slow = make(database, copies=1)
    print_slips(database, copies=2, under="A11")
    with pytest.raises(Refused, match="Somebody else has printed slips"), database.writing() as session:
        issue_slips(session, slow, "lin", KEY)
    assert batches(database) == [("A11", 1, 2, 0)]
    assert len(stored(database)) == 2


def test_a_code_that_there_is_already_is_made_anew(database, monkeypatch):
    """The source of chance repeats itself: within one printing, and what an earlier printing has stored."""
    launch_poll(database, BY_SLIP)
    drawn = iter([5, 5, 5, 6, 5, 6, 7, 8])
    monkeypatch.setattr("survey_app.services.slips.issuing.secrets.randbelow", lambda below: next(drawn))
    first = print_slips(database, copies=2, under="A11")
    second = print_slips(database, copies=2, under="A12")
    codes = [*codes_of(first, "A11"), *codes_of(second, "A12")]
    assert [int(code[:-1]) - 10**14 for code in codes] == [5, 6, 7, 8]


def test_a_survey_without_slips_has_no_counts(database):
    launch_poll(database)
    assert counts(database) == {}


def test_the_file_holds_what_is_issued(database):
    _, made = launch_by_slip(database, copies=12)
    out = io.BytesIO()
    heard = []
    made.write_pdf(out, lambda *far: heard.append(far))
    assert heard == [(12, 48), (24, 48), (36, 48), (48, 48)]
    command = ("pdftotext", "-layout", "-", "-")
    text = subprocess.run(command, input=out.getvalue(), capture_output=True, check=True).stdout.decode()
    printed = {code.replace(" ", "") for code in re.findall(r"\d{4} \d{4} \d{4} \d{4}", text)}
    assert {slip_mark(code, KEY) for code in printed} == {bytes(each.mark) for each in stored(database)}
    rows = list(made.rows())
    assert rows[0] == ("A11", "residents", rows[0][2], f"{URL}/s/{rows[0][2]}")
    assert {row[2] for row in rows} == printed


def test_the_example_is_printed_at_its_real_size(sqlite_database):
    with sqlite_database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units-changde.csv")
        slug = launch(session, (EXAMPLES / "slips.json").read_bytes(), "tests").slug
    with sqlite_database.reading() as session:
        made = make_slips(session, SlipOrder(slug), URL, KEY)
    assert (len(made.stacks), made.count) == (19, 760)
    assert {each.printed.issuer for each in made.stacks} == {"武陵区"}
