"""When the day goes otherwise: preview what a repair would do, do it, see who could take a free slot; walk-ins."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import AppError
from app.core.i18n import language
from app.db.models import Event
from app.db.queries.grid import grid_of
from app.domain.access import RUNNERS, STAFF
from app.domain.walk_ins import WalkInShape
from app.services import boards
from app.services.boards import Party
from app.services.events import find_event
from app.services.live.disturbances import KINDS, Disturbance
from app.services.live.repairs import Repaired, look, note_look, repair, standby
from app.services.live.walk_ins import walk_in
from app.web.choices import countries, kinds
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page
from app.web.views.live import rehearsal

router = Pages(roles=STAFF)
_FIELDS = ("kind", "who", "slot", "place", "interpreter", "at")


@router.page("/events/{code}/live/repair", roles=RUNNERS)
def form_of_repair(code: str, page: Asked, session: Reading) -> Response:
    event, asked = find_event(session, page.actor, code), page.request.query_params
    form = Form.filled(
        {name: asked.get(name, "") for name in _FIELDS} | {"kind": asked.get("kind", "no_show")}, page.lang
    )
    return _shown(page, session, event, form)


def _shown(page: Page, session: Session, event: Event, form: Form, found: Repaired | None = None) -> Response:
    grid, words = grid_of(session, event.id), page.request.query_params.get("q", "")
    party = boards.party_of(session, event, form["who"])
    some = boards.find_parties(session, event, words, most=8) if party is None else None
    zone = event.zone
    return page.render(
        "live/repair.html", form.status, event=event, form=form, party=party, some=some, words=words, grid=grid,
        zone=zone, found=found, groups=_groups(page, found) if found else [],
        waiting=_waiting(found) if found else [],
    )  # fmt: skip


def _groups(page: Page, found: Repaired) -> list[tuple[str, list[dict[str, Any]]]]:
    """What is moved, called off and brought in, with names, times and why."""
    slots, lang = found.day.slot_names(), language(page.lang)
    told = []
    for name, moves in (("moved", found.moved), ("cancelled", found.cancelled), ("added", found.added)):
        rows = [
            {
                "names": [page.name_of(found.day.people[side].organisation) for side in move.parties],
                "before": _seat(slots, move.before), "after": _seat(slots, move.after), "why": move.reasons[lang],
            }
            for move in moves
        ]  # fmt: skip
        told.append((name, rows))
    return told


def _seat(slots: dict[str, Any], seat: dict[str, str | None] | None) -> dict[str, Any] | None:
    return {**seat, "starts_at": slots[seat["slot"] or ""].starts_at} if seat else None


def _waiting(found: Repaired) -> list[dict[str, Any]]:
    """Pairs that could take a free slot."""
    slots = found.day.slot_names()
    return [
        {
            "parties": [found.day.people[side].organisation for side in one.parties], "value": one.value,
            "slots": [slots[name] for name in one.slots], "names": one.slots,
        }
        for one in found.standby
    ]  # fmt: skip


@router.deed("/events/{code}/live/repair", roles=RUNNERS)
def mend(code: str, page: Asked, reading: Reading, session: Writing, form: Sent) -> Response:
    """Without `state` say what would be done; with it do exactly that, or nothing if things have changed.

    What is only said is read in a session of its own, before the one that writes makes others wait.
    """
    state = form.text("state")
    seen = session if state else reading
    event = find_event(seen, page.actor, code)
    kind = form.chosen("kind", KINDS)
    party = boards.party_of(seen, event, form["who"])
    if kind in ("no_show", "late", "leaves", "back") and party is None:
        form.fault("who", page.say("Choose whom it is about."))
    found = None
    if form.right and kind:
        about: UUID | None = party.organisation_id if party else None
        timed = kind in ("late", "leaves")
        what = Disturbance(
            kind, about, form.text("place") if kind == "place_closed" else None,  # type: ignore[arg-type]
            form.text("interpreter") if kind == "interpreter_ill" else None, form.text("slot") if timed else None,
        )  # fmt: skip
        at = rehearsal(page, form["at"])
        with form.attempt(seen):
            if state:
                site = page.settings.public_url
                found = repair(session, page.actor, event, what, preview=False, state=state, at=at, site=site)
            else:
                found = look(reading, page.actor, event, what, at=at)
    if found and not state:
        note_look(session, page.actor, event, what)
    session.info["kept"] = found is not None
    return _shown(page, seen, event, form, found if form.right else None)


@router.page("/events/{code}/live/standby")
def waiting(code: str, page: Asked, session: Reading) -> Response:
    """Pairs that could have a meeting as things stand, the best first."""
    event, form = find_event(session, page.actor, code), Form(lang=page.lang)
    slot = page.request.query_params.get("slot") or None
    try:
        found = standby(session, page.actor, event, slot=slot, at=rehearsal(page))
    except AppError as error:
        form.refused(error)
        found = None
    rows, slots = (_waiting(found), found.day.slot_names()) if found else ([], {})
    return page.render("live/standby.html", event=event, form=form, rows=rows, slots=slots, slot=slot)


@router.page("/events/{code}/live/walk-in", roles=RUNNERS)
def walk_in_form(code: str, page: Asked, session: Reading) -> Response:
    form = Form.filled({"at": page.request.query_params.get("at", ""), "supplies": "yes"}, page.lang)
    return _walk_in(page, find_event(session, page.actor, code), form)


def _walk_in(page: Page, event: Event, form: Form, done: Any = None, partners: Any = ()) -> Response:
    return page.render(
        "live/walk_in.html", form.status, event=event, form=form, done=done, partners=partners,
        kinds=kinds(page.lang), countries=countries(page.lang), tongues=("zh", "en", "fr", "de", "it", "es"),
    )  # fmt: skip


def _named(session: Session, event: Event, name: str) -> Party | None:
    """Who takes part under this very name: a form that was sent twice makes nobody twice."""
    some = boards.find_parties(session, event, name, most=8).items if name else []
    return next(
        (one for one in some if name.casefold() in (one.name.casefold(), (one.name_local or "").casefold())), None
    )


@router.deed("/events/{code}/live/walk-in", roles=RUNNERS)
def take_in(code: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Somebody who was not registered: taken in, checked in, matched."""
    event = find_event(session, page.actor, code)
    values = {
        "name": form.text("name", needed=True), "kind": form.text("kind", needed=True),
        "country": form.text("country"), "person": form.text("person"), "languages": form.all("languages"),
        "supplies": form.yes("supplies"), "buys": form.yes("buys"), "products": form.lines("products"),
        "moq": form.integer("moq", least=1), "quantity": form.integer("quantity", least=1),
        "at": rehearsal(page, form["at"]),
    }  # fmt: skip
    if there := _named(session, event, str(values["name"] or "")):
        form.fault("name", page.say("{name} takes part already ({code}). Check them in by name instead.",
                                    name=page.name_of(there), code=there.code))  # fmt: skip
    if not (values["supplies"] or values["buys"]):
        form.fault("supplies", page.say("Say whether they supply, buy, or both."))
    if not values["products"]:
        form.fault("products", page.say("This is needed."))
    done = None
    if form.right:
        shape = form.shape(WalkInShape, values)
        if shape is not None:
            with form.attempt(session):
                done = walk_in(session, page.actor, event, shape)
    if done is None or not form.right:
        return _walk_in(page, event, form)
    sides = {one.provider_id if one.seeker_id == done.participation.id else one.seeker_id for one in done.partners}
    known = boards.parties_by_id(session, sides)
    partners = [(known.get(one.provider_id) or known[one.seeker_id], one.value) for one in done.partners]
    return _walk_in(page, event, form, done, partners)
