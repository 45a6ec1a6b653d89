"""Counts of a closed survey made in memory, without a database: any tree, groups and targets."""

import numpy as np

from survey_app.domain.ballot import Channel
from survey_app.domain.reading_definition import read_definition
from survey_app.models import Place, RespondentGroup, Unit
from survey_app.services.surveys import Frame
from survey_app.services.tabulating import SurveyCounts
from survey_app.services.units.tree import UnitTree

_LEVELS = ("city", "county", "township", "village")


def unit_tree(parents):
    """A tree from each unit's parent, -1 for a root; codes sort parents first."""
    tree = UnitTree([])
    depth = []
    for number, parent in enumerate(parents):
        depth.append(0 if parent < 0 else min(depth[parent] + 1, 3))
        unit = Unit(
            id=number + 1,
            code=f"U{number:03}",
            name=f"单位{number}",
            level=_LEVELS[depth[-1]],
            unit_class="",
            parent_id=None if parent < 0 else parent + 1,
        )
        tree.by_id[unit.id] = tree.by_code[unit.code] = unit
        tree.children.setdefault(unit.parent_id, []).append(unit)
    tree.units = [each for root in tree.children.get(None, ()) for each in tree.below(root)]
    return tree


def frame_of(groups, targets, /, **rules):
    """The frame of a survey with so many groups (weights 1, 2, …) and targets, two questions about places."""
    questions = [
        {"code": "overall", "kind": "rating", "text": "总的来说", "required": True},
        {"code": "buses", "kind": "rating", "text": "公交"},
    ]
    if targets:
        questions.append({"code": "work", "kind": "rating", "about": "targets", "text": "该单位"})
    given_ = {
        "title": "测评",
        "organiser": "测评办",
        "places": {"units": ["U000"]},
        "questions": questions,
        "targets": [{"code": f"D{number}", "name": f"对象{number}"} for number in range(targets)] or None,
        "groups": [{"code": f"G{number}", "name": f"票种{number}", "weight": number + 1} for number in range(groups)],
        **rules,
    }
    if groups == 1:
        del given_["groups"]
    definition = read_definition({key: value for key, value in given_.items() if value is not None})
    made = [
        RespondentGroup(id=number + 1, code=each.code, name=each.name, weight=each.weight)
        for number, each in enumerate(definition.groups)
    ]
    return Frame(1, definition, definition.questionnaire, made, {})


def counts_of(frame, tree, places, counts, slips=None, populations=()):
    """The counts of a survey from the histograms of its places, shape (places, groups, slots, width)."""
    counts = np.asarray(counts, np.int64)
    ballots = counts.sum(axis=3).max(axis=2, initial=0)
    by_channel = np.zeros((len(Channel), *counts.shape[1:]), np.int64)
    by_channel[0] = counts.sum(axis=0)
    people = [*populations] or [None] * len(places)
    return SurveyCounts(
        frame,
        tree,
        [
            (Place(id=number + 1, unit_id=tree.units[at].id, population=people[number]), tree.units[at])
            for number, at in enumerate(places)
        ],
        counts,
        counts.sum(axis=(1, 3)).max(axis=1, initial=0),
        ballots,
        by_channel,
        by_channel.sum(axis=(1, 3)).max(axis=1),
        slips or {},
    )


def histogram(satisfied, basic=0, bad=0, unknown=0, blank=0):
    """Blank, the four options, not asked."""
    return [blank, satisfied, basic, bad, unknown, 0]


def alike(answers):
    """Histograms of places where both questions are answered alike by one group."""
    return [[[histogram(*each), histogram(*each)]] for each in answers]
