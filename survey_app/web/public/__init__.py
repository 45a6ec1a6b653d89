"""Residents: from an entry code to the thanks page."""

from survey_app.web.public import answering, by_hand, front, inline, preview, test_scan
from survey_app.web.public.blueprint import public

__all__ = ["answering", "by_hand", "front", "inline", "preview", "public", "test_scan"]
