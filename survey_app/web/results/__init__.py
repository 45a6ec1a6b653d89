"""Published results: pages and files of releases."""

from survey_app.web.results import downloads, inside, pages
from survey_app.web.results.blueprint import results

__all__ = ["downloads", "inside", "pages", "results"]
