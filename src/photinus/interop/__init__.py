"""States to and from other packages."""

from photinus.interop.qutip import from_qutip, to_qutip

__all__ = ["from_qutip", "to_qutip"]
