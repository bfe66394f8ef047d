"""All there is to say of one pair: the request's side, the supplier's side, what lies before and between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.db.models import (
    Event,
    Interpreter,
    Match,
    MatchRun,
    Meeting,
    Organisation,
    Participation,
    Preference,
    RequestRevision,
    Schedule,
    Slot,
    SourcingRequest,
)
from app.services.access import Actor
from app.services.explanations import language, said
from app.services.matching.known import history
from app.services.matching.learned import read_learned
from app.services.matching.lists import RankedList, Stored, read_stored, stored
from app.services.matching.plan import DEPTH
from app.services.participants import participants
from app.services.profiles import latest_requests


@dataclass(frozen=True)
class Listed:
    """A request with its ranked list; `moved` says that the buyer's answers have moved it since the run."""

    request: SourcingRequest
    revision: RequestRevision
    buyer: Organisation
    run: MatchRun
    found: RankedList
    moved: bool


@dataclass(frozen=True)
class Between:
    """What two participants have been and are to each other.

    `answers` by who answered, "buyer" or "supplier"; `speak` the languages of each, `shared` those of both;
    `interpreters` who could help where none is shared; `meets` when they meet in the current schedule.
    """

    parts: dict[str, Participation]
    answers: dict[str, str]
    met: bool
    closed: bool
    blocked: bool
    speak: dict[str, tuple[str, ...]]
    shared: tuple[str, ...]
    interpreters: tuple[str, ...]
    meets: Slot | None


@dataclass(frozen=True)
class Pair:
    """One supplier for one request: `item` as the list has it, or `failed` the gate that left it out."""

    listed: Listed
    supplier: Organisation
    item: dict[str, Any] | None
    failed: dict[str, Any] | None
    backward: float | None
    backward_rank: int | None
    between: Between


def list_of(session: Session, actor: Actor, event: Event, request_id: UUID, *, limit: int = 20,
            lang: str = "en") -> Listed:  # fmt: skip
    """A request of an event with its ranked list as it is now.

    Raises
    ------
    NotFoundError
        The event has no such request in force, or was not matched yet.
    """
    actor.must_be_staff()
    row = next((one for one in latest_requests(session, event.id) if one[0].id == request_id), None)
    if row is None:
        raise NotFoundError(f"The event {event.code!r} has no sourcing request {request_id}.")
    at = stored(session, actor, request_id, limit=limit, lang=lang)
    buyer = session.get_one(Organisation, row[0].organisation_id)
    return Listed(*row, buyer, session.get_one(MatchRun, at.run_id), _read(session, at), at.answered)


def _read(session: Session, at: Stored) -> RankedList:
    return read_learned(session, at) if at.answered else read_stored(session, at)


def pair_of(
    session: Session, actor: Actor, event: Event, request_id: UUID, supplier_id: UUID, *, lang: str = "en"
) -> Pair:
    """One pair with all its terms, gates, unknowns and lifts, both directions and what lies before.

    Raises
    ------
    NotFoundError
        There is no such request or supplier at the event, or the last match run kept nothing of this pair.
    """
    listed = list_of(session, actor, event, request_id, limit=DEPTH, lang=lang)
    supplier = session.scalar(
        select(Organisation)
        .join(Participation, Participation.organisation_id == Organisation.id)
        .where(Participation.event_id == event.id, Participation.supplies, Organisation.id == supplier_id)
    )
    if supplier is None:
        raise NotFoundError(f"There is no supplier {supplier_id} at this event.")
    match = session.scalar(
        select(Match)
        .join(Participation, Participation.id == Match.provider_id)
        .where(Match.run_id == listed.run.id, Match.request_id == request_id)
        .where(Participation.organisation_id == supplier_id)
    )
    key = str(supplier_id)
    item = next((one for one in listed.found.items if one["supplier"]["id"] == key), None)
    failed = next((one for one in listed.found.left_out if one["supplier"]["id"] == key), None)
    if item is None and failed is None:
        raise NotFoundError(f"The last match run did not keep {supplier.name} for this request.")
    return Pair(
        listed, supplier, _in_full(item, match, listed.moved, language(lang)) if item else None, failed,
        match.backward if match else None, match.backward_rank if match else None,
        between(session, event, listed.buyer, supplier),
    )  # fmt: skip


def _in_full(item: dict[str, Any], match: Match | None, moved: bool, lang: str) -> dict[str, Any]:
    """The item with the most that each term could give, and what each gate wanted and found, as the run kept them.

    Answers bring a term of their own, for which the others give way, so of a list that has moved the most is not said.
    """
    kept = match.explanation if match else {}
    most = {} if moved else {term["name"]: term["most"] for term in kept.get("terms", [])}
    gates = {gate["name"]: gate for gate in kept.get("gates", [])}
    return item | {
        "terms": [term | {"most": most.get(term["name"])} for term in item["terms"]],
        "gates": [
            gate | {part: said(gates.get(gate["name"], {}).get(part), lang) for part in ("wanted", "found")}
            for gate in item["gates"]
        ],
    }


def between(session: Session, event: Event, buyer: Organisation, supplier: Organisation) -> Between:
    """What lies between two participants of an event."""
    people = {person.organisation.id: person for person in participants(session, event, {buyer.id, supplier.id},
                                                                        withdrawn=True)}  # fmt: skip
    sides = {"buyer": people[buyer.id], "supplier": people[supplier.id]}
    parts = {name: person.participation for name, person in sides.items()}
    past, pair = history(session, event), frozenset((buyer.id, supplier.id))
    speak = {name: person.languages for name, person in sides.items()}
    shared = tuple(tongue for tongue in speak["buyer"] if tongue in speak["supplier"])
    return Between(
        parts, _answers(session, parts), pair in past.met, pair in past.closed, pair in past.blocked, speak, shared,
        () if shared else _helpers(session, event, speak), _meets(session, event, parts),
    )  # fmt: skip


def _answers(session: Session, parts: dict[str, Participation]) -> dict[str, str]:
    ids = {part.id: name for name, part in parts.items()}
    rows = session.scalars(select(Preference).where(Preference.from_id.in_(ids), Preference.to_id.in_(ids)))
    return {ids[row.from_id]: row.answer for row in rows}


def _helpers(session: Session, event: Event, speak: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Interpreters with a language of each side."""
    rows = session.scalars(select(Interpreter).where(Interpreter.event_id == event.id).order_by(Interpreter.position))
    return tuple(row.name for row in rows if all(set(row.languages) & set(own) for own in speak.values()))


def _meets(session: Session, event: Event, parts: dict[str, Participation]) -> Slot | None:
    ids = [part.id for part in parts.values()]
    return session.scalar(
        select(Slot)
        .join(Meeting, Meeting.slot_id == Slot.id)
        .join(Schedule, Schedule.id == Meeting.schedule_id)
        .where(Meeting.event_id == event.id, Schedule.is_current, Meeting.status != "cancelled")
        .where(Meeting.low_id.in_(ids), Meeting.high_id.in_(ids))
        .limit(1)
    )
