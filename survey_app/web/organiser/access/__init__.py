"""Who may see and do what: the check before every view, the policies, and what a request names."""

from survey_app.web.organiser.access import check

# Importing them has put their views on the blueprint.
__all__ = ["check"]
