"""An environment with memory: a spectral density, a temperature, and the operators of the system that it couples to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from photinus.algebra import Operator, Site
from photinus.algebra.operator import as_operator
from photinus.errors import InvalidInput, UnknownSite, WrongType, shown
from photinus.memory.densities import SpectralDensity
from photinus.model import Jump, Model
from photinus.numerics.checks import real_number


@dataclass(frozen=True, slots=True)
class Environment:
    """A bath of oscillators that couples by H_I = L†B + LB†, B = Σ_k g_k b_k, J(ω) = Σ_k |g_k|² δ(ω − ω_k).

    Parameters
    ----------
    density : SpectralDensity
        J.
    coupling : Operator or sequence of Operator
        L. A lowering operator such as ``a`` or ``a - b`` gives the rotating-wave coupling, a Hermitian one such as
        ``a + a.dag()`` or ``s.x`` the full L(B + B†). Several operators are the couplings of several sites: a *common*
        bath sees their sum, *independent* baths, each with this J, one each.
    temperature : float
        k_B T ≥ 0, in the unit of the rates.
    name : str
        The pseudomodes are named after it.

    Raises
    ------
    InvalidInput
        For a temperature below 0, a density without a finite occupation at this temperature, and an L that is a number.
    WrongType
        For what is no density or operator.

    Examples
    --------
    >>> import photinus as ph
    >>> a, b = ph.oscillator("a"), ph.oscillator("b")
    >>> bath = ph.memory.Environment(ph.memory.Lorentzian(1.0, width=0.5), [a, -b])
    >>> bath.operators(common=True), bath.operators(common=False)
    ((a - b,), (a, -b))
    """

    density: SpectralDensity
    coupling: tuple[Operator, ...]
    temperature: float
    name: str

    def __init__(
        self,
        density: SpectralDensity,
        coupling: Operator | Iterable[Operator],
        *,
        temperature: float = 0.0,
        name: str = "bath",
    ) -> None:
        if not isinstance(density, SpectralDensity):
            raise WrongType(
                f"The spectral density is {shown(density)}.",
                "Give one of photinus.memory, such as Lorentzian(…), or Density(function).",
            )
        listed = (
            (coupling,) if isinstance(coupling, Operator) or not isinstance(coupling, Iterable) else tuple(coupling)
        )
        operators = tuple(as_operator(each) for each in listed)
        if not operators or not all(operator.sites for operator in operators):
            raise InvalidInput("The environment couples to nothing, or to a number.", "Give operators of the system.")
        if not isinstance(name, str) or not name:
            raise WrongType(f"The name of the environment is {shown(name)}.", "Give a non-empty string.")
        object.__setattr__(self, "density", density)
        object.__setattr__(self, "coupling", operators)
        object.__setattr__(self, "temperature", real_number(temperature, "temperature", minimum=0.0))
        object.__setattr__(self, "name", name)
        if self.temperature > 0:
            self._refuse_infinite_occupation()

    def _refuse_infinite_occupation(self) -> None:
        """n̄(ω) diverges at ω = 0: J must begin at 0 there."""
        density, step = self.density, 1e-9 * self.temperature
        if density.support[0] < 0 or float(density(step)) > 0.9 * float(density(1e3 * step)) > 0:
            raise InvalidInput(
                f"At the temperature {self.temperature:g} the bath is not integrable: J(ω) does not vanish at ω = 0, "
                "where the occupation diverges.",
                "Use Underdamped(…) or an Ohmic(…), or Lorentzian(…, mean_occupation=n) at temperature 0.",
            )

    def operators(self, *, common: bool | None = None) -> tuple[Operator, ...]:
        """One L for each bath: the sum of the couplings for a common bath, each coupling for independent baths.

        Raises
        ------
        InvalidInput
            For several couplings where ``common`` is not said, a common bath of one site, and independent baths of one
            coupling that joins several sites.
        """
        if common is not None and not isinstance(common, bool):
            raise WrongType(f"common= is {shown(common)}.", "Give True or False.")
        sites = {site.name for operator in self.coupling for site in operator.sites}
        if common and len(sites) < 2:
            raise InvalidInput(
                f"A common bath of one site, {min(sites)!r}, is asked for.", "Couple it to several, such as [a, -b]."
            )
        if len(self.coupling) == 1:
            if common is False and len(sites) > 1:
                raise InvalidInput(
                    f"The coupling {self.coupling[0]} joins {len(sites)} sites into one bath.",
                    "Give one operator a bath, such as [a, -b].",
                )
            return self.coupling
        if common is None:
            raise InvalidInput(
                f"The environment has {len(self.coupling)} couplings, and common= is not given.",
                "Say common=True for one bath, common=False for one each.",
            )
        return (sum(self.coupling[1:], self.coupling[0]),) if common else self.coupling

    def placed(self, model: Model) -> Model:
        """The model, checked to have the sites of the couplings; one without any site, such as ph.Model(), gets them.

        Raises
        ------
        UnknownSite, WrongType
        """
        if not isinstance(model, Model):
            raise WrongType(f"The model is {shown(model)}.", "Give a ph.Model.")
        if not model.sites:
            return model + Model(jumps=[Jump(0.0, operator) for operator in self.coupling])
        for site in {site for operator in self.coupling for site in operator.sites}:
            _require_site(model, site)
        return model


def _require_site(model: Model, site: Site) -> None:
    names = {each.name: each for each in model.sites}
    if names.get(site.name) != site:
        raise UnknownSite(
            f"The environment couples to the {site!r}, which the model does not have.",
            f"Sites: {', '.join(map(repr, model.sites)) or 'none'}.",
        )


def require_environment(environment: object) -> None:
    """Raise :class:`WrongType` unless this is an environment."""
    if not isinstance(environment, Environment):
        raise WrongType(
            f"The environment is {shown(environment)}.",
            "Give ph.memory.Environment(density, coupling); a ph.Bath has no memory.",
        )
