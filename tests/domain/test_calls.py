from survey_app.domain.calls import Calls


def test_calls_add_up():
    calls = Calls(unreached=3, refused=2, completed=5)
    assert (calls.dialled, calls.reached) == (10, 7)
