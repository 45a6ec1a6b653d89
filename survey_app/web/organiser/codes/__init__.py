"""Posters, slips, and poster codes replaced or paused."""

from survey_app.web.organiser.codes import poster_codes, posters, slips, ways_in

# Importing them has put their views on the blueprint.
__all__ = ["poster_codes", "posters", "slips", "ways_in"]
