"""What a job is given, and what it may hand back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from survey_app.config import Config
from survey_app.models.database import Database


@dataclass(frozen=True)
class Work:
    """One job to do."""

    config: Config
    database: Database
    slug: str
    arguments: Mapping[str, object]
    asked_by: str
    #: Hears (done, all); raises where the job is to end now, so a job calls it often and half-writes nothing.
    progress: Callable[[int, int], None]


@dataclass(frozen=True)
class MadeFile:
    """A file to be downloaded."""

    name: str
    content: bytes
