"""A process of its own that prices a linear program: PDLP of OR-tools, a while at a time.

    python -P pricing.py        arrays of the program as .npz on standard input; prices of the rows, as bare float64,
                                on standard output after each while

PDLP is a primal-dual hybrid gradient method (Applegate et al. 2021). It cannot be interrupted and holds Python's lock
while it works; a process can be ended at any moment, and gives its memory back. Each while begins where the last one
ended, with its weight of primal against dual steps.
"""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np

WHILES = (64, 128, 256, 512)
MOST_ITERATIONS = 5_000
ACCURACY = 1e-7


def _program(given: Any) -> Any:
    from ortools.pdlp.python import pdlp
    from scipy.sparse import csc_matrix

    rows, columns = len(given["right"]), len(given["cost"])
    program = pdlp.QuadraticProgram()
    program.resize_and_initialize(columns, rows)
    program.objective_vector = given["cost"]
    entries = (given["factors"], (given["rows"], given["columns"]))
    program.constraint_matrix = csc_matrix(entries, shape=(rows, columns))
    program.variable_lower_bounds, program.variable_upper_bounds = np.zeros(columns), given["upper"]
    program.constraint_lower_bounds, program.constraint_upper_bounds = given["left"], given["right"]
    return program


def main() -> None:
    """Prices what comes in until the program is solved or nobody listens any more."""
    from ortools.pdlp import solvers_pb2
    from ortools.pdlp.python import pdlp

    program = _program(np.load(io.BytesIO(sys.stdin.buffer.read())))
    options = solvers_pb2.PrimalDualHybridGradientParams(record_iteration_stats=True)
    stop = options.termination_criteria
    stop.simple_optimality_criteria.eps_optimal_relative = ACCURACY
    stop.simple_optimality_criteria.eps_optimal_absolute = ACCURACY
    begin, done, turn = pdlp.PrimalAndDualSolution(), 0, 0
    while done < MOST_ITERATIONS:
        stop.iteration_limit = WHILES[min(turn, len(WHILES) - 1)]
        found = pdlp.primal_dual_hybrid_gradient(program, options, begin if turn else None)
        prices = -np.asarray(found.dual_solution, dtype=np.float64)
        sys.stdout.buffer.write(prices.tobytes())
        sys.stdout.buffer.flush()
        if found.solve_log.iteration_count < stop.iteration_limit:
            return
        begin.primal_solution, begin.dual_solution = found.primal_solution, found.dual_solution
        options.initial_primal_weight = found.solve_log.iteration_stats[-1].primal_weight
        done, turn = done + stop.iteration_limit, turn + 1


if __name__ == "__main__":
    main()
