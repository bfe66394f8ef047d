"""Reads the public instances of business-to-business events (.dzn), and makes variants of them by seed."""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """An event as a problem file, and the fewest breaks by spread (None: refuted) as published."""

    name: str
    problem: Json
    known: dict[int, int | None]


def _assignments(text: str) -> dict[str, str]:
    """Name and right-hand side of each `name = value;`, comments removed."""
    bare = re.sub(r"%[^\n]*", "", text)
    return {name: value.strip() for name, value in re.findall(r"(\w+)\s*=\s*([^;]*);", bare)}


def _numbers(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"-?\d+", text)]


def _sets(text: str) -> list[set[int]]:
    """The sets of an array `[{1, 2}, 3..5, {}]`."""
    out = []
    for braces, low, high in re.findall(r"\{([^}]*)\}|(\d+)\s*\.\.\s*(\d+)", text):
        out.append(set(range(int(low), int(high) + 1)) if low else set(_numbers(braces)))
    return out


def read_event(path: Path, spread: int = 2) -> Json:
    """A `fairmatch/problem@1` file from a .dzn file: everything required, breaks minimised."""
    given = _assignments(path.read_text(encoding="utf-8"))
    total, morning = int(given["nTotalSlots"]), int(given["nMorningSlots"])
    people, count = int(given["nBusiness"]), int(given["nMeetings"])
    slots = [f"s{t:02d}" for t in range(1, total + 1)]
    halves = {1: slots[:morning], 2: slots[morning:], 3: None}
    rows = _numbers(given["requested"])
    away = _sets(given.get("forbidden", "")) or [set()] * people
    fixed = _numbers(given.get("fixed", "")) or [0] * count
    earlier = _sets(given.get("precedences", "")) or [set()] * count
    meetings = [
        {
            "id": f"m{k + 1}",
            "participants": [f"p{rows[3 * k]}", f"p{rows[3 * k + 1]}"],
            "required": True,
            "slots": halves[rows[3 * k + 2]],
            "fixed_slot": slots[fixed[k] - 1] if fixed[k] > 0 else None,
        }
        for k in range(count)
    ]
    return {
        "format": "fairmatch/problem@1",
        "slots": [{"id": s, "session": "am" if k < morning else "pm"} for k, s in enumerate(slots)],
        "places": int(given["nTables"]),
        "participants": [
            {"id": f"p{k + 1}", "unavailable": [slots[t - 1] for t in sorted(away[k]) if 1 <= t <= total]}
            for k in range(people)
        ],
        "meetings": meetings,
        "before": [[f"m{a}", f"m{k + 1}"] for k in range(count) for a in sorted(earlier[k]) if a > 0],
        "objective": {"break": 1, "max_break_spread": spread},
    }


def events(folder: Path) -> list[Event]:
    """All events under a folder, with what `best_known.csv` beside them says."""
    known: dict[str, dict[int, int | None]] = {}
    for file in sorted(folder.rglob("best_known.csv")):
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            found = row["optimum_total_breaks"]
            known.setdefault(row["instance"], {})[int(row["fairness_d"])] = None if found == "UNSAT" else int(found)
    paths = sorted(folder.rglob("*.dzn"))
    return [Event(path.stem.removesuffix(".original"), read_event(path), known.get(path.stem, {})) for path in paths]


def variant(event: Event, seed: int) -> Json:
    """The event with people away at times, meetings fixed, or meetings in an order; the same for the same seed."""
    rng = random.Random(f"{event.name} {seed}")
    base = event.problem
    kind = rng.choice(["away", "fixed", "order", "mixed"])
    slots = [s["id"] for s in base["slots"]]
    share = rng.choice([0.01, 0.02, 0.04]) if kind in ("away", "mixed") else 0.0
    people = [
        {**p, "unavailable": [s for s in slots if s in p["unavailable"] or rng.random() < share]}
        for p in base["participants"]
    ]
    away = {p["id"]: set(p["unavailable"]) for p in people}
    meetings = [dict(m) for m in base["meetings"]]
    share = rng.choice([0.02, 0.05, 0.08]) if kind in ("fixed", "mixed") else 0.0
    for meeting in rng.sample(meetings, int(share * len(meetings))):
        free = [s for s in meeting["slots"] or slots if not any(s in away[p] for p in meeting["participants"])]
        meeting["fixed_slot"] = rng.choice(free) if free else None
    pairs = _ordered_pairs(meetings, rng, rng.choice([3, 10, 20])) if kind in ("order", "mixed") else []
    return {**base, "participants": people, "meetings": meetings, "before": [*base["before"], *pairs]}


def _ordered_pairs(meetings: list[Json], rng: random.Random, count: int) -> list[list[str]]:
    """Pairs of meetings of one person, in the order of one random line of all meetings, so that no circle arises."""
    line = [m["id"] for m in meetings]
    rng.shuffle(line)
    place = {name: k for k, name in enumerate(line)}
    of_person: dict[str, list[str]] = {}
    for m in meetings:
        for p in m["participants"]:
            of_person.setdefault(p, []).append(m["id"])
    busy = [mine for mine in of_person.values() if len(mine) > 1]
    drawn = {tuple(sorted(rng.sample(rng.choice(busy), 2), key=place.__getitem__)) for _ in range(count)}
    return [list(pair) for pair in sorted(drawn)]
