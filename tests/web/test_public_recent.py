"""What is kept between requests."""

import pytest

from survey_app.web.public.recent import Recent


def test_a_value_is_made_once_while_it_is_believed():
    now = [0.0]
    recent = Recent(2, 2, clock=lambda: now[0])
    made = []

    def make():
        made.append(now[0])
        return len(made)

    assert [recent.get("a", make), recent.get("a", make)] == [1, 1]
    now[0] = 1.9
    assert recent.get("a", make) == 1
    now[0] = 2
    assert recent.get("a", make) == 2
    assert recent.last("a") == 2


def test_the_one_not_asked_for_longest_goes():
    recent = Recent(2)
    recent.get("a", lambda: 1)
    recent.get("b", lambda: 2)
    recent.get("a", lambda: 3)
    recent.get("c", lambda: 4)
    assert (recent.last("a"), recent.last("b"), recent.last("c")) == (1, None, 4)


def test_a_failure_is_not_kept():
    recent = Recent(2)

    def fail():
        raise LookupError

    with pytest.raises(LookupError):
        recent.get("a", fail)
    assert recent.get("a", lambda: 1) == 1
