"""The organisers' console."""

from survey_app.web.organiser import (
    access,
    accounts,
    acts,
    audit,
    audit_words,
    board,
    codes,
    errors,
    job_pages,
    overview,
    paper,
    plans,
    releases,
    units,
    words,
)
from survey_app.web.organiser.blueprint import organiser

# Importing them has put their views and rules on the blueprint.
__all__ = [
    "access",
    "accounts",
    "acts",
    "audit",
    "audit_words",
    "board",
    "codes",
    "errors",
    "job_pages",
    "organiser",
    "overview",
    "paper",
    "plans",
    "releases",
    "units",
    "words",
]
