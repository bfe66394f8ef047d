"""Build an event's schedule: rows → problem → plan → rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import LANGUAGES, names_in
from app.core.ids import new_id
from app.db.engine import Database
from app.db.models import (
    Event,
    InterpreterHold,
    LeftOutPair,
    MatchRun,
    Meeting,
    PlaceHold,
    Schedule,
    Seat,
    Slot,
)
from app.domain.scheduling import Plan, read_problem, solve
from app.domain.scheduling import Progress as SolverProgress
from app.domain.scheduling.fairness import with_floor
from app.services import runs
from app.services.access import Actor
from app.services.audit import record
from app.services.current import replace_current
from app.services.participants import Participant
from app.services.problems import Stage, build_problem, current_schedule, last_match_run

DEFAULT_SECONDS = 30.0


def start_schedule(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    seed: int = 0,
    steps: int | None = None,
    time_limit: float | None = None,
    objective: dict[str, Any] | None = None,
    make_current: bool = True,
    floor: int = 0,
) -> Schedule:
    """Record that a schedule is to be built; a worker takes it from there.

    With `steps` the same plan comes out on every machine; otherwise the search ends after `time_limit` seconds. Without
    `make_current` it stays a draft beside the current schedule. `floor` asks for so many meetings for everybody, as far
    as each could have them.
    """
    actor.must_be_organiser()
    match_run = last_match_run(session, event.id)
    if match_run is None:
        raise InvalidInputError(
            f"The event {event.code!r} has no finished match run yet, so there are no pairs to schedule; run one first."
        )
    row = Schedule(
        tenant_id=event.tenant_id,
        event_id=event.id,
        seed=seed,
        match_run_id=match_run.id,
        parameters={
            "steps": steps,
            "time_limit": time_limit,
            "objective": objective or {},
            "make_current": make_current,
            "floor": floor,
        },
    )
    session.add(row)
    session.flush()
    record(session, actor, "schedule.started", event_id=event.id, target_id=row.id, seed=seed)
    return row


def build(database: Database, schedule_id: UUID, listener: runs.Progress | None = None) -> None:
    """Build a schedule that was started; safe to call again after any crash.

    What cannot be solved is recorded on the row as the reason it failed.
    """
    runs.perform(database, Schedule, schedule_id, lambda report: _build(database, schedule_id, report), listener)


def _build(database: Database, schedule_id: UUID, report: runs.Progress) -> None:
    with database.read() as session:
        row = session.get_one(Schedule, schedule_id)
        event = session.get_one(Event, row.event_id)
        match_run = session.get(MatchRun, row.match_run_id) if row.match_run_id else None
        stage = build_problem(session, event, match_run, row.parameters.get("objective"))
    plan = _solve(stage, row, report)
    report(0.95, "writing")
    database.run(lambda session: _write(session, schedule_id, stage, plan))


def _solve(stage: Stage, row: Schedule, report: runs.Progress) -> Plan:
    steps, seconds = row.parameters.get("steps"), row.parameters.get("time_limit")

    def heard(progress: SolverProgress) -> None:
        spent = progress.seconds / (seconds or DEFAULT_SECONDS)
        report(min(0.9, spent), f"{progress.stage}: value {progress.objective:g}, bound {progress.bound:g}")

    problem, floor = read_problem(stage.problem), row.parameters.get("floor")
    problem = with_floor(problem, floor) if floor else problem
    plan: Plan = solve(problem, time_limit=seconds or DEFAULT_SECONDS, steps=steps, seed=row.seed, progress=heard)
    return plan


def _write(session: Session, schedule_id: UUID, stage: Stage, plan: Plan) -> None:
    row = runs.finish(session, Schedule, schedule_id)
    if row is None:
        return
    row.status, row.value, row.objective = plan.status, float(plan.value), float(plan.objective)
    row.bound, row.gap, row.breaks = float(plan.bound), float(plan.gap), plan.breaks
    row.missing_required, row.shortfall = plan.missing_required, plan.shortfall
    row.problem = stage.problem
    event = session.get_one(Event, row.event_id)
    once = bool(event.rules["one_meeting_per_organisation_pair"])
    writer = _Writer(row, stage, once)
    for planned in plan.meetings:
        writer.add(planned.id, planned.slot, planned.place, planned.interpreter)
    session.add_all(writer.meetings)
    session.flush()
    session.add_all(writer.holds)
    session.flush()
    if row.parameters.get("make_current", True) and replace_current(session, row):
        row.stage = "not current: meetings were locked or began while it was built"
    named = naming(stage.people.values())
    told = (*plan.conflict, *plan.advice)
    row.advice = {lang: [said.words(lang, named[lang]) for said in told] for lang in LANGUAGES}
    session.add_all(
        LeftOutPair(
            event_id=row.event_id,
            schedule_id=row.id,
            low_id=stage.pairs[left.id].parties[0],
            high_id=stage.pairs[left.id].parties[1],
            request_id=stage.pairs[left.id].request_id,
            value=stage.pairs[left.id].value,
            code=left.code,
            reason=left.said.words("en", named["en"])[:1000],
            reasons={lang: left.said.words(lang, named[lang]) for lang in LANGUAGES},
        )
        for left in plan.unscheduled
    )
    session.flush()


def naming(people: Iterable[Participant]) -> dict[str, Callable[[str], str]]:
    """By language, what turns the engine's ids, which are codes or codes joined for a pair, into names people know."""
    firms = [one.organisation for one in people]
    return {
        lang: _naming({firm.code: names_in(lang, firm.name, firm.name_local)[0] for firm in firms})
        for lang in LANGUAGES
    }


def _naming(names: Mapping[str, str]) -> Callable[[str], str]:
    codes = sorted(map(re.escape, names), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(codes)})(?![\w-])") if codes else re.compile(r"(?!)")

    def named(said: str) -> str:
        return names[said] if said in names else pattern.sub(lambda found: names[found.group()], said)

    return named


class _Writer:
    """Turns planned meetings into rows: the meeting, its seats, its table, its interpreter."""

    def __init__(self, schedule: Schedule, stage: Stage, once: bool) -> None:
        self.meetings: list[Meeting] = []
        self.holds: list[Seat | PlaceHold | InterpreterHold] = []
        self._schedule, self._stage, self._once = schedule, stage, once
        self._slots = stage.grid.slots_by_name()
        self._places = {place.code: place.id for place in stage.grid.places}
        self._helpers = {helper.name: helper.id for helper in stage.grid.interpreters}
        self._taken: set[tuple[UUID, UUID]] = set()

    def add(self, name: str, slot_name: str, place: str | None, interpreter: str | None) -> None:
        pair, slot = self._stage.pairs[name], self._slots[slot_name]
        low, high = pair.parties
        meeting = Meeting(
            id=new_id(),
            event_id=self._schedule.event_id,
            schedule_id=self._schedule.id,
            low_id=low,
            high_id=high,
            request_id=pair.request_id,
            slot_id=slot.id,
            value=pair.value,
            once=self._once,
            status=pair.lock.status if pair.lock else "planned",
        )
        self.meetings.append(meeting)
        for party in (low, high):
            self.holds.append(Seat(**self._where(meeting, slot), attendee_id=self._free_attendee(party, slot)))
        if place is not None:
            self.holds.append(PlaceHold(**self._where(meeting, slot), place_id=self._places[place]))
        if interpreter is not None:
            hold = InterpreterHold(**self._where(meeting, slot), interpreter_id=self._helpers[interpreter])
            self.holds.append(hold)

    def _where(self, meeting: Meeting, slot: Slot) -> dict[str, UUID]:
        return {
            "event_id": meeting.event_id,
            "schedule_id": meeting.schedule_id,
            "meeting_id": meeting.id,
            "slot_id": slot.id,
        }

    def _free_attendee(self, party: UUID, slot: Slot) -> UUID:
        for attendee in self._stage.people[party].attendees:
            if (slot.id, attendee.id) not in self._taken:
                self._taken.add((slot.id, attendee.id))
                return attendee.id
        raise AssertionError(f"the plan sends more people of {party} to one slot than there are")


def newest_schedule(session: Session, event: Event) -> Schedule | None:
    """The current schedule, or failing that the newest build of the event."""
    return current_schedule(session, event.id) or session.scalar(
        select(Schedule).where(Schedule.event_id == event.id).order_by(Schedule.id.desc()).limit(1)
    )
