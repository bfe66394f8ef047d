"""RC2 of python-sat, the core-guided search of the literature, on the engine's own clauses.

Where the engine runs CP-SAT core-guided, a MaxSAT solver would be the usual choice; here it is a peer.
Source: A. Ignatiev, A. Morgado, J. Marques-Silva, "RC2: an efficient MaxSAT solver", JSAT 11, 2019.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Timer
from typing import Any

from app.domain.scheduling import read_problem
from app.domain.scheduling.encoding import Encoding, Target
from app.domain.scheduling.instance import build
from benchmarks.event_peers import Outcome

Clause = list[int]


def rc2(event: dict[str, Any], seconds: float) -> Outcome:
    """RC2 with its usual settings on one thread; it has no plan before the best one."""
    from pysat.examples.rc2 import RC2
    from pysat.formula import WCNF

    begun, inst = time.perf_counter(), build(read_problem(event))
    code = Encoding(inst, Target(tuple(range(len(inst.meetings))), True, 0, with_objective=True))
    formula = WCNF()
    for clause in clauses(code.model.proto):
        formula.append(clause)
    for literal in (literal for p in range(inst.people) for literal in code.breaks(p)):
        formula.append([-_number(literal.index)], weight=1)
    with RC2(formula, solver="g3", adapt=True, exhaust=True) as search:
        limit = Timer(max(0.1, seconds - (time.perf_counter() - begun)), search.interrupt)
        limit.start()
        model = search.compute(expect_interrupt=True)
        stopped = not limit.is_alive()
        limit.cancel()
        breaks = None if model is None else int(search.cost)
    refuted = model is None and not stopped
    return Outcome(breaks, breaks is not None, refuted, time.perf_counter() - begun)


def clauses(model: Any) -> Iterator[Clause]:
    """A CP-SAT model of Boolean variables as clauses; sums that count pairs of people are implied and left out.

    Raises
    ------
    ValueError
        The model holds something that no clause of this benchmark says.
    """
    from pysat.card import CardEnc, EncType

    top = len(model.variables)
    for variable, held in enumerate(model.variables):
        if list(held.domain) in ([0, 0], [1, 1]):
            yield [_number(variable) if held.domain[0] else -_number(variable)]
    for constraint in model.constraints:
        if constraint.has_bool_or():
            unless = [-_number(literal) for literal in constraint.enforcement_literal]
            yield unless + [_number(literal) for literal in constraint.bool_or.literals]
            continue
        if constraint.has_bool_and():
            unless = [-_number(literal) for literal in constraint.enforcement_literal]
            yield from ([*unless, _number(literal)] for literal in constraint.bool_and.literals)
            continue
        literals, low, high = _counted(model, constraint)
        for encode, bound in ((CardEnc.atleast, low), (CardEnc.atmost, high)):
            if (encode is CardEnc.atleast and bound <= 0) or (encode is CardEnc.atmost and bound >= len(literals)):
                continue
            found = encode(lits=literals, bound=bound, top_id=top, encoding=EncType.seqcounter)
            top = max(top, found.nv)
            yield from found.clauses


def _counted(model: Any, constraint: Any) -> tuple[list[int], int, int]:
    """Literals of a count, and how few and how many of them hold; no literals where a sum counts pairs."""
    if constraint.has_at_most_one():
        return [_number(literal) for literal in constraint.at_most_one.literals], 0, 1
    if constraint.has_exactly_one():
        return [_number(literal) for literal in constraint.exactly_one.literals], 1, 1
    if not constraint.has_linear() or constraint.enforcement_literal:
        raise ValueError(f"no clauses for {constraint}")
    linear = constraint.linear
    held, factors, domain = list(linear.vars), list(linear.coeffs), list(linear.domain)
    if sorted(factors)[:1] == [-2] and all(factor == 1 for factor in sorted(factors)[1:]):
        return [], 0, 0
    if any(
        abs(factor) != 1 or list(model.variables[v].domain)[-1] > 1 for v, factor in zip(held, factors, strict=True)
    ):
        raise ValueError("no clauses for weighted sums")
    literals = [_number(v) if factor > 0 else -_number(v) for v, factor in zip(held, factors, strict=True)]
    shift = sum(factor < 0 for factor in factors)
    return literals, max(domain[0] + shift, 0), min(domain[-1] + shift, len(literals))


def _number(literal: int) -> int:
    """CP-SAT counts variables from 0 and negates by −v − 1; clauses count from 1 and negate by the sign."""
    return literal + 1 if literal >= 0 else literal
