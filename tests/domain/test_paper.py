"""What must add up on paper: whatever does is taken, whatever does not is blamed at its place."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.domain.paper import (
    MOST_SHEETS,
    PaperCount,
    asked,
    condition_cells,
    differing,
    paper_faults,
    paper_lines,
)
from survey_app.domain.reading_definition import read_definition
from tests import cast

QUESTIONS = cast.definition()["questions"]


def lines_of(questions=QUESTIONS, scopes=("town",)):
    read = read_definition(cast.definition(questions=questions))
    return paper_lines(read.questionnaire.sheet(scopes))


LINES = lines_of()


@st.composite
def spread(draw, total, parts):
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=parts - 1, max_size=parts - 1)))
    return tuple(high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True))


@st.composite
def counts(draw):
    """Draw totals that add up: a line's sum is valid, ticks are at most those who were asked."""
    valid, invalid, kept = draw(st.integers(0, 400)), draw(st.integers(0, 20)), draw(st.integers(0, 50))
    rows = {}
    for line in LINES:
        options = len(line.item.question.options)
        if line.is_ticks:
            most = rows["visits"][2]
            rows[line.name] = (0, *(draw(st.integers(0, most)) for _ in range(options)))
        else:
            rows[line.name] = draw(spread(valid, options + 1))
    returned = valid + invalid
    return PaperCount(returned + kept, returned, valid, invalid, rows)


@settings(max_examples=40)
@given(counts())
def test_what_adds_up_is_taken(count):
    assert paper_faults(LINES, count) == {}


@settings(max_examples=40)
@given(counts(), st.data())
def test_a_line_that_does_not_add_up_is_blamed_and_no_other(count, data):
    line = data.draw(st.sampled_from([each for each in LINES if not each.is_ticks]))
    position = data.draw(st.sampled_from(line.cells))
    row = list(count.rows[line.name])
    row[position] += data.draw(st.integers(1, 9))
    broken = replace(count, rows=count.rows | {line.name: tuple(row)})
    assert set(paper_faults(LINES, broken)) == {line.name}


@settings(max_examples=40)
@given(counts(), st.integers(1, 9))
def test_too_many_ticks_are_blamed_at_their_cell(count, more):
    ticks = next(line for line in LINES if line.is_ticks)
    row = list(count.rows[ticks.name])
    row[1] = asked(ticks, LINES, count) + more
    broken = replace(count, rows=count.rows | {ticks.name: tuple(row)})
    assert set(paper_faults(LINES, broken)) == {ticks.cell(1)}


@settings(max_examples=40)
@given(counts(), st.integers(1, 9))
def test_what_came_back_must_have_been_issued(count, more):
    assert set(paper_faults(LINES, replace(count, issued=count.returned - more))) <= {"returned", "issued"}
    assert paper_faults(LINES, replace(count, issued=count.returned - more))


@settings(max_examples=40)
@given(counts(), st.integers(1, 9))
def test_valid_and_invalid_are_what_came_back(count, more):
    broken = replace(count, invalid=count.invalid + more)
    assert set(paper_faults(LINES, broken)) == {"valid"}


def test_no_number_below_zero_or_beyond_reason_balances_another():
    rows = {line.name: (0,) * (len(line.item.question.options) + 1) for line in LINES}
    bad = PaperCount(10, 10, 10, 0, rows | {"overall": (-5, 15, 0, 0, 0)})
    assert set(paper_faults(LINES, bad)) == {"overall.0"}
    assert set(paper_faults(LINES, replace(bad, rows=rows, issued=MOST_SHEETS + 1))) == {"issued"}


def test_every_fault_is_told_at_once():
    rows = {line.name: (0,) * (len(line.item.question.options) + 1) for line in LINES}
    faults = paper_faults(LINES, PaperCount(5, 9, 7, 1, rows))
    assert set(faults) == {"returned", "valid", "overall", "buses", "visits"}
    assert str(faults["overall"]) == "The line adds up to 0; it must be 7."


def test_lines_are_ratings_and_choices_of_what_is_asked_there():
    assert [line.name for line in LINES] == ["overall", "buses", "visits", "reasons"]
    assert [line.name for line in lines_of(scopes=("rural",))] == ["overall", "visits", "reasons"]
    assert [line.number for line in LINES] == ["1", "2", "3", "3-1"]
    assert LINES[0].cells == [1, 2, 3, 4, 0]
    assert LINES[3].cells == [1, 2]


@pytest.mark.parametrize(("part", "wanted"), [("reasons", ["visits.2"]), ("overall", None)])
def test_who_was_asked_is_counted_by_the_cells_of_the_condition(part, wanted):
    line = next(each for each in LINES if each.name == part)
    assert condition_cells(line, LINES) == wanted


def test_a_condition_that_is_not_counted_asked_nobody():
    alone = [line for line in LINES if line.name == "reasons"]
    assert condition_cells(alone[0], alone) == []
    assert asked(alone[0], alone, PaperCount(1, 1, 1, 0, {"reasons": (0, 0, 0)})) == 0


def test_where_two_counts_differ_is_named_and_nothing_else():
    rows = {line.name: (0,) * (len(line.item.question.options) + 1) for line in LINES}
    one = PaperCount(5, 4, 4, 0, rows | {"overall": (0, 4, 0, 0, 0)})
    other = replace(one, issued=6, rows=one.rows | {"overall": (0, 3, 1, 0, 0)})
    assert differing(LINES, one, other) == ["issued", "overall"]
    assert differing(LINES, one, one) == []
