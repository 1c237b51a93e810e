"""Methods that know no physics: linear systems with a known null functional, Krylov spaces, memory."""
