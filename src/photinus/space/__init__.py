"""From words to numbers: spaces, symmetry sectors, the Liouvillian of one sector, states in blocks."""
