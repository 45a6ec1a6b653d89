"""The parts that every request shares."""

from dataclasses import dataclass
from typing import cast

from flask import current_app

from survey_app.config import Config
from survey_app.models.database import Database
from survey_app.services.ballot_store import BallotStore


@dataclass(frozen=True)
class Parts:
    """Settings, database and ballot store of the running application."""

    config: Config
    database: Database
    store: BallotStore


def parts() -> Parts:
    """Return the parts of the application that serves this request."""
    return cast(Parts, current_app.extensions["manyi"])
