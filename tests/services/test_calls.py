from survey_app.domain.ballot import Channel
from survey_app.domain.calls import Calls, Disposition
from survey_app.services.calls import calls_of, count_call


def test_calls_are_counted_by_place_and_interviews_are_its_telephone_ballots(poll):
    here, there = poll.places["A11", "residents"][0].id, poll.places["B11", "residents"][0].id
    with poll.database.writing() as session:
        assert calls_of(session, poll.survey_id, here) == Calls()
        for ended in (Disposition.UNREACHED, Disposition.UNREACHED, Disposition.REFUSED):
            count_call(session, poll.survey_id, here, ended)
        count_call(session, poll.survey_id, there, Disposition.REFUSED)
    poll.cast(poll.submission("A11", channel=Channel.TELEPHONE, overall="satisfied"))
    poll.cast(poll.submission("A11", overall="satisfied"))
    with poll.database.reading() as session:
        assert calls_of(session, poll.survey_id, here) == Calls(unreached=2, refused=1, completed=1)
        assert calls_of(session, poll.survey_id, there) == Calls(refused=1)
