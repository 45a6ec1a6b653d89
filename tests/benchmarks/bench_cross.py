"""Time counting stored ballots by a choice's answers: python tests/benchmarks/bench_cross.py (from the top folder).

The field case (2,273 places, 11 rating questions) with a single choice, on SQLite: 80,000 stored ballots, then a
million, or as many as are named on the command line. Prints seconds and by how much the most memory rose meanwhile.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from sqlalchemy import insert, select

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))


from survey_app.models import Ballot, Place, RespondentGroup, Survey  # noqa: E402 - after the path is set.
from survey_app.models.database import Database  # noqa: E402 - as above.
from survey_app.services.counting import count_crossed  # noqa: E402 - as above.
from survey_app.services.launching import launch  # noqa: E402 - as above.
from survey_app.services.migrating import migrate  # noqa: E402 - as above.
from survey_app.services.surveys import load_frame  # noqa: E402 - as above.
from survey_app.services.units.importing import import_units  # noqa: E402 - as above.

BALLOTS = (80_000, 1_000_000)
EXAMPLES = ROOT / "docs" / "examples"
VISITS = {
    "code": "visits",
    "kind": "single_choice",
    "text": {"zh_Hans": "您今年到村（社区）办过几次事？", "en": "How often did you call at the office this year?"},
    "options": [
        {"code": f"o{number}", "text": {"zh_Hans": each, "en": each}} for number, each in enumerate(("0", "1–2", "3+"))
    ],
}


def _open(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'bench.sqlite3'}", folder, secret_key=bytes(32))


def fill(folder: Path, ballots: int) -> None:
    """Store ballots of a survey, as many at each place as at the others."""
    database = _open(folder)
    migrate(database)
    definition = json.loads((EXAMPLES / "four-level.json").read_bytes())
    definition["questions"].append(VISITS)
    with database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units.csv")
        frame = load_frame(session, launch(session, json.dumps(definition).encode(), "bench").id)
        random = np.random.default_rng(2026)
        places = session.scalars(select(Place.id).where(Place.survey_id == frame.survey_id)).all()
        group = session.scalars(select(RespondentGroup.id).where(RespondentGroup.survey_id == frame.survey_id)).one()
        slots = frame.tally_shape[0]
        for some in np.array_split(np.arange(ballots), max(1, ballots // 50_000)):
            answers = random.integers(0, 4, (len(some), slots), dtype=np.uint8)
            session.execute(
                insert(Ballot),
                [
                    {
                        "survey_id": frame.survey_id,
                        "place_id": places[number % len(places)],
                        "nonce": random.bytes(16),
                        "group_id": group,
                        "channel": 0,
                        "answers": each.tobytes(),
                    }
                    for number, each in zip(some.tolist(), answers, strict=True)
                ],
            )


def count(folder: Path) -> None:
    """Count once, in a process that has done nothing else."""
    with _open(folder).reading() as session:
        frame = load_frame(session, session.scalars(select(Survey.id)).one())
        slots = [slot.question.code for slot in frame.questionnaire.slots()]
        before, start = _most_memory(), perf_counter()
        counts = count_crossed(session, frame, slots.index("visits"), range(len(slots) - 1))
        took = perf_counter() - start
    ballots = int(counts[0].sum())
    print(f"{ballots:,} ballots: {took:.2f} s, {_most_memory() - before:.0f} MB more", flush=True)  # noqa: T201


def _most_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print a line for each number of ballots. Steps run alone: a process is born with its parent's most memory."""
    step, *given = sys.argv[1:] or ["all"]
    if step == "fill":
        fill(Path(given[0]), int(given[1]))
    elif step == "count":
        count(Path(given[0]))
    else:
        for ballots in BALLOTS if step == "all" else map(int, sys.argv[1:]):
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([sys.executable, __file__, "fill", folder, str(ballots)], check=True)
                subprocess.run([sys.executable, __file__, "count", folder], check=True)


if __name__ == "__main__":
    main()
