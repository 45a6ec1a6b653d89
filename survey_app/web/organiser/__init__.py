"""The organisers' console."""

from survey_app.web.organiser import (
    access,
    acts,
    board,
    codes,
    errors,
    first_account,
    job_pages,
    login,
    overview,
    posters,
    questionnaire,
    releases,
    slips,
    units,
    ways_in,
    words,
)
from survey_app.web.organiser.blueprint import organiser

# Importing them has put their views and rules on the blueprint.
__all__ = [
    "access",
    "acts",
    "board",
    "codes",
    "errors",
    "first_account",
    "job_pages",
    "login",
    "organiser",
    "overview",
    "posters",
    "questionnaire",
    "releases",
    "slips",
    "units",
    "ways_in",
    "words",
]
