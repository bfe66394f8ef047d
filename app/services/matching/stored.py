"""From what the engine says, in each language, to the one document that is stored (see `app.services.explanations`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scoring.results import Explanation, LeftOut


def words(told: Mapping[str, Explanation]) -> dict[str, Any]:
    """An explanation in every language of `told`, figures once."""
    first = next(iter(told.values()))
    return {
        "terms": [
            {
                "name": term.name,
                "points": term.points,
                "most": term.max,
                "because": {lang: why.terms[n].because for lang, why in told.items()},
            }
            for n, term in enumerate(first.terms)
        ],
        "gates": [
            {
                "name": gate.name,
                "state": gate.state,
                "wanted": {lang: why.gates[n].wanted for lang, why in told.items()},
                "found": {lang: why.gates[n].found for lang, why in told.items()},
            }
            for n, gate in enumerate(first.gates)
        ],
        "unknown": list(first.unknowns),
        "lifts": [
            {
                "change": {lang: why.lifts[n].change for lang, why in told.items()},
                "score": lift.score,
                "rank": lift.rank,
            }
            for n, lift in enumerate(first.lifts)
        ],
        "notes": [{lang: why.notes[n] for lang, why in told.items()} for n in range(len(first.notes))],
    }


def failure(told: Mapping[str, LeftOut]) -> dict[str, Any]:
    """The first gate that a supplier failed, in every language."""
    first = next(iter(told.values()))
    return {
        "gate": first.gate,
        "wanted": {lang: out.wanted for lang, out in told.items()},
        "found": {lang: out.found for lang, out in told.items()},
    }
