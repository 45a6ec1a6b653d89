"""Which targets of a list one ballot is asked to rate, and in which order: fixed by the ballot's nonce.

The starting target rotates, so that nobody stands at the tired end of every ballot; classes stay together, so that a
heading stands once. A long list is asked in part. Both are drawn from the nonce, which the server makes: the page sent
back is read with the very list that it showed, and no field of the form can change it. Who loads the page again gets
another part; to tie the part to a slip would print on every ballot by which slip it came.
"""

import hashlib
import random
from collections.abc import Collection, Sequence

from survey_app.domain.questionnaire import AnswerSheet, Target


def ask_of_ballot(
    sheet: AnswerSheet, nonce: bytes, slots_per_ballot: int, dealt_with: Collection[str] = ()
) -> AnswerSheet:
    """Return what one ballot is asked: all about the place, and of the list its part in its order.

    Args:
        sheet: what the group is asked at the place.
        nonce: the ballot's, 16 bytes.
        slots_per_ballot: a list with more slots (targets × questions about them) is asked in part.
        dealt_with: codes of the targets that the person says they have dealt with; none said means any.

    """
    targets = [each for each in sheet.targets if not dealt_with or each.code in dealt_with]
    if not targets:
        return sheet
    questions = len({item.question.code for item in sheet.items if item.target is not None})
    draw = random.Random(hashlib.sha256(b"manyi targets 1" + nonce).digest())  # noqa: S311 - no secret: an order.
    most = max(1, slots_per_ballot // questions)
    if len(targets) > most:
        kept = set(draw.sample([each.code for each in targets], most))
        targets = [each for each in targets if each.code in kept]
    return sheet.about_targets([each.code for each in _rotated(targets, draw.choice(targets))])


def _rotated(targets: Sequence[Target], first: Target) -> Sequence[Target]:
    """Return the targets from `first` on, its class first and beginning with it, the other classes following round."""
    classes = list(dict.fromkeys(each.unit_class for each in targets))
    turn = classes.index(first.unit_class)
    ordered = []
    for name in classes[turn:] + classes[:turn]:
        members = [each for each in targets if each.unit_class == name]
        start = members.index(first) if first in members else 0
        ordered += members[start:] + members[:start]
    return ordered
