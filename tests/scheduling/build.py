"""Problems for the tests: small ones by hand, random ones with every feature of the format."""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]


def problem(**changes: Any) -> Json:
    """Two suppliers, two buyers, three slots, two tables; every pair may meet."""
    base: Json = {
        "format": "fairmatch/problem@1",
        "slots": [{"id": "s1"}, {"id": "s2"}, {"id": "s3"}],
        "places": 2,
        "participants": [{"id": "a"}, {"id": "b"}, {"id": "x"}, {"id": "y"}],
        "meetings": [
            {"id": "ax", "participants": ["a", "x"], "value": 5},
            {"id": "ay", "participants": ["a", "y"], "value": 4},
            {"id": "bx", "participants": ["b", "x"], "value": 3},
            {"id": "by", "participants": ["b", "y"], "value": 2},
        ],
    }
    return {**base, **changes}


def _participant(rng: random.Random, k: int, slots: list[str], places: list[str]) -> Json:
    return {
        "id": f"p{k}",
        "organisation": rng.choice([None, "o1", "o2", "o3"]),
        "parallel": rng.choice([1, 1, 1, 2]),
        "unavailable": [s for s in slots if rng.random() < 0.15],
        "min_meetings": rng.choice([0, 0, 0, 1, 2]),
        "max_meetings": rng.choice([None, None, 1, 2, 3]),
        "place": rng.choice([None, None, None, rng.choice(places)]) if places else None,
        "languages": rng.choice([[], ["en"], ["zh"], ["zh", "en"], ["fr"]]),
    }


def _meeting(rng: random.Random, k: int, people: int, slots: list[str], places: list[str]) -> Json:
    a, b = rng.sample(range(people), 2)
    return {
        "id": f"m{k}",
        "participants": [f"p{a}", f"p{b}"],
        "value": rng.choice([0, 1, 2, 3, 5, 2.5, -1]),
        "required": rng.random() < 0.25,
        "slots": rng.choice([None, None, None, [s for s in slots if rng.random() < 0.6]]),
        "fixed_slot": rng.choice([None] * 6 + [rng.choice(slots)]),
        "place": rng.choice([None] * 6 + [rng.choice(places)]) if places else None,
        "length": rng.choice([1, 1, 1, 2]),
    }


def random_problem(seed: int, *, people: int = 5, slots: int = 4, meetings: int = 5) -> Json:
    """A problem that may use any field of the format."""
    rng = random.Random(seed)
    names = [f"s{k}" for k in range(slots)]
    places: Any = rng.choice([1, 2, 3, None, None])
    if places is None:
        hours = [rng.choice([None, None, [s for s in names if rng.random() < 0.8]]) for _ in range(rng.randint(1, 3))]
        places = [
            {"id": f"T{k + 1}", "zone": rng.choice([None, "east", "west"]), "slots": h} for k, h in enumerate(hours)
        ]
    place_ids = [f"T{k + 1}" for k in range(places)] if isinstance(places, int) else [p["id"] for p in places]
    held = [_meeting(rng, k, people, names, place_ids) for k in range(meetings)]
    weights = {key: rng.choice([0, 0, 1, 0.5]) for key in ("break", "idle", "place_change", "move")}
    return {
        "format": "fairmatch/problem@1",
        "slots": [{"id": s, "session": "am" if k < slots // 2 else "pm"} for k, s in enumerate(names)],
        "places": places,
        "zone_gap": rng.choice([0, 0, 1, 2]),
        "participants": [_participant(rng, k, names, place_ids) for k in range(people)],
        "groups": [{"id": "g", "participants": ["p0", "p1"], "min_meetings": rng.choice([0, 1]), "max_meetings": 3}],
        "one_meeting_per_organisation_pair": rng.random() < 0.3,
        "interpreters": [
            {"id": f"i{k}", "languages": rng.choice([["zh", "fr"], ["zh", "en"], ["fr", "en", "zh"]]),
             "unavailable": [s for s in names if rng.random() < 0.2]}
            for k in range(rng.randint(0, 2))
        ],
        "meetings": held,
        "before": [rng.sample([m["id"] for m in held], 2) for _ in range(rng.choice([0, 0, 1, 2]))],
        "objective": {**weights, "max_break_spread": rng.choice([None, None, 0, 1])},
        "previous": rng.choice(
            [None, [{"meeting": "m0", "slot": names[0], "place": rng.choice([None, place_ids[0]])},
                    {"meeting": "m1", "slot": names[-1], "place": None}]]
        ),
    }  # fmt: skip
