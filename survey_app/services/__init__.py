"""The use cases: one file each; they take a Session and know no HTTP."""
