"""Time the table of a city: python tests/benchmarks/bench_tabulate.py (from the top folder)."""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from analysis.tables import tabulate

COUNTIES, TOWNSHIPS, VILLAGES, QUESTIONS = 10, 178, 2273, 11


def city(small: float) -> tuple[list[int], np.ndarray]:
    """One city of counties, townships and villages; a share of the villages has few ballots."""
    random = np.random.default_rng(430700)
    parents = [-1, *[0] * COUNTIES]
    parents += [1 + township % COUNTIES for township in range(TOWNSHIPS)]
    parents += [1 + COUNTIES + village % TOWNSHIPS for village in range(VILLAGES)]
    ballots = np.zeros(len(parents), dtype=np.int64)
    ballots[-VILLAGES:] = np.where(random.random(VILLAGES) < small, 6, random.poisson(36, VILLAGES))
    own = random.multinomial(ballots[:, None], [0.6, 0.31, 0.05, 0.04, 0], size=(len(parents), QUESTIONS))
    return parents, own[None]


def main() -> None:
    """Print milliseconds; the first ranges also load scipy, so the first table is thrown away."""
    for small in (0.0, 0.05, 0.3):
        parents, counts = city(small)
        for _ in range(2):
            start = perf_counter()
            table = tabulate(parents, [str(question) for question in range(QUESTIONS)], counts)
            tabulated = perf_counter()
            _ = table.rates
            rated = perf_counter()
        hidden = table.suppressed.mean()
        for unit in range(len(parents)):
            for question in range(QUESTIONS):
                table.cell(unit, question)
        printed = perf_counter()
        times = (tabulated - start, rated - tabulated, printed - rated)
        print(f"{small:.0%} small: {hidden:.0%} hidden; ", end="")  # noqa: T201 - a script prints
        print("table {:.0f} ms, rates {:.0f} ms, all cells {:.0f} ms".format(*(1000 * t for t in times)))  # noqa: T201


if __name__ == "__main__":
    main()
