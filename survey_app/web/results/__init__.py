"""Published results: pages and files of releases."""

from flask import Blueprint

results = Blueprint("results", __name__)
