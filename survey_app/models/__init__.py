"""The tables: SQLAlchemy, one file a subject."""
