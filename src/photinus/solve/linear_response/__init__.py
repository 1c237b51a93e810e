"""Derivatives of the steady state."""
