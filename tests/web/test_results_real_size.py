"""Every page of the field case's 2,462 units within its weight."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from survey_app.models import Place
from survey_app.services.counting import TallyKey, count_ballots
from survey_app.services.launching import launch
from survey_app.services.lifecycle import close_survey, open_survey
from survey_app.services.publishing import publish
from survey_app.services.surveys import load_frame
from survey_app.services.units.importing import import_units
from tests.results_fixtures.reading import first_load

pytestmark = pytest.mark.demo

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def slug(app, without_documents):
    """Publish the field case, its counts made up; without documents, which no page shows."""
    database = app.extensions["manyi"].database
    random = np.random.default_rng(1)
    with database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units-changde.csv")
        survey = launch(session, (EXAMPLES / "four-level.json").read_bytes(), "test")
        open_survey(session, survey.slug, "test")
        frame = load_frame(session, survey.id)
        places = session.scalars(select(Place).where(Place.survey_id == survey.id)).all()
        packed = {
            TallyKey(survey.id, place.id, frame.groups[0].id, 0): [row.tobytes() for row in _answers(random, frame)]
            for place in places
        }
        for start in range(0, len(packed), 500):
            part = dict(list(packed.items())[start : start + 500])
            count_ballots(session, part, dict.fromkeys(part, frame.tally_shape[1]))
        close_survey(session, survey.slug, "test")
    publish(database, survey.slug, "test")
    return survey.slug


def _answers(random, frame):
    shape = random.integers(1, 70), frame.slot_count
    return random.choice(np.array([1, 2, 3, 4], np.uint8), shape, p=[0.55, 0.34, 0.07, 0.04])


def test_every_page_weighs_at_most_fifty_kilobytes(client, slug):
    answer = client.get(f"/results/{slug}/1/table.csv")
    lines = answer.get_data(as_text=True).splitlines()[1:]
    units = [line.split(",")[0] for line in lines if ",overall," in line]
    assert len(units) == 2462
    above = [code for code in units if len(code) < 12]
    for code in [*above[:11], *above[11::8], *units[::200]]:  # The city, the counties, some of the others.
        for language in ("", "&lang=en"):
            page = client.get(f"/results/{slug}/1?unit={code}{language}")
            assert page.status_code == 200
            assert len(page.data) <= 50_000, code
            assert first_load(client, page.request.full_path) <= 35_000, code
    for page in (1, 9):
        assert len(client.get(f"/results/{slug}/1?q=村&page={page}&lang=en").data) <= 50_000
