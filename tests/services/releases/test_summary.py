"""What a signer sees of a draft at one look, from what is stored of its headline question alone."""

from sqlalchemy import event, select

from survey_app.models import Release
from survey_app.services.releases.summary import summary
from tests.results_fixtures.cases import ANSWERS, answered, reviewed

#: 43A12 and 43A13 are too few, 43A21 has 20 ratings, of 43A22's answers 15 of 57 are "don't know".
SEVERAL = ANSWERS | {"43A21": (10, 6, 4, 2), "43A22": (21, 18, 3, 15)}


def of_release(case):
    read = []
    with case.database.reading() as session:
        release = session.scalars(select(Release)).one()
        event.listen(session.get_bind(), "before_cursor_execute", lambda *given: read.append(given[2]))
        return summary(session, release), read


def test_units_that_are_hidden_small_or_striking_are_counted(database, drawn_nothing):
    found, read = of_release(answered(database, SEVERAL).publish())
    assert (found.ballots, found.places, found.without_ballots) == (281, 9, 1)
    assert (found.rows, found.hidden, found.small, found.attention) == (14, 2, 1, 1)
    assert read
    assert not any(
        "group_cells" in each or "search_name" in each for each in read
    )  # Rows are long, and there are many.


def test_of_targets_only_targets_are_counted(sqlite_database, drawn_nothing):
    found, _ = of_release(reviewed(sqlite_database).publish())
    assert (found.rows, found.hidden, found.small) == (3, 0, 0)
