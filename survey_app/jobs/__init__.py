"""Long work outside a request."""
