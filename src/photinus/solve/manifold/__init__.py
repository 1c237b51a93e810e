"""Models with more than one stationary state: the manifold of them, where a start ends up in it, and dark states."""
