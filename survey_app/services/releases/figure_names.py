"""How the figures of a release are called: by what each shows, of which unit and of which class.

The address of a figure says it, so pages read from the list of files what there is to show.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_ADDRESS = re.compile(
    r"figures/(?:units/(?P<unit>[^/]+)/)?(?P<kind>[a-z]+)(?:-class(?P<of_class>\d+))?(?:-part(?P<part>\d+))?\.[a-z]+"
)


@dataclass(frozen=True)
class FigureName:
    """One figure of a release."""

    #: headline, waves, caterpillar, funnel, heatmap, groups, turnout.
    kind: str
    #: The code of the unit whose parts stand side by side; "" for the whole survey.
    unit: str = ""
    #: Which class of the listed targets, from 1 in the order of the questionnaire; 0 where they have one class.
    of_class: int = 0
    #: Which part of a table that takes several pictures, from 1.
    part: int = 1

    def __str__(self) -> str:
        """Name it, as its address does: units/43A/headline, headline-class2, heatmap-part2."""
        folder = f"units/{self.unit}/" if self.unit else ""
        of_class = f"-class{self.of_class}" if self.of_class else ""
        return f"{folder}{self.kind}{of_class}" + (f"-part{self.part}" if self.part > 1 else "")

    def path(self, ending: str) -> str:
        """Return its address below the release."""
        return f"figures/{self}.{ending}"

    @classmethod
    def read(cls, path: str) -> Self | None:
        """Return the figure at an address; None where none stands."""
        found = _ADDRESS.fullmatch(path)
        if found is None:
            return None
        return cls(found["kind"], found["unit"] or "", int(found["of_class"] or 0), int(found["part"] or 1))


def class_names(of_targets: Iterable[str]) -> list[str]:
    """Return the classes of listed targets, in the order of their numbers; empty where they are all of one."""
    names = list(dict.fromkeys(of_targets))
    return names if len(names) > 1 else []
