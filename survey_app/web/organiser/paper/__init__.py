"""Paper sheets and the totals counted by hand."""

from survey_app.web.organiser.paper import paper

# Importing them has put their views on the blueprint.
__all__ = ["paper"]
