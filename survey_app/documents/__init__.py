"""Writers of files from finished tables: no database, no HTTP."""
