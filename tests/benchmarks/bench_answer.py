"""CPU time of fetching and submitting the field case's questionnaire, as ratios to a Flask hello-world.

`python tests/benchmarks/bench_answer.py`: in one process, rounds of all three in turn, so that the noise of the machine
falls on each alike. Prints ratios; the bars (fetching at least 0.5 of hello-world) are for a later step.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from survey_app.cli.simulation.form_reader import read_form  # noqa: E402 - after the path is set.
from survey_app.config import read_config  # noqa: E402 - as above.
from survey_app.factory import create_app  # noqa: E402 - as above.
from survey_app.models.database import Database  # noqa: E402 - as above.
from survey_app.services.codes.entry_codes import list_codes  # noqa: E402 - as above.
from survey_app.services.launching import launch  # noqa: E402 - as above.
from survey_app.services.lifecycle import open_survey  # noqa: E402 - as above.
from survey_app.services.migrating import migrate  # noqa: E402 - as above.
from survey_app.services.units.importing import import_units  # noqa: E402 - as above.

ROUNDS, TIMES = 15, 100
EXAMPLES = ROOT / "docs" / "examples"


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app


def field_case(folder: Path) -> tuple[Flask, list[str]]:
    config = read_config({"SURVEY_DATA_DIR": str(folder)})
    database = Database(config.database_url, folder, secret_key=config.secret_key)
    migrate(database)
    with database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units.csv")
        slug = launch(session, (EXAMPLES / "four-level.json").read_bytes(), "bench").slug
        open_survey(session, slug, "bench")
    with database.reading() as session:
        paths = [f"/s/{each.code}" for each in list_codes(session, slug, "")][:20]
    return create_app(config), paths


def cpu_of(app: Flask, requests: list[tuple[str, bytes | None]], status: int) -> float:
    """Return the CPU time of one request, all of them made one after the other through WSGI."""
    environs = [_environ(path, body) for path, body in requests]
    seen: list[str] = []

    def start_response(line: str, headers: object, *_: object) -> Callable[[bytes], object]:
        seen.append(line)
        return lambda _: None

    begun = time.process_time()
    for environ in environs:
        for _ in app.wsgi_app(environ, start_response):
            pass
    spent = time.process_time() - begun
    assert all(line.startswith(str(status)) for line in seen), seen[:3]
    return spent / len(requests)


def _environ(path: str, body: bytes | None) -> dict[str, object]:
    from werkzeug.test import EnvironBuilder  # noqa: PLC0415

    kind = "application/x-www-form-urlencoded"
    return EnvironBuilder(path, method="POST" if body else "GET", data=body, content_type=kind).get_environ()


def filled(app: Flask, path: str) -> bytes:
    form = read_form(app.test_client().get(path).get_data(as_text=True))
    return urlencode({**form.hidden, **{name: values[0] for name, values in form.radios.items()}}).encode()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app, paths = field_case(Path(folder))
        plain = hello()
        rounds: dict[str, list[float]] = {"hello": [], "fetch": [], "submit": []}
        for _ in range(ROUNDS):
            chosen = [paths[index % len(paths)] for index in range(TIMES)]
            bodies: list[tuple[str, bytes | None]] = [(path, filled(app, path)) for path in chosen]
            rounds["hello"].append(cpu_of(plain, [("/", None)] * TIMES, 200))
            rounds["fetch"].append(cpu_of(app, [(path, None) for path in chosen], 200))
            rounds["submit"].append(cpu_of(app, bodies, 303))
        middle = {name: statistics.median(values) for name, values in rounds.items()}
        for name, value in middle.items():
            sys.stdout.write(f"{name}: {1e6 * value:.0f} µs CPU, {middle['hello'] / value:.2f} of hello-world's rate\n")


if __name__ == "__main__":
    main()
