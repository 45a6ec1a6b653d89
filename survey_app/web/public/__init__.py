"""Residents: from an entry code to the thanks page."""

from flask import Blueprint

public = Blueprint("public", __name__)
