"""Live repair: preview it, apply it, and see who waits for a freed slot."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, EventName, Lang, Reading, Writing
from app.api.schemas.repairs import LateIn, RepairIn, RepairOut, StandbyList
from app.api.v1.live import NowAt
from app.core.i18n import language
from app.services.access import Actor
from app.services.events import find_event
from app.services.live.day import Day
from app.services.live.disturbances import Disturbance
from app.services.live.repairs import Move, Repaired, Waiting, look, note_look, repair, standby

router = idempotency.router("live day")

_NO_SHOW = {"kind": "no_show", "organisation": "0199c0de-0000-7000-8000-000000000001", "preview": True}
_LATE = {"organisation": "0199c0de-0000-7000-8000-000000000001", "slot": "s05", "preview": False}
_Repair = Annotated[RepairIn, Depends(JsonBody(RepairIn, example=_NO_SHOW))]
_Late = Annotated[LateIn, Depends(JsonBody(LateIn, example=_LATE))]


def _of_repair(event_id: EventName, actor: Caller, body: _Repair, reading: Reading) -> Repaired | None:
    """The preview, if that is asked for: worked out before the session that writes, so that nobody waits for it."""
    return _looked(reading, actor, event_id, body)


def _of_late(event_id: EventName, actor: Caller, body: _Late, reading: Reading) -> Repaired | None:
    """As `_of_repair`."""
    return _looked(reading, actor, event_id, body)


@router.post(
    "/events/{event_id}/repairs",
    summary="Repair the schedule",
    response_model=RepairOut,
    responses={409: {}, 412: {}},
)
def create(
    event_id: EventName,
    actor: Caller,
    body: _Repair,
    preview: Annotated[Repaired | None, Depends(_of_repair)],
    session: Writing,
    request: Request,
    lang: Lang = "en",
) -> Any:
    """Somebody does not come, comes late or leaves, a table is lost, an interpreter is ill: with the fewest moves.

    A preview says what would be done; send its `state` with `"preview": false` to do exactly that. 412 says that the
    schedule, the people or the clock have changed since; look at a new preview then.
    """
    return _shown(_repaired(session, request, actor, event_id, body, preview), lang)


@router.post(
    "/events/{event_id}/late",
    summary="Somebody comes late",
    response_model=RepairOut,
    responses={409: {}, 412: {}},
)
def late(
    event_id: EventName,
    actor: Caller,
    body: _Late,
    preview: Annotated[Repaired | None, Depends(_of_late)],
    session: Writing,
    request: Request,
    lang: Lang = "en",
) -> Any:
    """The repair of kind `late`: their meetings before that slot or time are moved to later ones, or fall out."""
    return _shown(_repaired(session, request, actor, event_id, body, preview), lang)


@router.get(
    "/events/{event_id}/standby",
    summary="Who could take a free slot",
    response_model=StandbyList,
    responses={409: {}},
)
def read_standby(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    slot: Annotated[str | None, Query(min_length=1, max_length=64, description="only pairs for this slot")] = None,
    at: NowAt = None,
) -> Any:
    """Pairs worth meeting that have no meeting and could have one as things stand, the best first; at most 50."""
    found = standby(session, actor, find_event(session, actor, event_id), slot=slot, at=at)
    shown = _shown(found, "en")
    return {"at": shown["at"], "slots": shown["slots"], "items": shown["standby"]}


def _what(body: RepairIn | LateIn) -> Disturbance:
    if isinstance(body, LateIn):
        return Disturbance("late", body.organisation, slot=body.slot, time=body.time)
    return Disturbance(
        body.kind, body.organisation, body.place, body.interpreter, body.slot, body.time, tuple(body.slots)
    )


def _how(body: RepairIn | LateIn) -> dict[str, Any]:
    return {"fill": body.fill, "seed": body.seed, "at": body.at}


def _looked(reading: Session, actor: Actor, event_id: str, body: RepairIn | LateIn) -> Repaired | None:
    if not body.preview:
        return None
    return look(reading, actor, find_event(reading, actor, event_id), _what(body), **_how(body))


def _repaired(
    session: Session,
    request: Request,
    actor: Actor,
    event_id: str,
    body: RepairIn | LateIn,
    preview: Repaired | None,
) -> Repaired:
    if preview is not None:
        note_look(session, actor, preview.day.event, _what(body))
        return preview
    site = request.app.state.settings.public_url
    event = find_event(session, actor, event_id)
    return repair(session, actor, event, _what(body), preview=False, state=body.state, site=site, **_how(body))


def _shown(found: Repaired, lang: str) -> dict[str, Any]:
    day, tongue = found.day, language(lang)
    groups = {"moved": found.moved, "cancelled": found.cancelled, "added": found.added}
    return {
        "applied": found.applied,
        "publication": found.publication,
        "state": found.state,
        "at": found.at.astimezone(ZoneInfo(day.event.zone)),
        "slots": list(day.slot_names()),
        **{name: [_move(found, move, tongue) for move in moves] for name, moves in groups.items()},
        "standby": [_waiting(day, one) for one in found.standby],
    }


def _move(found: Repaired, move: Move, lang: str) -> dict[str, Any]:
    return {
        "meeting_id": move.meeting_id or found.added_ids.get(move.name),
        "organisations": _named(found.day, move.parties),
        "value": move.value,
        "from": _seat(found.day, move.before),
        "to": _seat(found.day, move.after),
        "code": move.code,
        "reason": move.reasons[lang],
    }


def _seat(day: Day, seat: dict[str, str | None] | None) -> dict[str, Any] | None:
    if seat is None:
        return None
    slot = day.slot_names()[seat["slot"] or ""]
    return {**seat, "starts_at": slot.starts_at.astimezone(ZoneInfo(day.event.zone))}


def _waiting(day: Day, one: Waiting) -> dict[str, Any]:
    return {"organisations": _named(day, one.parties), "value": one.value, "slots": list(one.slots)}


def _named(day: Day, parties: tuple[UUID, UUID]) -> list[dict[str, Any]]:
    rows = [day.people[side].organisation for side in parties]
    return [{"id": row.id, "name": row.name} for row in rows]
