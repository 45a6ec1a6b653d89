"""Releases of a closed survey and the result sheets of its units."""

from survey_app.web.organiser.releases import (
    release_pages,
    releases,
    sheet_bundles,
    unit_check,
    unit_sheet,
    withdrawing,
)

# Importing them has put their views on the blueprint.
__all__ = ["release_pages", "releases", "sheet_bundles", "unit_check", "unit_sheet", "withdrawing"]
