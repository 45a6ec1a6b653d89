"""Posters whose code is void and that people still scan: where a poster must be replaced."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from survey_app.domain.doors import Standing
from survey_app.services.codes.hits import DeadPoster


@dataclass(frozen=True)
class DeadCodes:
    """Scans of void codes."""

    scans: int
    #: At how many places the poster of a void code still hangs.
    places: int


def dead_codes(posters: Iterable[DeadPoster], places: Collection[int] | None = None) -> DeadCodes:
    """Return the scans of void codes at these places, None: at all; a poster before the opening is not dead."""
    found = [each for each in posters if each.reason == Standing.VOIDED and (places is None or each.place_id in places)]
    return DeadCodes(sum(each.hits for each in found), len({each.place_id for each in found}))
