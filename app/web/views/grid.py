"""What is closed at an edition: whole slots, tables and interpreters; and the meetings that fall out by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.db.models import Event, Interpreter, Place
from app.db.queries.grid import Grid, grid_of, slots_by_day
from app.domain.access import RUNNERS
from app.domain.editions import ClosuresIn
from app.services.events import find_event, lock_event
from app.services.fallen import Fallen
from app.services.grid import close
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page

router = Pages(roles=RUNNERS)
_ALL = "all"


@dataclass
class Closed:
    """What is closed now, by the code of the table or the name of the interpreter: the names of slots, in their order.

    `slots` are closed as a whole.
    """

    slots: list[str] = field(default_factory=list)
    places: dict[str, list[str]] = field(default_factory=dict)
    interpreters: dict[str, list[str]] = field(default_factory=dict)

    def shape(self, *, preview: bool) -> dict[str, Any]:
        return {
            "slots": self.slots,
            "places": [{"code": code, "slots": slots} for code, slots in self.places.items() if slots],
            "interpreters": [{"name": name, "slots": slots} for name, slots in self.interpreters.items() if slots],
            "preview": preview,
        }

    def of(self, what: str) -> list[str]:
        """The slots of `all`, `place:CODE` or `interpreter:NAME`, to read or to change."""
        kind, _, name = what.partition(":")
        return self.slots if kind == _ALL else (self.places if kind == "place" else self.interpreters)[name]


@router.page("/events/{code}/settings/closed")
def show(code: str, page: Asked, session: Reading) -> Response:
    return _shown(page, session, find_event(session, page.actor, code), Form(lang=page.lang))


@router.deed("/events/{code}/settings/closed")
def shut(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Close something; if meetings fall out by it, they are shown first."""
    event = lock_event(session, page.actor, code)
    grid = grid_of(session, event.id)
    names = grid.slots_by_name()
    what, slots = form.chosen("what", list(_choices(grid))), form.all("slot") or list(names)
    if not set(slots) <= set(names):
        form.chosen("slot", ())
    if what and form.right:
        closed = closed_now(grid)
        closed.of(what).extend(slot for slot in slots if slot not in closed.of(what))
        fallen = _close(page, session, event, form, closed, preview=not form.yes("sure"))
        if fallen and not form.yes("sure"):
            session.info["kept"] = False
            return _shown(page, session, event, form, fallen)
        if form.right and not form.yes("sure"):
            _close(page, session, event, form, closed, preview=False)
        if form.right:
            said = page.say("Closed. Meetings called off: {count}.", count=len(fallen))
            return page.to(f"/events/{code}/settings/closed", said)
    return _shown(page, session, event, form)


@router.deed("/events/{code}/settings/opened")
def reopen(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Open something again; meetings that had fallen out stay called off."""
    event = lock_event(session, page.actor, code)
    grid = grid_of(session, event.id)
    what = form.chosen("what", list(_choices(grid)))
    if what:
        closed = closed_now(grid)
        closed.of(what).clear()
        _close(page, session, event, form, closed, preview=False)
        if form.right:
            return page.to(f"/events/{code}/settings/closed", page.say("Open again."))
    return _shown(page, session, event, form)


def _close(
    page: Page, session: Session, event: Event, form: Form, closed: Closed, *, preview: bool
) -> list[Fallen]:  # fmt: skip
    found: list[Fallen] = []
    shape = form.shape(ClosuresIn, closed.shape(preview=preview))
    if shape is not None:
        with form.attempt(session):
            found = close(session, page.actor, event, shape)
    return found


def closed_now(grid: Grid) -> Closed:
    """What is closed; a slot in which every table and interpreter is counts as closed itself."""
    things: list[Place | Interpreter] = [*grid.places, *grid.interpreters]
    whole = {slot.id for slot in grid.slots if things and not any(grid.free(one.id, slot.id) for one in things)}

    def apart(key: Any) -> list[str]:
        return _names(grid, grid.away.get(key, frozenset()) - whole)

    return Closed(
        _names(grid, whole), {place.code: apart(place.id) for place in grid.places},
        {helper.name: apart(helper.id) for helper in grid.interpreters},
    )  # fmt: skip


def _names(grid: Grid, slots: Any) -> list[str]:
    return [grid.slot_name(slot) for slot in grid.slots if slot.id in slots]


def _choices(grid: Grid) -> dict[str, str]:
    """What can be closed, by the word that forms send, with its name."""
    return {
        _ALL: "", **{f"place:{place.code}": place.code for place in grid.places},
        **{f"interpreter:{helper.name}": helper.name for helper in grid.interpreters},
    }  # fmt: skip


def _shown(page: Page, session: Session, event: Event, form: Form, fallen: list[Fallen] | None = None) -> Response:
    grid = grid_of(session, event.id)
    closed, slots = closed_now(grid), grid.slots_by_name()
    named = [(what, name, closed.of(what)) for what, name in _choices(grid).items()]
    return page.render(
        "overview/closed.html", form.status, event=event, form=form, grid=grid, slots=slots, fallen=fallen or [],
        rows=[(what, name, [slots[one] for one in of], len(of) == len(slots)) for what, name, of in named if of],
        choices=named, days=slots_by_day(grid, event.zone),
    )  # fmt: skip
