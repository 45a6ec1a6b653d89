"""The result sheet (反馈单) of one unit: a page of A4 that says how it was rated and asks what it will do."""

from survey_app.documents.unit_sheet.content import Bar, Headline, UnitSheet
from survey_app.documents.unit_sheet.sheets import write_sheet, write_sheets

__all__ = ["Bar", "Headline", "UnitSheet", "write_sheet", "write_sheets"]
