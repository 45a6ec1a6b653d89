"""Time a whole release of the field case: python tests/benchmarks/bench_release.py (from the top folder).

2,462 units and 11 questions, about 80,000 ballots written straight into the tally; then the table from the tally, the
release with every file, and 150 unit sheets. Prints seconds and the most memory of each step, which runs alone.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import select

from survey_app.domain.release import Audience
from survey_app.models import Place, RespondentGroup, Tally, Turnout, Unit
from survey_app.models.database import Database
from survey_app.services import launching, lifecycle, publishing
from survey_app.services.migrating import migrate
from survey_app.services.releases.result_rows import result_rows
from survey_app.services.releases.sheet_files import write_sheet_files
from survey_app.services.surveys import find_survey, load_frame
from survey_app.services.tabulating import load_counts
from survey_app.services.units.importing import import_units

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SHARES = {"overall": [0, 0.70, 0.22, 0.05, 0.03, 0]}
OTHERS = [0, 0.55, 0.24, 0.06, 0.15, 0]
FIRST_HOUR = 493_000


def _open(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'bench.sqlite3'}", folder, secret_key=bytes(32))


def fill(folder: Path) -> None:
    """Make a closed survey whose tallies hold about 35 ballots a place; some places have few, some none."""
    database = _open(folder)
    migrate(database)
    with database.writing() as session:
        units = EXAMPLES / "units-changde.csv"
        import_units(session, units.read_bytes(), units.name)
    with database.writing() as session:
        survey = launching.launch(session, (EXAMPLES / "four-level.json").read_bytes(), "bench")
        slug = survey.slug
    with database.writing() as session:
        lifecycle.open_survey(session, slug, "bench")
        survey = find_survey(session, slug)
        frame = load_frame(session, survey.id)
        group = session.scalars(select(RespondentGroup.id).where(RespondentGroup.survey_id == survey.id)).one()
        places = session.execute(
            select(Place.id, Place.scopes, Unit.code)
            .join(Unit, Unit.id == Place.unit_id)
            .where(Place.survey_id == survey.id)
            .order_by(Unit.code)
        ).all()
        random = np.random.default_rng(2026)
        for place_id, scopes, _ in places:
            ballots = int(random.choice([0, 6, 0, 0], p=[0.01, 0.04, 0, 0.95]) or random.poisson(36))
            better = random.normal(0, 0.05)
            counts = np.zeros(frame.tally_shape, np.int64)
            for number, slot in enumerate(frame.questionnaire.slots()):
                asked = slot.question.asked_in is None or slot.question.asked_in in scopes
                share = np.array(SHARES.get(slot.question.code, OTHERS))
                share = np.clip(share + np.array([0, better, 0, -better, 0, 0]), 0.001, 1) * (share > 0)
                counts[number, -1] = 0 if asked else ballots
                counts[number, : len(share)] = random.multinomial(ballots if asked else 0, share / share.sum())
            session.add(
                Tally(
                    survey_id=survey.id,
                    place_id=place_id,
                    group_id=group,
                    channel=0,
                    ballots=ballots,
                    counts=counts.astype("<u4").tobytes(),
                )
            )
            hour = FIRST_HOUR + int(random.integers(0, 9)) * 24 + int(np.clip(random.normal(6, 3.5), 0, 14))
            session.add(Turnout(place_id=place_id, hour=hour, survey_id=survey.id, ballots=ballots))
    with database.writing() as session:
        lifecycle.close_survey(session, slug, "bench")


def table(folder: Path) -> None:
    """Make the table from the tally."""
    with _open(folder).reading() as session:
        survey = find_survey(session, "2026-1")
        result_rows(load_counts(session, survey), survey.threshold, survey.empty_group)


def release(folder: Path) -> None:
    """Publish."""
    database, seen = _open(folder), [perf_counter()]

    def tell(done: int) -> None:
        seen.append(perf_counter())
        print(f"  step {done}: {seen[-1] - seen[-2]:.1f} s")  # noqa: T201 - a script prints

    made = publishing.publish(database, "2026-1", "bench", progress=tell)
    with database.reading() as session:
        from survey_app.services.releases.results import file_sizes  # noqa: PLC0415 - one use

        for path, size in sorted(file_sizes(session, made).items()):
            print(f"  {path} {size:,} B")  # noqa: T201


def sheets(folder: Path) -> None:
    """Write 150 unit sheets."""
    with _open(folder).reading() as session:
        out = folder / f"sheets-{perf_counter()}"
        count = write_sheet_files(session, "2026-1", Audience.PUBLIC, "430703", out)
        print(f"  {count} sheets, one file of all and one each")  # noqa: T201


STEPS = {"fill": fill, "table": table, "release": release, "sheets": sheets}


def main() -> None:
    """Run every step in a process of its own."""
    if len(sys.argv) > 2:
        start = perf_counter()
        STEPS[sys.argv[1]](Path(sys.argv[2]))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{sys.argv[1]}: {perf_counter() - start:.1f} s, {most:.0f} MB at most", flush=True)  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as folder:
        for step in STEPS:
            subprocess.run([sys.executable, __file__, step, folder], check=True)


if __name__ == "__main__":
    main()
