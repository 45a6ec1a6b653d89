"""The tree of units: reading, changing, importing."""

from survey_app.web.organiser.units import tree, unit_acts, unit_imports

# Importing them has put their views on the blueprint.
__all__ = ["tree", "unit_acts", "unit_imports"]
