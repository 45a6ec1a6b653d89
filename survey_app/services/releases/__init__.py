"""Releases: rows, heads, tables, figures and files; signed, read and exported."""
