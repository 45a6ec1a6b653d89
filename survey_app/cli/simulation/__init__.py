"""Simulated residents: they fetch the page, read its form as a browser would, and submit it over HTTP."""
