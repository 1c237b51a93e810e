"""How a state moves in time."""
