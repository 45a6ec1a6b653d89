"""The blueprint of published results; its addresses stay (docs/architecture.md)."""

from flask import Blueprint

results = Blueprint("results", __name__)
