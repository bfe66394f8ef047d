"""The schedule board: slots beside tables or participants, one session at a time; and the pairs left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event, Schedule
from app.db.queries.grid import Grid, grid_of
from app.domain.access import STAFF
from app.services import boards
from app.services.boards import Card, Sitting
from app.services.events import find_event
from app.services.problems import current_schedule, last_match_run
from app.web.deps import Asked, Pages, Reading
from app.web.page import Page

router = Pages(roles=STAFF)
_PEOPLE, _LEFT_OUT = 30, 50


@dataclass(frozen=True)
class Row:
    """A row of a board: its key and name, and its meetings by slot."""

    key: str
    name: str
    note: str
    cells: dict[UUID, list[Card]]


@router.page("/events/{code}/schedule")
def board(code: str, page: Asked, session: Reading) -> Response:
    """The current schedule; `part` is the session, `view` tables or participants, `q` whom to look for."""
    asked = page.request.query_params
    if asked.get("a") or asked.get("b"):
        return page.to(f"/events/{code}/schedule/book?{page.request.url.query}")
    event = find_event(session, page.actor, code)
    schedule = current_schedule(session, event.id)
    if schedule is None:
        ranked = last_match_run(session, event.id) is not None
        return page.render("schedule/none.html", event=event, ranked=ranked)
    grid = grid_of(session, event.id)
    parts = boards.sittings(event, grid)
    part = parts[min(_number(asked.get("part")), len(parts) - 1)] if parts else Sitting(0, "", event.starts_on, ())
    view = "participants" if asked.get("view") == "participants" else "tables"
    rows, count, most = (
        _by_party(page, session, event, schedule, part) if view == "participants" else
        _by_table(page, session, schedule, grid, part)
    )  # fmt: skip
    first = _number(asked.get("cursor"))
    return page.render(
        "schedule/board.html", event=event, schedule=schedule, states=boards.by_state(session, schedule.id), part=part,
        parts=parts, per_slot=boards.by_slot(session, schedule.id), view=view, rows=rows, count=count, first=first,
        next=str(first + most) if first + most < count else None, names={s.id: grid.slot_name(s) for s in grid.slots},
        open_tables={slot.id: _open(grid, slot.id) for slot in part.slots},
        cancelled=boards.cards(session, schedule.id, status="cancelled")[:50],
    )  # fmt: skip


def _by_table(
    page: Page, session: Session, schedule: Schedule, grid: Grid, part: Sitting
) -> tuple[list[Row], int, int]:
    words = page.request.query_params.get("q", "").strip().lower()
    slots, places = [slot.id for slot in part.slots], list(grid.places)
    most = max(10, boards.MOST_CELLS // max(1, len(slots)))
    first = _number(page.request.query_params.get("cursor"))
    if words:  # only tables where somebody sits who is looked for
        found = boards.cards(session, schedule.id, slots=slots)
        hits = {card.place_id for card in found if _has(card, words)}
        places = [place for place in places if place.id in hits or words == place.code.lower()]
    shown = places[first : first + most]
    cards = boards.cards(session, schedule.id, slots=slots, places=[place.id for place in shown])
    cells: dict[UUID, dict[UUID, list[Card]]] = {place.id: {} for place in shown}
    for card in cards:
        if card.place_id is not None:
            cells[card.place_id].setdefault(card.meeting.slot_id, []).append(card)
    rows = [Row(place.code, place.code, place.zone, cells[place.id]) for place in shown]
    bare = [card for card in boards.cards(session, schedule.id, slots=slots) if card.place_id is None] if (
        not grid.places) else []  # fmt: skip
    if bare:
        by_slot: dict[UUID, list[Card]] = {}
        for card in bare:
            by_slot.setdefault(card.meeting.slot_id, []).append(card)
        rows.append(Row("", str(page.say("without a table")), "", by_slot))
    return rows, len(places), most


def _by_party(
    page: Page, session: Session, event: Event, schedule: Schedule, part: Sitting
) -> tuple[list[Row], int, int]:
    asked = page.request.query_params
    some = boards.find_parties(session, event, asked.get("q", ""), first=_number(asked.get("cursor")), most=_PEOPLE)
    load = boards.loads(session, schedule.id, some.items)
    cells: dict[UUID, dict[UUID, list[Card]]] = {party.id: {} for party in some.items}
    for card in boards.cards(session, schedule.id, slots=[slot.id for slot in part.slots], parties=list(cells)):
        for party in card.parties:
            if party.id in cells:
                cells[party.id].setdefault(card.meeting.slot_id, []).append(card)
    rows = [
        Row(party.code, page.name_of(party), str(page.say("{count} in all", count=load[party.id])), cells[party.id])
        for party in some.items
    ]
    return rows, some.count, _PEOPLE


def _has(card: Card, words: str) -> bool:
    """Whether a card says what is looked for."""
    texts = [text for party in card.parties for text in (party.name, party.name_local, party.code)]
    return any(words in text.lower() for text in (*texts, card.interpreter) if text)


def _open(grid: Grid, slot_id: UUID) -> int:
    return sum(grid.free(place.id, slot_id) for place in grid.places)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 0


@router.page("/events/{code}/schedule/left-out")
def left_out(code: str, page: Asked, session: Reading) -> Response:
    """Pairs that the plan could not hold, by what stood in the way."""
    event = find_event(session, page.actor, code)
    schedule, asked = current_schedule(session, event.id), page.request.query_params
    if schedule is None:
        return page.to(f"/events/{event.code}/schedule")
    first = _number(asked.get("cursor"))
    found = boards.left_out_pairs(
        session, event, schedule.id, code=asked.get("reason"), words=asked.get("q", ""), first=first, most=_LEFT_OUT
    )
    following: Any = str(first + _LEFT_OUT) if first + _LEFT_OUT < found.count else None
    advice = (schedule.advice or {}).get(page.lang, [])
    return page.render(
        "schedule/left_out.html", event=event, schedule=schedule, found=found, next=following, advice=advice
    )
