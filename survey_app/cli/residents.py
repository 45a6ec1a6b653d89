"""Let simulated residents answer over HTTP, and print what they submitted, so that a count can be held against it."""

import hashlib
import random
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import click

from survey_app.cli.context import config, database, read_file, tell, whole_file
from survey_app.cli.simulation.crowd import Crowd, Door, Result
from survey_app.cli.simulation.opinions import Opinions
from survey_app.cli.simulation.slip_file import read_slips
from survey_app.documents.delimited import write_csv
from survey_app.domain.messages import Refused, message
from survey_app.services.codes.entry_codes import list_codes
from survey_app.services.surveys import find_survey, load_frame
from survey_app.services.units.tree import load_tree


@click.command("answer")
@click.argument("survey")
@click.option("--residents", type=click.IntRange(1, 10_000_000), help="人数 · How many residents.")
@click.option(
    "--slips",
    type=click.Path(path_type=Path, dir_okay=False),
    help="测评票文件（slips --out *.csv），每张一人 · Slips from this file, one a resident.",
)
@click.option(
    "--concurrency", type=click.IntRange(1, 512), default=32, show_default=True, help="同时多少人 · At a time."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="种子相同，答卷相同 · The same seed, the same answers."
)
@click.option("--url", required=True, help="网站地址 · Address of the running server.")
@click.option("--under", multiple=True, metavar="UNIT", help="只在这些单位以下 · Only at places under these units.")
@click.option("--places", type=click.IntRange(1), help="只在这么多处 · Only at so many places.")
@click.option("--save", type=click.Path(path_type=Path, dir_okay=False), help="把提交的计数存为 CSV · Save the counts.")
def answer(
    survey: str,
    residents: int | None,
    slips: Path | None,
    concurrency: int,
    seed: int,
    url: str,
    under: tuple[str, ...],
    places: int | None,
    save: Path | None,
) -> None:
    """模拟居民通过 HTTP 作答（演示和测试用）。 Simulated residents answer over HTTP, for demonstration and tests."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise click.BadParameter("http://… / https://…", param_hint="--url")
    if residents is None and slips is None:
        raise click.UsageError("--residents / --slips")
    with whole_file(save) if save is not None else nullcontext() as file:  # Before anybody answers in vain.
        held = None if slips is None else read_file(slips)
        result = run_crowd(survey, residents, concurrency, seed, url, under, places, held)
        if file is not None:
            save_counts(result, file)
    report(result)
    if result.acknowledged < result.residents:
        sys.exit(1)


def run_crowd(
    survey: str,
    residents: int | None,
    concurrency: int,
    seed: int,
    url: str,
    under: Sequence[str],
    places: int | None,
    slips: bytes | None = None,
) -> Result:
    """Let the residents answer, with a progress bar; return what was acknowledged.

    They come by the posters' codes; where there is a file of `slips`, each uses one of these instead.
    """
    with database().reading() as session:
        frame = load_frame(session, find_survey(session, survey).id)
        opinions = Opinions(seed, frame.questionnaire)
        tree = load_tree(session)
        if slips is None:
            listed = list_codes(session, survey, config().public_url)
            codes = [(each.unit_code, each.group, each.code) for each in listed]
        else:
            codes = read_slips(slips, tree.by_code)
        doors = [
            Door(f"/s/{code}", tuple(unit.code for unit in tree.line(tree.by_code[unit_code])), group)
            for unit_code, group, code in codes
        ]
    doors = _chosen_doors(doors, under, places, seed)
    if slips is None:
        plan = opinions.plan([f"{each.place}/{each.group}" for each in doors], residents or 0)
    else:
        plan = random.Random(f"{seed}/slips").sample(range(len(doors)), min(residents or len(doors), len(doors)))  # noqa: S311
    crowd = Crowd(url.rstrip("/"), doors, plan, opinions)
    crowd.result.lines = [
        (item.name, option)
        for item in frame.questionnaire.items()
        for option in [each.code for each in item.question.options] or ["…"]
    ]
    with click.progressbar(length=len(plan), label="答卷 · ballots", show_pos=True, file=sys.stderr) as bar:
        return crowd.answer(min(concurrency, len(plan)), bar.update)


def _chosen_doors(doors: Sequence[Door], under: Sequence[str], places: int | None, seed: int) -> list[Door]:
    found = [each for each in doors if not under or set(under) & set(each.line)]
    if places is not None:
        names = sorted({each.place for each in found})
        kept = set(random.Random(f"{seed}/places").sample(names, min(places, len(names))))  # noqa: S311 - no secret.
        found = [each for each in found if each.place in kept]
    if not found:
        raise Refused(message("There is no place under {value} in this survey.", value=", ".join(under) or "—"))
    return found


def report(result: Result) -> None:
    """Print the rate, the percentiles, and what was submitted."""
    tell(
        "{acknowledged} ballots acknowledged in {seconds} s: {rate} residents a second.",
        acknowledged=result.acknowledged,
        seconds=f"{result.seconds:.1f}",
        rate=f"{result.acknowledged / result.seconds:.0f}",
    )
    for name, seconds in (("GET", result.fetch_seconds), ("POST", result.submit_seconds)):
        ordered = sorted(seconds) or [0.0]
        at = [f"p{p} {1000 * ordered[min(len(ordered) - 1, len(ordered) * p // 100)]:.0f}" for p in (50, 90, 99)]
        click.echo(f"{name} ms: {', '.join(at)}")
    for why, times in sorted(result.refused.items()):
        tell("Not acknowledged: {times} × {why}", times=times, why=why)
    totals: Counter[tuple[str, str]] = Counter()
    for (_, _, name, option), ballots in result.chosen.items():
        totals[name, "…" if name in result.written else option] += ballots
    for name, option in result.lines:
        click.echo(f"{name}\t{option}\t{totals[name, option]}")
    tell("SHA-256 of all that was submitted: {digest}", digest=_digest(result))


def _rows(result: Result) -> list[tuple[str, str, str, str, int]]:
    return [(*key, ballots) for key, ballots in sorted(result.chosen.items())]


def _digest(result: Result) -> str:
    return hashlib.sha256(repr(_rows(result)).encode()).hexdigest()


def save_counts(result: Result, out: BinaryIO) -> None:
    """Write place, group, field, option, ballots as CSV; a field about a target is `question:target`."""
    write_csv(out, ("place", "group", "field", "option", "ballots"), _rows(result), bom=False)
