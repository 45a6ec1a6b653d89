"""Residents: from an entry code to the thanks page."""

from survey_app.web.public import answering, front, style
from survey_app.web.public.blueprint import public

__all__ = ["answering", "front", "public", "style"]
