"""Undoing an import: exactly the units of before, and never what something else stands on."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from survey_app.domain.messages import Refused
from survey_app.domain.units import UnitRow
from survey_app.models import Account, Place, Survey, SurveyPlan, Turnout, Unit, UnitChange, UnitImport
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.units import undoing as undoing_import
from survey_app.services.units.changing import add_unit, edit_unit, merge_unit
from survey_app.services.units.history import find_import, history_of, list_imports
from survey_app.services.units.importing import import_units
from survey_app.services.units.undoing import undo_import, why_not_undone
from tests import cast

LEVELS = ("city", "county", "township", "village", "organisation")
COLUMNS = "code name level parent_code class sector"


def dump(database):
    """Give the whole table of units, row by row."""
    with database.reading() as session:
        return sorted(map(tuple, session.execute(select(Unit.__table__)).all()))


def do_import(database, rows, columns="code name level parent_code", by="lin"):
    with database.writing() as session:
        import_units(session, cast.units_csv(tuple(rows), columns), "units.csv", by)
    with database.reading() as session:
        return list_imports(session, EVERYTHING)[0].id


def undo(database, number, scope=EVERYTHING):
    with database.writing() as session:
        return undo_import(session, number, "wang", scope)


def why_not(database, number, scope=EVERYTHING):
    """Give why an import is not undone, and see that nothing happens to it."""
    before = dump(database)
    with database.reading() as session:
        said = why_not_undone(session, session.get(UnitImport, number), scope)
    with pytest.raises(Refused) as refusal:
        undo(database, number, scope)
    assert str(refusal.value) == str(said)
    assert dump(database) == before
    return str(said)


class RandomTree:
    """A tree that grows and changes by lists drawn at random; every list is a good one."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.units = {}

    def draw_list(self):
        """Change and add some units, and give them as rows in any order."""
        changed = {}
        for code in self.draw.sample(sorted(self.units), min(len(self.units), self.draw.randrange(6))):
            _, level, above, _, sector = self.units[code]
            if self.draw.random() < 0.5:
                above = self.parent(level, without=self.below(code)) or above
            changed[code] = (self.name(), level, above, self.draw.choice(("甲", "乙", "")), sector)
            self.units[code] = changed[code]
        for _ in range(self.draw.randrange(1, 8)):
            code, level = f"{len(self.units)}x{self.draw.randrange(1000)}", self.draw.choice(LEVELS)
            changed[code] = (self.name(), level, self.parent(level), "", self.draw.choice(("教育", "")))
            self.units[code] = changed[code]
        rows = [(code, *values) for code, values in changed.items()]
        self.draw.shuffle(rows)
        return rows

    def name(self):
        return "".join(self.draw.choices("武陵鼎城剅口𠮷", k=3))

    def parent(self, level, without=frozenset()):
        def fits(above):
            return above == "organisation" if level == "organisation" else LEVELS.index(above) < LEVELS.index(level)

        fitting = [code for code, unit in self.units.items() if code not in without and fits(unit[1])]
        return self.draw.choice([*fitting, ""])

    def below(self, code):
        found = {code}
        for _ in self.units:
            found |= {each for each, unit in self.units.items() if unit[2] in found}
        return found


@pytest.mark.parametrize("seed", range(6))
def test_imports_are_undone_to_the_last_cell_back_to_the_first(sqlite_database, seed):
    tree = RandomTree(seed)
    before, numbers = [], []
    for _ in range(4):
        before.append(dump(sqlite_database))
        numbers.append(do_import(sqlite_database, tree.draw_list(), COLUMNS))
    while numbers:
        undo(sqlite_database, numbers.pop())
        # Keys too: what survives is still the same unit.
        assert dump(sqlite_database) == before.pop()


def test_an_undone_import_can_come_again_and_be_undone_again(database):
    do_import(database, cast.UNITS[:3])
    before = dump(database)
    for _ in range(2):
        number = do_import(database, [*cast.UNITS[3:], (cast.WULING, "武陵新区", "county", "")])
        assert undo(database, number).undone_by == "wang"
        assert dump(database) == before
    assert why_not(database, number) == "It has been undone."


def test_history_tells_the_import_and_its_undoing(sqlite_database):
    do_import(sqlite_database, cast.UNITS)
    number = do_import(
        sqlite_database, [(cast.WULING, "武陵新区", "county", cast.CITY), ("9", "新局", "organisation", "")]
    )
    undo(sqlite_database, number)
    with sqlite_database.reading() as session:
        told = [(each.what, each.by, each.before, each.after) for each in history_of(session, cast.WULING)]
        assert told[:2] == [
            ("undo", "wang", {"name": "武陵新区"}, {"name": "武陵区"}),
            ("edit", "lin", {"name": "武陵区"}, {"name": "武陵新区"}),
        ]
        assert [each.what for each in history_of(session, "9")] == ["undo", "add"]
        assert history_of(session, "9")[0].after is None


def test_only_the_newest_import_that_changed_something_is_undone(sqlite_database):
    first = do_import(sqlite_database, cast.UNITS[:3])
    second = do_import(sqlite_database, cast.UNITS)
    third = do_import(sqlite_database, cast.UNITS)
    assert why_not(sqlite_database, first) == "A later import stands on it; undo that one first."
    assert why_not(sqlite_database, third) == "It changed nothing."
    undo(sqlite_database, second)
    undo(sqlite_database, first)
    assert dump(sqlite_database) == []


def test_what_was_changed_by_hand_since_stays(sqlite_database):
    number = do_import(sqlite_database, cast.UNITS)
    with sqlite_database.writing() as session:
        edit_unit(session, UnitRow(0, cast.QIMING, "启明街办", "township", cast.WULING), "lin", EVERYTHING)
    assert why_not(sqlite_database, number) == f"The unit {cast.QIMING} was changed by hand since."


def test_a_change_by_hand_before_the_import_does_not_matter(sqlite_database):
    do_import(sqlite_database, cast.UNITS)
    with sqlite_database.writing() as session:
        edit_unit(session, UnitRow(0, cast.QIMING, "启明街办", "township", cast.WULING), "lin", EVERYTHING)
    before = dump(sqlite_database)
    undo(sqlite_database, do_import(sqlite_database, [(cast.QIMING, "启明镇", "township", cast.WULING)]))
    assert dump(sqlite_database) == before


def test_a_unit_added_by_hand_below_or_merged_into_an_added_one_keeps_it(sqlite_database):
    do_import(sqlite_database, cast.UNITS)
    number = do_import(sqlite_database, [("9", "新镇", "township", cast.WULING)])
    with sqlite_database.writing() as session:
        add_unit(session, UnitRow(0, "91", "新村", "village", "9"), "lin", EVERYTHING)
    assert why_not(sqlite_database, number) == "The unit 91 stands under, or went into, one that it added."
    number = do_import(sqlite_database, [("8", "大镇", "township", cast.WULING)])
    with sqlite_database.writing() as session:
        merge_unit(session, cast.QIMING, "8", "lin", EVERYTHING, "并镇")
    assert "went into, one that it added" in why_not(sqlite_database, number)


def first_place(session, survey):
    return session.scalar(select(Place.id).where(Place.survey_id == survey).order_by(Place.id))


def test_a_survey_keeps_its_places_and_a_ballot_ends_undoing(sqlite_database):
    do_import(sqlite_database, cast.UNITS)
    renamed = do_import(sqlite_database, [(cast.DINGCHENG, "鼎城新区", "county", cast.CITY)])
    with sqlite_database.writing() as session:
        survey = cast.launched(session).id
    with sqlite_database.reading() as session:  # A survey without ballots does not mind a name.
        assert why_not_undone(session, session.get(UnitImport, renamed), EVERYTHING) is None
    with sqlite_database.writing() as session:
        place = first_place(session, survey)
        session.execute(insert(Turnout), [{"place_id": place, "hour": 1, "survey_id": survey, "ballots": 1}])
    assert "over these units has ballots already" in why_not(sqlite_database, renamed)
    beside = do_import(sqlite_database, [("9", "另一市", "city", "")])
    undo(sqlite_database, beside)  # No survey is over it.


def test_units_that_a_survey_uses_are_not_removed(sqlite_database):
    number = do_import(sqlite_database, cast.UNITS)
    with sqlite_database.writing() as session:
        cast.launched(session)
    assert why_not(sqlite_database, number) == "The survey “2026年公共服务满意度测评” uses units that it added."


def test_a_launch_that_comes_in_between_keeps_its_units(database, monkeypatch):
    number = do_import(database, cast.UNITS)
    with database.writing() as session:
        cast.launched(session)
    before = dump(database)
    monkeypatch.setattr(undoing_import, "_in_use", lambda *_: None)  # It looked a moment too early.
    with pytest.raises(Refused, match="Something uses a unit that it added by now"):
        undo(database, number)
    assert dump(database) == before


def test_an_account_or_a_plan_over_an_added_unit_keeps_it(sqlite_database):
    number = do_import(sqlite_database, cast.UNITS)
    now = datetime.now(UTC)
    with sqlite_database.writing() as session:
        wuling = session.scalar(select(Unit.id).where(Unit.code == cast.WULING))
        plan = SurveyPlan(given={}, scope_id=wuling, made_by="x", made_at=now, changed_by="x", changed_at=now)
        session.add_all([Account(name="county", password_hash="", created_at=now, scope_id=wuling), plan])
    assert why_not(sqlite_database, number) == "The account county has a unit that it added as its scope."
    with sqlite_database.writing() as session:
        session.execute(update(Account).values(scope_id=None))
    assert why_not(sqlite_database, number) == "A survey is being planned for a unit that it added."


def test_a_county_sees_and_undoes_only_what_stayed_within_it(sqlite_database):
    city_wide = do_import(sqlite_database, cast.UNITS)
    own = do_import(sqlite_database, [("9", "新镇", "township", cast.DINGCHENG)])
    with sqlite_database.reading() as session:
        scope = Scope(session.scalar(select(Unit.id).where(Unit.code == cast.DINGCHENG)))
        assert [each.id for each in list_imports(session, scope)] == [own]
        assert find_import(session, city_wide, scope) is None
        assert find_import(session, own, scope).id == own
        assert find_import(session, 99, scope) is None
        assert find_import(session, 2**64, EVERYTHING) is None
    assert undo(sqlite_database, city_wide, scope) is None
    undo(sqlite_database, own, scope)
    itself = do_import(sqlite_database, [(cast.DINGCHENG, "鼎城新区", "county", cast.CITY)])
    assert why_not(sqlite_database, itself, scope) == "It changed units outside your scope."


def test_the_file_is_named_without_folders_and_without_what_cannot_be_printed(sqlite_database):
    with sqlite_database.writing() as session:
        import_units(session, cast.units_csv(), "..\\..\\etc/x\x00\u202e名单.csv", "lin")
    with sqlite_database.reading() as session:
        assert session.scalar(select(UnitImport.filename)) == "x名单.csv"
        assert session.scalar(select(Survey.id)) is None
        assert len(session.scalars(select(UnitChange)).all()) == len(cast.UNITS)
