"""Moments: closed equations for the means of products, by the cumulant expansion."""
