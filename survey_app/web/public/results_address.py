"""Where published results stand."""

from flask import url_for
from werkzeug.routing import BuildError


def results_address(slug: str | None = None) -> str:
    """Return the address of a survey's published result, or of all of them."""
    try:
        return url_for("results.index") if slug is None else url_for("results.survey", slug=slug)
    except BuildError:  # The results room may be missing from an installation that only takes answers.
        return url_for("public.front")
