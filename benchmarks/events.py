"""Real events in which every meeting is required: breaks proven fewest, beside what other solvers reach in the time.

usage: python -m benchmarks.events DATA_FOLDER [--time-limit 20] [--peer-limit 6] [--variants 1] [--no-peers]

DATA_FOLDER holds .dzn files of the public benchmark (University of Girona; Bofill et al., JAIR 74, 2022) and
`best_known.csv`, in any subfolder.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.domain.scheduling import read_problem, solve, verify
from benchmarks.event_files import Event, events, variant
from benchmarks.event_maxsat import rc2
from benchmarks.event_peers import PEERS, Outcome
from benchmarks.tables import Table

LIMIT, PEER_LIMIT, SPREAD_LIMIT = 20.0, 6.0, 10.0  # seconds; with 20 for all of them it takes three times as long
VARIANTS = 1
SPREAD = 2
Json = dict[str, Any]
Solver = Callable[[Json, float], Outcome]


def engine(problem: Json, seconds: float) -> Outcome:
    """This engine; a plan its verifier refuses would count as wrong."""
    plan = solve(read_problem(problem), time_limit=seconds)
    assert verify(problem, plan).legal
    whole = plan.missing_required == 0
    proven, refuted = plan.status == "optimal", plan.status == "infeasible"
    return Outcome(plan.breaks if whole else None, proven, refuted, plan.seconds)


def wrong(found: Outcome, known: int | None) -> bool:
    """Whether an outcome contradicts what is known: a false proof, a false refutation, fewer breaks than can be."""
    if known is None:
        return found.breaks is not None
    return found.refuted or (found.breaks is not None and found.breaks < known) or (
        found.proven and found.breaks != known
    )  # fmt: skip


def _times(found: list[Outcome]) -> tuple[float, float]:
    seconds = [o.seconds for o in found]
    return statistics.median(seconds), max(seconds)


def _public(found: list[Event], by_solver: dict[str, list[Outcome]]) -> Iterator[tuple[object, ...]]:
    for name, mine in by_solver.items():
        outcomes = list(zip(found, mine, strict=True))
        settled = sum(o.proven or o.refuted for _, o in outcomes)
        best = sum(o.breaks is not None and o.breaks == e.known.get(SPREAD) for e, o in outcomes)
        bad = sum(SPREAD in e.known and wrong(o, e.known[SPREAD]) for e, o in outcomes)
        yield (name, settled, best, bad, *_times(mine))


def _each(found: list[Event], mine: list[Outcome]) -> Iterator[tuple[object, ...]]:
    for e, o in zip(found, mine, strict=True):
        status = "optimal" if o.proven else "infeasible" if o.refuted else "open"
        yield (e.name, len(e.problem["meetings"]), status, o.breaks, e.known.get(SPREAD), o.seconds)


def _spreads(found: list[Event], limit: float) -> Iterator[tuple[object, ...]]:
    for spread in (0, 1, 3):
        known = [e for e in found if spread in e.known]
        outcomes = []
        for e in known:
            objective = {**e.problem["objective"], "max_break_spread": spread}
            outcomes.append((e, engine({**e.problem, "objective": objective}, limit)))
        optima = sum(o.proven for _, o in outcomes)
        refuted = sum(o.refuted for _, o in outcomes)
        bad = sum(wrong(o, e.known[spread]) for e, o in outcomes)
        yield (spread, len(known), optima, refuted, bad, *_times([o for _, o in outcomes]))


def _variants(
    found: list[Event], limit: float, peer_limit: float, count: int, peers: bool
) -> Iterator[tuple[object, ...]]:
    every = [variant(e, seed) for seed in range(count) for e in found]
    solvers: dict[str, Solver] = {"fairmatch": engine}
    if peers:
        solvers["default CP-SAT, 2 workers"] = PEERS["default CP-SAT, 2 workers"]
    given = {name: limit if solver is engine else peer_limit for name, solver in solvers.items()}
    outcomes = {name: [solver(problem, given[name]) for problem in every] for name, solver in solvers.items()}
    for name, mine in outcomes.items():
        others = [o for other, o in outcomes.items() if other != name]
        bad = sum(_contradict(o, other[k]) for other in others for k, o in enumerate(mine))
        optima, refuted = sum(o.proven for o in mine), sum(o.refuted for o in mine)
        yield (name, len(every), optima, refuted, len(every) - optima - refuted, bad, *_times(mine))


def _contradict(one: Outcome, two: Outcome) -> bool:
    """Whether two outcomes cannot both be true."""
    if one.proven and two.proven:
        return one.breaks != two.breaks
    return (one.refuted and two.breaks is not None) or (two.refuted and one.breaks is not None)


def tables(
    data: Path,
    limit: float = LIMIT,
    peer_limit: float = PEER_LIMIT,
    variants: int = VARIANTS,
    peers: bool = True,
) -> Iterator[Table]:
    """The public events by solver and one by one, the other spreads, and variants by seed."""
    found = events(data)
    command = (
        f"python -m benchmarks.events FOLDER --time-limit {limit:g} --peer-limit {peer_limit:g} --variants {variants}"
    )
    solvers: dict[str, Solver] = {
        "fairmatch": engine,
        **({**PEERS, "RC2 (python-sat) on our model": rc2} if peers else {}),
    }
    given = {name: limit if solver is engine else peer_limit for name, solver in solvers.items()}
    outcomes = {name: [solver(e.problem, given[name]) for e in found] for name, solver in solvers.items()}
    yield Table(
        "Real events, every meeting required: who proves the fewest breaks",
        command,
        ("solver", f"settled of {len(found)}", "best known reached", "wrong", "median s", "worst s"),
        list(_public(found, outcomes)),
        f"Spread of breaks at most 2. fairmatch has {limit:g} s for each, the others {peer_limit:g} s. `slot by slot` "
        "proves nothing and often cannot place every meeting.",
    )
    yield Table(
        "The same, one by one",
        command,
        ("event", "meetings", "status", "breaks", "published", "s"),
        list(_each(found, outcomes["fairmatch"])),
    )
    yield Table(
        "Other limits on the spread of breaks",
        command,
        ("spread", "events", "optimal", "refuted", "wrong", "median s", "worst s"),
        list(_spreads(found, min(limit, SPREAD_LIMIT))),
        f"{min(limit, SPREAD_LIMIT):g} s for each.",
    )
    yield Table(
        "Variants by seed: people away, meetings fixed, meetings in an order",
        command,
        ("solver", "variants", "optimal", "refuted", "open", "contradictions", "median s", "worst s"),
        list(_variants(found, limit, peer_limit, variants, peers)),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--time-limit", type=float, default=LIMIT)
    arguments.add_argument("--peer-limit", type=float, default=PEER_LIMIT)
    arguments.add_argument("--variants", type=int, default=VARIANTS)
    arguments.add_argument("--no-peers", action="store_true", help="the engine alone")
    options = arguments.parse_args()
    if not events(options.folder):
        arguments.error(f"{options.folder} holds no .dzn file")
    for table in tables(options.folder, options.time_limit, options.peer_limit, options.variants, not options.no_peers):
        print(table.markdown(), flush=True)


if __name__ == "__main__":
    main()
