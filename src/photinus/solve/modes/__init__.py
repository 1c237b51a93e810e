"""The eigenmodes of the Liouvillian."""
