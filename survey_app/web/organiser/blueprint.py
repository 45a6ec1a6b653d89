"""The blueprint of the console, by itself so that every file of views can import it."""

from flask import Blueprint

organiser = Blueprint("organiser", __name__, url_prefix="/console")
