"""The hash of the figures: every figure changes it, and nothing that is the audience's."""

from dataclasses import replace

import pytest

from survey_app.services.releases.fingerprint import figures_hash
from tests.results_fixtures.printed import targets_case

HEAD, ROWS = targets_case()
RATED = next(row for row in ROWS if row.group_cells)


@pytest.mark.parametrize(
    ("name", "other"),
    [("audience", "public"), ("number", 9), ("released_at", "2030-01-01"), ("document", {}), ("sign_off", ["甲"])],
)
def test_what_is_the_audiences_leaves_it(name, other):
    assert figures_hash(HEAD | {name: other}, ROWS) == figures_hash(HEAD, ROWS)


def changed_cells(row):
    code, cell = next(iter(row.cells.items()))
    return replace(row, cells=row.cells | {code: cell | {"satisfied": 1}})


def changed_group(row):
    group, cells = next(iter(row.group_cells.items()))
    code, cell = next(iter(cells.items()))
    return replace(row, group_cells=row.group_cells | {group: cells | {code: cell | {"approval_rate": "0.1"}}})


def changed_position(row):
    code = next(iter(row.cells))
    return replace(row, extras=row.extras | {code: {"position": 99}})


@pytest.mark.parametrize("change", [changed_cells, changed_group, changed_position])
def test_every_figure_is_in_it(change):
    assert figures_hash(HEAD, [change(row) if row is RATED else row for row in ROWS]) != figures_hash(HEAD, ROWS)


def test_what_the_head_tells_is_in_it():
    for name in ("ballots", "threshold", "channel_cells"):
        assert figures_hash(HEAD | {name: 12345}, ROWS) != figures_hash(HEAD, ROWS)
