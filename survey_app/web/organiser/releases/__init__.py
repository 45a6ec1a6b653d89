"""Releases of a closed survey and the result sheets of its units."""

from survey_app.web.organiser.releases import releases, unit_sheet

# Importing them has put their views on the blueprint.
__all__ = ["releases", "unit_sheet"]
