"""The bulletin (通报) of a release, in the form of an official document, as Word and as PDF."""

from survey_app.documents.bulletin.content import Bulletin, Picture, Section
from survey_app.documents.bulletin.pdf import write_bulletin_pdf
from survey_app.documents.bulletin.word import write_docx

__all__ = ["Bulletin", "Picture", "Section", "write_bulletin_pdf", "write_docx"]
