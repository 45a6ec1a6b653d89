"""Attack a thousand made-up surveys with several releases: python tests/benchmarks/bench_suppression_attack.py."""

import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.analysis.crossed_releases import CrossedSurvey, make_crossed
from tests.analysis.made_releases import make_any

SURVEYS = 1_000


def crossed(random: np.random.Generator) -> CrossedSurvey:
    """Make a survey with a choice crossed with two questions, and its releases."""
    survey = make_crossed(random)
    for threshold in (10, *random.choice([8, 10, 13], size=random.integers(0, 3))):
        survey.publish(int(threshold))
    return survey


def main(surveys: int = SURVEYS) -> int:
    """Print what was attacked and how narrow the ranges found are; 1 where one is too narrow."""
    start = perf_counter()
    widths: Counter[str] = Counter()
    releases = solved = 0
    faults = []
    for seed in range(surveys):
        random = np.random.default_rng(seed)
        survey = crossed(random) if seed % 4 == 3 else make_any(random)
        attacker, narrow = survey.attack()
        releases += len(survey.releases)
        solved += attacker.solved
        widths.update(attacker.found())
        faults += [(seed, target.name, target.needed, width) for target, width in narrow]
    print(f"{surveys} surveys, {releases} releases, {sum(widths.values())} hidden counts, ", end="")  # noqa: T201
    print(f"{solved} solutions looked for, {perf_counter() - start:.0f} s")  # noqa: T201 - a script prints
    for kind, number in sorted(widths.items()):
        print(f"  {number:6} ranges {kind}")  # noqa: T201
    print(f"  {len(faults):6} narrower than they must be {faults[:5]}")  # noqa: T201
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
