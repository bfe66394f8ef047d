"""Which instances the chain annealing covers; apart from it, because importing that compiles."""

from __future__ import annotations

from app.domain.scheduling import chain_layout as layout
from app.domain.scheduling.instance import FREE, Instance
from app.domain.scheduling.twosided import places_follow_people


def applies(inst: Instance) -> bool:
    """Whether only people, counted places and limits bind."""
    usable = [m for m, starts in enumerate(inst.starts) if starts]
    return (
        bool(usable)
        and inst.slots <= layout.MOST_SLOTS
        and not inst.explicit
        and inst.spread is None
        and not any(inst.earlier)
        and all(n == 1 for n in inst.parallel)
        and all(inst.length[m] == 1 and inst.klass[m] == FREE and inst.pair[m] == FREE for m in usable)
        and places_follow_people(inst, usable)
    )
