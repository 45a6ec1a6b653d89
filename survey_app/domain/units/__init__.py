"""Which units a list may bring in: every row is checked before anything is written, every error is told at once.

Pure rules over strings; where the rows come from (a .csv, a workbook) and where the plan goes is no concern of theirs.
docs/units.md explains the columns and the errors to whoever writes the list.
"""

from survey_app.domain.units.check import check_units
from survey_app.domain.units.level import Level, level_of, may_stand_under
from survey_app.domain.units.plan import CHANGEABLE, DECIDING, differences
from survey_app.domain.units.unit import KnownUnit, Patch, PlannedUnit, UnitPlan, UnitRow

__all__ = [
    "CHANGEABLE",
    "DECIDING",
    "KnownUnit",
    "Level",
    "Patch",
    "PlannedUnit",
    "UnitPlan",
    "UnitRow",
    "check_units",
    "differences",
    "level_of",
    "may_stand_under",
]
