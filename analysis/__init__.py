"""The arithmetic: counts in; rates, intervals, suppressed tables and figures out. Knows no database and no request."""
