"""Questions to a model, one a file: one function, one frozen result."""
