"""Ballots on paper: sheets to print, totals entered twice, what is counted of them."""
