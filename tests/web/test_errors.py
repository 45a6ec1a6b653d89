import pytest

from survey_app.config import read_config
from survey_app.factory import create_app


@pytest.fixture
def anybody(migrated_url, tmp_path):
    """Give a client of an application on each of the two databases."""
    app = create_app(read_config({"SURVEY_DATABASE_URL": migrated_url, "SURVEY_DATA_DIR": str(tmp_path)}))
    yield app.test_client()
    app.extensions["manyi"].database.dispose()


@pytest.mark.parametrize(
    "address",
    [
        "/s/%00",
        "/results/%00",
        "/results/%00/1",
        "/results/a%00b/1/table.csv",
        "/results/x/1/%00",
        "/results?q=%00",
        "/console/surveys/%00",
        "/%00",
    ],
)
def test_a_nul_in_an_address_leads_nowhere(anybody, address):
    assert anybody.get(address).status_code == 404


def test_a_public_page_reads_no_session_so_that_caches_may_keep_it(anybody):
    for address in ("/", "/results", "/privacy"):
        assert "Cookie" not in anybody.get(address).headers.get("Vary", "")
