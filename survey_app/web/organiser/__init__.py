"""The organisers' console."""

from flask import Blueprint

organiser = Blueprint("organiser", __name__, url_prefix="/console")
