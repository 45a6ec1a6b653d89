"""Which units of the tree a survey's rule for its places chooses."""

from collections.abc import Mapping, Sequence

from survey_app.domain.definition import PlaceRule, RollUp, Selection, SurveyDefinition
from survey_app.domain.messages import Message, Refused, message
from survey_app.models import Unit
from survey_app.services.scopes import Scope
from survey_app.services.units.tree import UnitTree

#: So many units are named where many are at fault.
_NAMED = 10


def chosen_units(rule: PlaceRule, tree: UnitTree) -> Sequence[Unit]:
    """Return the units that collect answers, in tree order or as they are listed.

    Closed units are passed over below a unit. Refused: a unit that there is not, a listed one that is closed, or none
    at all.
    """
    check_units_exist("places", [*rule.units, *rule.under], tree)
    if not rule.under:
        closed = [code for code in rule.units if tree.by_code[code].closed_on is not None]
        if closed:
            raise Refused(
                message(
                    "{where}: the unit {value} is closed. Leave it out, or reopen it first.",
                    where="places",
                    value=", ".join(closed[:_NAMED]),
                )
            )
        return [tree.by_code[code] for code in rule.units]
    found = {unit.id: unit for code in rule.under for unit in tree.below(tree.by_code[code])}  # They may overlap.
    units = [unit for unit in found.values() if _fits(unit, rule)]
    if not units:
        under = ", ".join(rule.under)
        raise Refused(
            message("{where}: no unit under {value} is of this level and class.", where="places", value=under)
        )
    return units


def _fits(unit: Unit, rule: PlaceRule) -> bool:
    return (
        unit.closed_on is None
        and (rule.level is None or unit.level == rule.level)
        and (not rule.classes or unit.unit_class in rule.classes)
    )


def check_units_exist(where: str, codes: Sequence[str], tree: UnitTree) -> None:
    """Refuse a code that no unit has."""
    for code in codes:
        if code not in tree.by_code:
            raise Refused(
                message("{where}: there is no unit {value}; import the list of units first.", where=where, value=code)
            )


def check_sizes(rule: PlaceRule, units: Sequence[Unit]) -> None:
    """Refuse a population or quota of a unit that is no place."""
    chosen = {unit.code for unit in units}
    for code in rule.sizes:
        if code not in chosen:
            raise Refused(message("{where}: {value} is not one of the places.", where="places.sizes", value=code))


def check_populations(definition: SurveyDefinition, populations: Mapping[str, int | None]) -> None:
    """Refuse rules of counting that need to know how many people each place has, by its code."""
    where = needs_populations(definition)
    without = sorted(code for code, people in populations.items() if people is None)
    if where is not None and without:
        raise Refused(_lacking(where, without))


def needs_populations(definition: SurveyDefinition) -> str | None:
    """Return the first rule of counting that needs to know how many people each place has; None where none does."""
    needing = {
        "roll_up": definition.roll_up is RollUp.POPULATION,
        "selection": definition.selection is Selection.RANDOM,
        "verdict": definition.verdict and len(definition.groups) == 1,
    }
    return next((key for key, needed in needing.items() if needed), None)


def _lacking(where: str, without: Sequence[str]) -> Message:
    return message(
        "{where}: this needs the eligible population of every place; {count} have none, for example {units}. "
        "Give it in places.sizes.",
        where=where,
        count=len(without),
        units=", ".join(without[:_NAMED]),
    )


def by_area(units: Sequence[Unit], tree: UnitTree, scope: Scope) -> list[tuple[Unit, list[Unit]]]:
    """Return the units by the area that they lie in, one level below the top of the scope, in tree order."""
    found: dict[int, tuple[Unit, list[Unit]]] = {}
    for unit in units:
        line = tree.line_within(unit, scope)
        area = line[min(1, len(line) - 1)]
        found.setdefault(area.id, (area, []))[1].append(unit)
    return list(found.values())
