"""The command line: one file a subject."""
