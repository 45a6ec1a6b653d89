"""Time, size and memory of the posters of all the example's units: `python tests/benchmarks/bench_posters.py`.

The bars for 2,462 posters: 12 s, 8 MB, 250 MB of memory.
"""

import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from survey_app.documents.posters import Poster, write_posters  # noqa: E402 - after the path is set.
from survey_app.domain.entry_codes import check_digit  # noqa: E402 - as above.

BARS = {"seconds": 12.0, "megabytes of file": 8.0, "megabytes of memory": 250.0}


def example_posters() -> list[Poster]:
    with (ROOT / "docs/examples/units-changde.csv").open(encoding="utf-8", newline="") as file:
        units = {row["code"]: row for row in csv.DictReader(file)}
    return [poster_of(number, row, units) for number, row in enumerate(units.values())]


def poster_of(number: int, row: dict[str, str], units: dict[str, dict[str, str]]) -> Poster:
    above = {}
    parent = units.get(row["parent_code"])
    while parent:
        above[parent["level"]] = parent["name"]
        parent = units.get(parent["parent_code"])
    digits = str(1_000_000 + number * 3637)
    code = digits + check_digit(digits)
    return Poster(
        code=code,
        url=f"https://manyi.changde.gov.cn/p/{code}",
        unit_name=row["name"],
        county=above.get("county", ""),
        township=above.get("township", ""),
        title="常德市公共服务满意度测评",
        organiser="常德市统计局",
        contact="0736-7256000",
        closes="2024年6月30日",
    )


def main() -> int:
    posters = example_posters()
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        write_posters(out, posters)
        seconds = time.perf_counter() - start
        size = out.tell() / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    measured = dict(zip(BARS, (seconds, size, memory), strict=True))
    for name, value in measured.items():
        sys.stdout.write(f"{len(posters)} posters: {value:.1f} {name} (bar {BARS[name]:g})\n")
    return int(any(value > BARS[name] for name, value in measured.items()))


if __name__ == "__main__":
    sys.exit(main())
