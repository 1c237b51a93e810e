"""Equations of motion in phase space, derived from a model, and their samples."""
