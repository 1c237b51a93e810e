"""Single trajectories."""
