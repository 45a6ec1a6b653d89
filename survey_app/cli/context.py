"""What every command shares: settings, database, the language of its sentences, and how it refuses."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click
from babel.support import Translations
from sqlalchemy.exc import ArgumentError, OperationalError

from survey_app.config import Config, read_config
from survey_app.documents.delimited import write_csv
from survey_app.domain.messages import Message, Refused, message
from survey_app.models.database import Database
from survey_app.services.migrating import require_migrated

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

#: Who did it, where a command did it.
BY = "command line"


@cache
def config() -> Config:
    """Return the settings of this run."""
    return read_config()


@cache
def _translate(language: str) -> Callable[[str], str]:
    folder = Path(__file__).parents[1] / "translations"
    translations: Any = Translations.load(str(folder), [language])
    return lambda text: str(translations.gettext(text))


def say(said: Message) -> str:
    """Return a message in the language of the commands."""
    asked = os.environ.get("SURVEY_LANGUAGE") or "zh_Hans"
    return said.say(_translate(asked))


def tell(text: str, /, **values: object) -> None:
    """Print one sentence, by its message id, on standard output."""
    click.echo(say(message(text, **values)))


def warn(text: str, /, **values: object) -> None:
    """Print one sentence, by its message id, on standard error."""
    click.echo(say(message(text, **values)), err=True)


def connect() -> Database:
    """Return the database, migrated or not; Refused where its address cannot be understood."""
    try:
        return Database(config().database_url, config().data_dir, secret_key=config().secret_key)
    except (ArgumentError, ImportError, ValueError):  # Not shown: a password may stand in it.
        raise Refused(
            message("{name} is not the address of an SQLite or PostgreSQL database.", name="SURVEY_DATABASE_URL")
        ) from None


@cache
def database() -> Database:
    """Return the database, which must be migrated."""
    found = connect()
    try:
        require_migrated(found)
    except Exception:
        found.dispose()
        raise
    return found


class RefusingGroup(click.Group):
    """A group whose commands refuse with the reason on standard error and exit code 1, and leave no traceback."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except Refused as refusal:
            for said in refusal.messages:
                click.echo(say(said), err=True)
        except OperationalError as error:
            warn("The database cannot be reached: {reason}", reason=str(error.orig).strip().splitlines()[0])
        except BrokenPipeError:  # The reader, for example `head`, has seen enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        return ctx.exit(1)


def read_file(path: Path) -> bytes:
    """Return a file's bytes; Refused where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(message("{path} cannot be read: {reason}", path=path, reason=error.strerror)) from None


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write, which stands at `path` only once it is whole; Refused where it cannot be made."""
    draft = path.with_name(f".{path.name}.part")
    try:
        file = draft.open("wb")
    except OSError as error:
        raise Refused(message("{path} cannot be written: {reason}", path=path, reason=error.strerror)) from None
    try:
        with file:
            yield file
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


FORMAT = click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "json"]),
    default="csv",
    show_default=True,
    help="输出格式 · Output.",
)


def progress_bar(length: int, label: str) -> "ProgressBar[int]":
    """Return a bar for whoever watches; a script reads its reasons there, and gets none."""
    return click.progressbar(length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty())


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], format_: str) -> None:
    """Print rows on standard output as CSV with a head, or as a JSON list of objects; None is empty or null."""
    if format_ == "json":
        found = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    write_csv(sys.stdout, columns, [[_plain(value) for value in row] for row in rows], bom=False)


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
