"""Two meetings swap their times and tables: choose the other one, see what would become of both, do it."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event, Meeting
from app.db.queries.grid import Grid, grid_of
from app.domain.access import RUNNERS, STAFF
from app.domain.legal_slots import Taken
from app.services import boards, swaps
from app.services.boards import Card
from app.services.booking import find_slot
from app.services.legal_slots import reasons_shown
from app.services.meetings import find_meeting, shown
from app.services.swaps import Turn, Wish
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page, Undo, own_address
from app.web.reasons import because
from app.web.views.meetings import answer, at_meeting, board_of, mine

router = Pages(roles=STAFF)
_FOUND = 20
_SIDES = ("", "with_")
#: meetings that are judged for one page
_JUDGED = 200


@router.page("/events/{code}/schedule/meetings/{meeting_id}/swap", roles=RUNNERS)
def show(code: str, meeting_id: UUID, page: Asked, session: Reading) -> Response:
    """`with` is the other meeting; without it `slot` and `q` look for one."""
    return page.render("schedule/swap.html", **_facts(page, session, code, meeting_id))


@router.page("/events/{code}/schedule/meetings/{meeting_id}/swap/panel", roles=RUNNERS)
def panel(code: str, meeting_id: UUID, page: Asked, session: Reading) -> Response:
    """What a swap would do without the page around it, for the board's script."""
    return page.render("schedule/swap_panel.html", **_facts(page, session, code, meeting_id))


def _facts(page: Page, session: Session, code: str, meeting_id: UUID) -> dict[str, Any]:
    event, meeting = mine(page, session, code, meeting_id)
    asked = Form({"with": [page.request.query_params.get("with", "")]}, page.lang)
    other = asked.id("with", needed=False)
    turns = swaps.look(session, page.actor, meeting_id, other) if other else ()
    return {
        "event": event, "meeting": meeting, "other": other, "because": lambda reasons: because(page, reasons),
        "back": own_address(page.request.query_params.get("next"), board_of(event)),
        "turns": [_told(page, turn) for turn in turns], "legal": bool(turns) and all(turn.taken for turn in turns),
        **({} if turns else _others(page, session, event, meeting)),
    }  # fmt: skip


def _told(page: Page, turn: Turn) -> dict[str, Any]:
    """One of the two: who, where it is, and where it would be or why not."""
    grid, held = turn.table.grid, turn.held
    before = Taken((held.meeting.slot_id,), (), held.place_id, held.helper_id)
    return {
        "names": [page.name_of(party.organisation) for party in sorted(
            turn.table.parties, key=lambda party: not party.participation.supplies)],
        "before": _where(grid, held.event, before), "after": _where(grid, held.event, turn.taken),
        "reasons": reasons_shown(turn.table, turn.verdict),
    }  # fmt: skip


def _where(grid: Grid, event: Event, taken: Taken | None) -> dict[str, Any] | None:
    if taken is None:
        return None
    starts_at = next(slot.starts_at for slot in grid.slots if slot.id == taken.span[0])
    return {
        "starts_at": starts_at.astimezone(ZoneInfo(event.zone)),
        "place": next((place.code for place in grid.places if place.id == taken.place_id), None),
        "interpreter": next((one.name for one in grid.interpreters if one.id == taken.helper_id), None),
    }


def _others(page: Page, session: Session, event: Event, meeting: Meeting) -> dict[str, Any]:
    """Meetings of a slot, of whom is looked for, or all: those that could swap with this one, and why others not."""
    grid, asked = grid_of(session, event.id), page.request.query_params
    words, named = asked.get("q", "").strip(), asked.get("slot", "")
    slots = [find_slot(grid, named).id] if named else []
    parties = [one.id for one in boards.find_parties(session, event, words, most=_FOUND).items] if words else None
    found = boards.cards(session, meeting.schedule_id, slots=slots, parties=parties, status="planned", most=_JUDGED + 1)
    cards = {card.meeting.id: card for card in found[:_JUDGED] if card.meeting.id != meeting.id}
    judged = swaps.look_at_all(session, event, meeting, [card.meeting for card in cards.values()])
    sorted_out: dict[bool, list[tuple[Card, str]]] = {True: [], False: []}
    for both in judged:
        why = [reason for turn in both for reason in reasons_shown(turn.table, turn.verdict)]
        sorted_out[not why].append((cards[both[1].held.meeting.id], because(page, why)))
    return {
        "grid": grid, "words": words, "slot": named, "starts": {slot.id: slot.starts_at for slot in grid.slots},
        "others": [card for card, _ in sorted_out[True]], "stuck": sorted_out[False],
        "most": _JUDGED if len(found) > _JUDGED else 0,
    }  # fmt: skip


@router.deed("/events/{code}/schedule/meetings/{meeting_id}/swap", roles=RUNNERS)
def swap(code: str, meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    """A place and an interpreter are sent along where a swap is taken back: what either had."""
    event, meeting = mine(page, session, code, meeting_id)
    other_id = form.id("with")
    changed, back = [meeting], {"with": form["with"]}
    if other_id:
        changed.append(find_meeting(session, page.actor, other_id)[1])
        for side, told in zip(_SIDES, shown(session, event, changed), strict=True):
            back |= {f"{side}{name}": told[name] for name in ("place", "interpreter") if told[name]}
        wish, wish_2 = (Wish(form.text(f"{side}place"), form.text(f"{side}interpreter")) for side in _SIDES)
        with form.attempt(session):
            swaps.swap(session, page.actor, meeting_id, other_id, (wish, wish_2))
    undo = Undo(at_meeting(event, meeting, "swap"), back)
    return answer(page, session, form, event, changed, page.say("The two meetings have swapped."), undo)
