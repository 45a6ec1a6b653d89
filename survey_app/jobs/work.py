"""What a job is given, and what it may hand back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from survey_app.config import Config
from survey_app.models.database import Database


class Stop(Protocol):
    """Says that the worker is to stop: a threading.Event, or multiprocessing's where it is a process of its own."""

    def is_set(self) -> bool:
        """Return whether it is to stop."""

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is to stop, at most so many seconds; return whether it is."""


@dataclass(frozen=True)
class Work:
    """One job to do."""

    config: Config
    database: Database
    #: The survey that it is about; empty where it is about none.
    slug: str
    arguments: Mapping[str, object]
    asked_by: str
    #: Hears (done, all); raises where the job is to end now, so a job calls it often and half-writes nothing.
    progress: Callable[[int, int], None]


@dataclass(frozen=True)
class MadeFile:
    """A file to be downloaded; a job that only changes something makes one without name and content."""

    name: str
    content: bytes | None
    #: What the file stands for, written in the transaction that stores it: neither is ever there without the other.
    settle: Callable[[Session], None] | None = None
