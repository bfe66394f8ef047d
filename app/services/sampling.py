"""Load a sample edition into a house, the way an organiser would: an event, then its spreadsheets."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import Event, Tenant
from app.domain.lists import summary
from app.domain.profiles import SourcingRequest
from app.io.editions import read_edition
from app.samples import folder, lists
from app.services.access import Actor, create_tenant
from app.services.events import create_event
from app.services.imports import bring_in
from app.services.matching import rank_live

TENANT = "demo"
#: what the demonstration asks live, in the words of a German and of a Chinese buyer
_ASKED = {"paris": ("Daunenjacken", "羽绒服")}


def load(session: Session, edition: str) -> str:
    """Create the tenant and the event if they are not there, import the tables, and return the event's code."""
    tenant = session.scalar(select(Tenant).where(Tenant.slug == TENANT)) or create_tenant(
        session, TENANT, "Demonstration"
    )
    return load_into(session, Actor(tenant.id), edition).code


def load_into(session: Session, actor: Actor, edition: str) -> Event:
    """Create the event in the actor's own tenant if it is not there, and import the tables."""
    shape = read_edition(folder(edition) / "event.toml")
    event = session.scalar(select(Event).where(Event.tenant_id == actor.tenant_id, Event.code == shape.code))
    event = event or create_event(session, actor, shape)
    report = bring_in(session, actor, event, lists(edition))
    if not report.written:
        raise InvalidInputError(f"The sample {edition!r} cannot be imported:\n{summary(report.errors)}")
    return event


def ask(session: Session, actor: Actor, event: Event, edition: str) -> list[tuple[str, str]]:
    """Ask the sample's questions live; return each with the supplier that leads."""
    answers = []
    for words in _ASKED.get(edition, ()):
        found = rank_live(session, actor, event.id, SourcingRequest(products=[words]), limit=1)
        answers.append((words, found.items[0]["supplier"]["name"] if found.items else "nobody"))
    return answers
