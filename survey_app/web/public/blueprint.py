"""The blueprint that the residents' pages register at."""

from flask import Blueprint

public = Blueprint("public", __name__)
