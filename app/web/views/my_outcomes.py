"""What came of one's meetings, and the offers for a request side by side."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.errors import ChangedMeanwhileError
from app.db.models import Quotation
from app.domain.access import PARTIES, ROLES, STAFF
from app.domain.outcomes import NEXT_STEPS, OutcomeShape
from app.domain.vocabulary import vocabulary
from app.services import lookups, outcomes
from app.services.events import find_event
from app.services.participants import list_requests
from app.web import numbers
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.portal import Portal, portal_of
from app.web.views.my_sourcing import title_of

router = Pages(roles=PARTIES)
_ROWS = 3
_MOST_ROWS = 50
_OFFER = ("product", "quantity", "unit", "unit_price", "currency", "incoterm", "place", "lead_time_days",
          "certificates", "valid_to")  # fmt: skip


@router.page("/my/outcomes")
def show(page: Asked, session: Reading) -> Response:
    """One's meetings that are over, those first of which nothing has been said."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("outcomes")
    rows = outcomes.own_meetings(session, portal.row)
    return portal.render(
        "outcomes.html", "outcomes", todo=[one for one in rows if one.row is None],
        done=[one for one in rows if one.row is not None],
    )  # fmt: skip


@router.page("/my/outcomes/{meeting_id}")
def one(meeting_id: UUID, page: Asked, session: Reading) -> Response:
    portal = portal_of(page, session)
    mine = outcomes.both_sides(session, page.actor, outcomes.met(session, page.actor, meeting_id))[0]
    values: dict[str, Any] = {"currency": portal.event.currency, "next_step": "none"}
    if mine.row is not None:
        row = mine.row
        values = {name: _shown(getattr(row, name), page.lang) for name in ("rating", "intended_value", "order_value",
                  "currency", "next_step", "next_step_on", "comment")}  # fmt: skip
        values |= {name: "yes" if getattr(row, name) else "" for name in ("sample_requested", "reportable")}
        values["version"] = row.version
    for number, offer in enumerate(mine.quotations):
        values |= {f"offer-{number}-{name}": _shown(getattr(offer, name), page.lang) for name in _OFFER}
    return _form(portal, session, meeting_id, Form.filled(values, page.lang))


@router.deed("/my/outcomes/{meeting_id}")
def save(meeting_id: UUID, page: Asked, session: Writing, form: Sent) -> Response:
    portal = portal_of(page, session)
    values: dict[str, Any] = {
        "rating": form.integer("rating", least=1, most=5),
        "sample_requested": form.yes("sample_requested"),
        "intended_value": form.number("intended_value", most=1e11),
        "order_value": form.number("order_value", most=1e11),
        "currency": (form.text("currency", most=3) or portal.event.currency).upper(),
        "next_step": form.chosen("next_step", NEXT_STEPS),
        "next_step_on": form.day("next_step_on"),
        "comment": form.text("comment", most=2000) or "",
        "reportable": form.yes("reportable"),
        "quotations": _offers(form),
    }
    shape = form.shape(OutcomeShape, values) if form.right else None
    if shape is not None:
        with form.attempt(session):
            met = outcomes.met(session, page.actor, meeting_id)
            side, before = outcomes.give(session, page.actor, met, shape)
            if before is not None and form["version"] != str(before.version):
                raise ChangedMeanwhileError("A colleague has written about this meeting meanwhile; open it again.")
            outcomes.save(session, page.actor, met, side, before, shape)
        if form.right:
            return page.to(portal.link("/outcomes"), page.say("Thank you. That is noted."))
    return _form(portal, session, meeting_id, form)


@router.page("/my/quotations", roles=("buyer",))
def quotations(page: Asked, session: Reading) -> Response:
    """The offers for one request, a table for each product and volume; first the newest request that has some."""
    portal = portal_of(page, session)
    if portal.part is None:
        return portal.none_yet("outcomes")
    found = list_requests(session, page.actor, portal.event.id, limit=200)
    newest = lookups.revisions(session, [row.id for row in found.items])
    titles = [(str(row.id), title_of(newest[row.id].document)) for row in found.items]
    chosen = page.request.query_params.get("request") or ""
    if not chosen and titles:
        quoted = outcomes.requests_quoted(session, [row.id for row in found.items])
        chosen = next((key for key, _ in titles if UUID(key) in quoted), titles[0][0])
    offers = []
    if chosen:
        request = lookups.request(session, page.actor, Form({"r": [chosen]}).id("r") or UUID(int=0))
        offers = outcomes.offers_for(session, request)
    groups = [list(rows) for _, rows in groupby(offers, key=lambda one: _volume(one.quotation))]
    return portal.render("quotations.html", "outcomes", titles=titles, chosen=chosen, groups=groups,
                         best=_best(offers), units=vocabulary("units"))  # fmt: skip


@router.page("/events/{code}/outcomes", roles=ROLES)
def from_letter(code: str, page: Asked, session: Reading) -> Response:
    """Where the links of letters lead."""
    event = find_event(session, page.actor, code)
    staff = page.actor.role in STAFF
    return page.to(f"/events/{event.code}/report" if staff else f"/my/outcomes?event={event.code}")


def _best(offers: list[outcomes.Offer]) -> set[UUID]:
    """The cheapest offer of each product, volume and currency, where several can be compared."""
    by: dict[tuple[Any, ...], list[outcomes.Offer]] = {}
    for offer in offers:
        by.setdefault((*_volume(offer.quotation), offer.quotation.currency), []).append(offer)
    return {min(rows, key=lambda row: row.quotation.unit_price).quotation.id for rows in by.values() if len(rows) > 1}


def _volume(one: Quotation) -> tuple[Any, ...]:
    return one.product, one.quantity, one.unit


def _offers(form: Form) -> list[dict[str, Any]]:
    """The quotations of the form; a row without volume and price is none."""
    found = []
    for number in range(_MOST_ROWS):
        name = f"offer-{number}-"
        if not (form[f"{name}quantity"] or form[f"{name}unit_price"]):
            continue
        row = {
            "product": form.text(f"{name}product", most=200) or "",
            "quantity": form.number(f"{name}quantity", needed=True, least=0.000001),
            "unit": form[f"{name}unit"] or "H87",
            "unit_price": form.number(f"{name}unit_price", needed=True),
            "currency": (form[f"{name}currency"] or form["currency"]).upper(),
            "incoterm": form[f"{name}incoterm"].upper() or None,
            "place": form.text(f"{name}place", most=120),
            "lead_time_days": form.number(f"{name}lead_time_days", most=3650),
            "certificates": [word.strip() for word in form[f"{name}certificates"].split(",") if word.strip()],
            "valid_to": form.day(f"{name}valid_to"),
        }
        found.append(row)
    return found


def _shown(value: Any, lang: str) -> Any:
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, (float, Decimal)):
        return numbers.shown(float(value), lang)
    return value


def _form(portal: Portal, session: Session, meeting_id: UUID, form: Form) -> Response:
    page = portal.page
    met = outcomes.met(session, page.actor, meeting_id)
    mine, other = outcomes.both_sides(session, page.actor, met)
    rows = 1 + max((n for n in range(_MOST_ROWS) if f"offer-{n}-quantity" in form), default=-1)
    units = vocabulary("units")
    return portal.render(
        "outcome.html", "outcomes", form.status, form=form, meeting=met.meeting, mine=mine, other=other,
        rows=min(_MOST_ROWS, max(_ROWS, rows + 1)), steps=NEXT_STEPS, supplies=met.supplies(mine.side),
        units=[(code, units.label(code, page.lang)) for code in units],
        incoterms=[(code, code) for code in vocabulary("incoterms")],
    )  # fmt: skip
