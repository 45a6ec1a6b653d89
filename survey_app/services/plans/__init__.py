"""Surveys before their launch: written, previewed, checked, launched."""
