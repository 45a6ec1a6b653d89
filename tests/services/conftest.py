import pytest

from tests.services.polling import launch_poll


@pytest.fixture
def poll(database):
    return launch_poll(database)
