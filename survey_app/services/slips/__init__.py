"""Slips: planned, issued, counted."""
