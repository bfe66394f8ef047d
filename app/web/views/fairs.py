"""What anybody may see of an edition, and the form to take part in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.clock import utc_now
from app.db.models import Event, Tenant
from app.domain.participants import KINDS
from app.domain.phases import phase_of, shut
from app.domain.registrations import RegistrationForm
from app.services import lookups, registrations
from app.services.agenda import agenda_of
from app.web import choices
from app.web.deps import Asked, Pages, Reading, Sent, Writing
from app.web.forms import Form
from app.web.page import Page

router = Pages(roles=None)
#: field of the shape → field of the form that shows its faults
_PLACES = {
    "organisation": "name",
    "person": "email",
    "capabilities": "products",
    "request": "wanted",
    "buyer": "wanted",
}


@router.page("/fairs/{tenant}/{event}")
def fair(tenant: str, event: str, page: Asked, session: Reading) -> Response:
    house, row = registrations.open_event(session, tenant, event)
    return page.render("fairs/fair.html", **_facts(session, house, row), agenda=agenda_of(session, row))


@router.page("/fairs/{tenant}/{event}/registration")
def registration_form(tenant: str, event: str, page: Asked, session: Reading) -> Response:
    house, row = registrations.open_event(session, tenant, event)
    return _form(page, session, house, row, Form.filled({"side": "supplies", "staff": 1}, page.lang))


@router.deed("/fairs/{tenant}/{event}/registration")
def register(tenant: str, event: str, page: Asked, session: Writing, form: Sent) -> Response:
    """Everybody gets the same answer, whether or not the address is known; a letter follows."""
    house, row = registrations.open_event(session, tenant, event)
    shape = form.shape(RegistrationForm, _values(form, page.lang), _PLACES)
    if shape is not None and form.right:
        with form.attempt(session):
            registrations.apply(session, house, row, shape)
        if form.right:
            return page.to(f"/fairs/{house.slug}/{row.code}", page.say(
                "Thank you. A letter confirms that your registration has been received; the organiser decides about it."
            ))  # fmt: skip
    return _form(page, session, house, row, form)


def _values(form: Form, lang: str) -> dict[str, Any]:
    """The form as the interface takes it; what was left empty is left out."""
    supplies, buys = form["side"] in ("supplies", "both"), form["side"] in ("buys", "both")
    if not supplies and not buys:
        form.chosen("side", ("supplies", "buys", "both"))
    found = {
        "organisation": {
            "name": form.text("name", needed=True, most=200),
            "name_local": form.text("name_local", most=200),
            "kind": form.chosen("kind", KINDS),
            "country": form.text("country", needed=True, most=2),
            "city": form.text("city", most=200),
        },
        "person": {
            "name": form.text("person", needed=True, most=200),
            "email": form.text("email", needed=True, most=320),
            "phone": form.text("phone", most=64),
            "role": form.text("role", most=200),
            "languages": form.all("languages"),
        },
        "supplies": supplies,
        "buys": buys,
        "staff": form.integer("staff", least=1, most=20) or 1,
        "capabilities": _capabilities(form) if supplies else None,
        "request": _request(form) if buys else None,
        "consents": form.all("consents"),
        "language": lang,
        "message": form.text("message", most=2000),
    }
    return _given(found)


def _capabilities(form: Form) -> dict[str, Any] | None:
    found = {
        "products": form.lines("products"),
        "moq": form.integer("moq", least=1),
        "lead_time_days": form.number("lead_time_days", most=3650),
        "certificates": form.lines("certificates"),
    }
    return _given(found) or None


def _request(form: Form) -> dict[str, Any] | None:
    products = form.lines("wanted")
    found = {"title": products[0][:200] if products else None, "products": products,
             "quantity": form.number("quantity", least=1)}  # fmt: skip
    return _given(found) if products else None


def _given(values: dict[str, Any]) -> dict[str, Any]:
    kept = {name: _given(value) if isinstance(value, dict) else value for name, value in values.items()}
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}


def _facts(session: Session, house: Tenant, event: Event) -> dict[str, Any]:
    edition = lookups.edition(session, event, ())
    closed = shut(edition.phases, ["registration"], utc_now())
    state = "open" if closed is None else "later" if closed[1] else "over"
    return {"house": house, "event": event, "edition": edition, "state": state,
            "phase": phase_of(edition.phases, utc_now())}  # fmt: skip


def _form(page: Page, session: Session, house: Tenant, event: Event, form: Form) -> Response:
    spoken = [row for row in registrations.wordings(session, house.id) if row.language.split("-")[0] == page.lang]
    wordings = spoken or [row for row in registrations.wordings(session, house.id) if row.language == event.language]
    return page.render(
        "fairs/registration.html", form.status, form=form, wordings=wordings, kinds=choices.kinds(page.lang),
        countries=choices.countries(page.lang),
        **_facts(session, house, event),
    )  # fmt: skip
