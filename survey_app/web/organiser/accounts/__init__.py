"""Login, first account, one's own account and those of others."""

from survey_app.web.organiser.accounts import administration, first_account, fresh_code, login, own_account, role_words

# Importing them has put their views on the blueprint.
__all__ = ["administration", "first_account", "fresh_code", "login", "own_account", "role_words"]
