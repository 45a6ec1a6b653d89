"""Long work outside a request: the worker, one file for each kind of job, and planned closing."""
