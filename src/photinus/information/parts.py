"""Which part of a system a jump belongs to: the one whose levels it changes, whoever may watch.

|1⟩⟨0| of a dot that tunnels only while its neighbour is empty changes the dot; the neighbour controls it and stays as
it is. Where every jump changes one part alone the dynamics is bipartite, and the flow of information is well defined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from photinus.algebra import Operator
from photinus.errors import InvalidInput, WrongType, shown
from photinus.model import Model
from photinus.space.state import State
from photinus.thermo.channels import Channel, channels

Parts = Mapping[str, Sequence[str]]


def checked_parts(state: State, parts: Parts | None) -> dict[str, tuple[str, ...]]:
    """The sites of each part; by default each site is one.

    Raises
    ------
    WrongType, InvalidInput, UnknownSite
        For what is no mapping, fewer than two parts, a site that stands in two of them or in none.
    """
    names = [site.name for site in state.sites]
    if parts is None:
        out: dict[str, tuple[str, ...]] = {name: (name,) for name in names}
    elif isinstance(parts, Mapping):
        out = {str(part): (sites,) if isinstance(sites, str) else tuple(sites) for part, sites in parts.items()}
    else:
        raise WrongType(f"The parts are {shown(parts)}.", 'Give {"name of a part": ("site", …)}.')
    listed = [name for sites in out.values() for name in sites]
    state.axes(listed)
    missing = [name for name in names if name not in listed]
    if missing:
        raise InvalidInput(f"The site {missing[0]!r} stands in no part.", "Give every site a part.")
    if len(out) < 2 or not all(out.values()):
        raise InvalidInput(
            f"The system has {len(out)} part{'s' if len(out) != 1 else ''}: {', '.join(out)}.",
            "Information flows between at least two parts that have sites.",
        )
    return out


def changed_sites(operator: Operator) -> set[str]:
    """The sites whose levels an operator changes; of a diagonal one all sites that it acts on."""
    moved = {site.name for word in operator.terms for site, local in word if any(site.shift(local))}
    return moved or {site.name for word in operator.terms for site, _ in word}


def channels_of(model: Model, parts: Mapping[str, Sequence[str]]) -> dict[str, list[Channel]]:
    """The channels of each part.

    Raises
    ------
    InvalidInput
        For a jump that changes two parts at once.
    """
    out: dict[str, list[Channel]] = {part: [] for part in parts}
    for channel in channels(model):
        changed = changed_sites(channel.operator)
        owner = [part for part, sites in parts.items() if changed <= set(sites)]
        if not owner:
            raise InvalidInput(
                f"The jump {channel.label} changes {', '.join(sorted(changed))} at once: the information that flows "
                "between them cannot be told apart from what the jump creates.",
                "Put these sites into one part, or ask mutual_information_rates, which books every jump by itself.",
            )
        out[owner[0]].append(channel)
    return out
