"""The demonstration: the field case from the list of units to the published result; then it keeps serving."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from survey_app.cli.context import BY, config, database, read_file, tell, whole_file
from survey_app.cli.entry_codes import posters
from survey_app.cli.residents import report, run_crowd, save_counts
from survey_app.cli.setup import migrate
from survey_app.cli.simulation.crowd import Result
from survey_app.domain.messages import Refused, message
from survey_app.services import accounts, launching, lifecycle, publishing
from survey_app.services.auditing import audit_tally
from survey_app.services.codes.entry_codes import list_codes
from survey_app.services.releases.result_rows import result_rows
from survey_app.services.tabulating import load_counts, mark_figures_seen, tally_rows
from survey_app.services.units.importing import import_units

_EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

#: Up to this many residents answer in a part of the city, so that each village has enough of them.
_FEW = 20_000
_TWO_COUNTIES = ("430702", "430703")
_FEW_PLACES = 200


@click.command("demo")
@click.option("--residents", type=click.IntRange(1), default=8_000, show_default=True, help="人数 · Residents.")
@click.option("--seed", type=int, default=2026, show_default=True, help="种子 · Seed.")
def demo(residents: int, seed: int) -> None:
    """演示：从单位名单到公布结果，全程真实 HTTP。 The field case from end to end, in a folder of its own.

    每次运行都从头开始。 Every run starts anew.
    """
    _start_anew()
    click.get_current_context().invoke(migrate)
    _import_units()
    slug = _launch()
    name, password = "demo", secrets.token_urlsafe(9)
    with database().writing() as session:
        accounts.create_account(session, name, password)
    with database().writing() as session:
        lifecycle.open_survey(session, slug, BY)  # First, so that the posters can name the day of closing.
    pdf = config().data_dir / "posters.pdf"
    click.get_current_context().invoke(posters, survey=slug, out=pdf, under=None)
    with _server() as server:
        few = residents <= _FEW
        under, places = (_TWO_COUNTIES, _FEW_PLACES) if few else ((), None)
        result = run_crowd(slug, residents, 32, seed, config().public_url, under, places)
        report(result)
        with whole_file(config().data_dir / "submitted.csv") as file:
            save_counts(result, file)
        with database().writing() as session:
            lifecycle.close_survey(session, slug, BY)
        compare(slug, result)
        number = publishing.publish(database(), slug, BY).number
        _print_addresses(slug, number, name, password, pdf)
        server.wait()


def _start_anew() -> None:
    """Choose the demonstration's own folder and a free port, and clear what an earlier run left."""
    folder = Path(os.environ.get("SURVEY_DATA_DIR") or "instance") / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    os.environ["SURVEY_DATA_DIR"] = str(folder.absolute())
    os.environ["SURVEY_DATABASE_URL"] = ""  # The demonstration never touches a configured database.
    os.environ["SURVEY_PUBLIC_URL"] = ""
    os.environ["SURVEY_PORT"] = str(_free_port(int(os.environ.get("SURVEY_PORT") or 8000)))
    config.cache_clear()


def _free_port(first: int) -> int:
    for port in range(first, first + 50):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refused(message("No port from {first} on is free.", first=first))


def _import_units() -> None:
    units = _EXAMPLES / "units-changde.csv"
    with database().writing() as session:
        plan = import_units(session, read_file(units), units.name)
    tell(
        "{added} units added, {updated} updated, {unchanged} unchanged.",
        added=len(plan.added),
        updated=len(plan.updated),
        unchanged=len(plan.unchanged),
    )


def _launch() -> str:
    with database().writing() as session:
        return launching.launch(session, read_file(_EXAMPLES / "four-level.json"), BY).slug


@contextmanager
def _server() -> Iterator["subprocess.Popen[bytes]"]:
    """Run `serve` beside this process, in its process group, so that Ctrl-C ends both."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # So that the server ends with this process.
    server = subprocess.Popen([sys.executable, "-m", "survey_app", "serve"], env=os.environ)
    try:
        _wait_until_ready(server)
        yield server
    except KeyboardInterrupt:
        tell("Stopped.")
    finally:
        server.terminate()
        server.wait()


def _wait_until_ready(server: "subprocess.Popen[bytes]") -> None:
    for _ in range(150):
        if server.poll() is not None:
            raise Refused(message("The server did not start."))
        try:
            with urllib.request.urlopen(f"{config().public_url}/readyz", timeout=2):  # noqa: S310 - our own address.
                return
        except OSError:
            time.sleep(0.2)
    raise Refused(message("The server did not start."))


def compare(slug: str, result: Result) -> None:
    """Hold what the residents were acknowledged against the stored ballots, the tally and the table; print it.

    Refused where any cell differs.
    """
    with database().writing() as session:
        survey = mark_figures_seen(session, slug)
    with database().reading() as session:
        stored = audit_tally(session, slug)
        counted = load_counts(session, survey)
        rows = result_rows(counted, survey.threshold, survey.empty_group)
    submitted: Counter[tuple[str, str, str]] = Counter()
    for (place, _, field, option), ballots in result.chosen.items():
        question, _, target = field.partition(":")
        submitted[target or place, question, option] += ballots
    cells = differing = 0
    for row in tally_rows(counted):
        unit, question, option = map(str, row[:3])
        cells += 1
        differing += submitted[unit, question, option] != row[-1]
    in_table = max(row.ballots for row in rows)
    tell(
        "Acknowledged {acknowledged} = stored {stored} = in the table {in_table} ballots.",
        acknowledged=result.acknowledged,
        stored=stored,
        in_table=in_table,
    )
    tell(
        "Tally against what was submitted: {cells} cells compared, {differing} differ.",
        cells=cells,
        differing=differing,
    )
    if differing or not result.acknowledged == stored == in_table:
        raise Refused(message("The count differs from what was submitted."))


def _open_another() -> str:
    """Launch the questionnaire once more and leave it open, so that a visitor can answer it; return its address."""
    slug = _launch()
    with database().writing() as session:
        lifecycle.open_survey(session, slug, BY)
    with database().reading() as session:
        return list_codes(session, slug, config().public_url)[0].url


def _print_addresses(slug: str, number: int, name: str, password: str, pdf: Path) -> None:
    base = config().public_url
    click.echo()
    tell("Result page:        {url}", url=f"{base}/results/{slug}/{number}")
    tell("Questionnaire page: {url}", url=_open_another())
    tell("Console:            {url}", url=f"{base}/console/")
    tell("Login:              {name} / {password}", name=name, password=password)
    tell("Posters:            {path}", path=pdf)
