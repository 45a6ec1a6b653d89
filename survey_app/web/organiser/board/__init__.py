"""The progress board of a survey, its reminders and inspection notes."""

from survey_app.web.organiser.board import board, board_export, notes, reminders

# Importing them has put their views on the blueprint.
__all__ = ["board", "board_export", "notes", "reminders"]
