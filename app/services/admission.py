"""From an approved application to rows: the organisation, its part, its person, its profile, its consents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.db.models import (
    Consent,
    ConsentWording,
    Event,
    Organisation,
    Participation,
    Representative,
    SourcingRequest,
)
from app.db.queries.scoped import fetch, locked
from app.domain.organisations import OrganisationIn
from app.domain.registrations import RegistrationForm, name_key, own_domain
from app.services.access import Actor
from app.services.organisations import create_organisation
from app.services.participants import join_event, seat_people
from app.services.profiles import register_buyer, register_capabilities, save_request


@dataclass(frozen=True)
class Likely:
    """An organisation that an application may be about, and why: its name, or the domain of its mail."""

    organisation: Organisation
    because: str


def likely(session: Session, tenant_id: UUID, form: RegistrationForm) -> list[Likely]:
    """Organisations of the tenant with the same name, but for its spelling, or with people at the same domain."""
    names = {name_key(name) for name in (form.organisation.name, form.organisation.name_local)} - {""}
    found: dict[UUID, Likely] = {}
    mine = select(Organisation).where(Organisation.tenant_id == tenant_id).order_by(Organisation.id)
    for row in session.scalars(mine):
        if names & {name_key(row.name), name_key(row.name_local)}:
            found[row.id] = Likely(row, "name")
    domain = own_domain(form.person.email)
    if domain:
        at_domain = (
            select(Organisation)
            .join(Representative, Representative.organisation_id == Organisation.id)
            .where(Organisation.tenant_id == tenant_id, Representative.email.ilike(f"%@{_plain(domain)}", escape="\\"))
            .order_by(Organisation.id)
        )
        for row in session.scalars(at_domain):
            found.setdefault(row.id, Likely(row, "domain"))
    return list(found.values())


def admit(
    session: Session, actor: Actor, event: Event, form: RegistrationForm, organisation_id: UUID | None
) -> Participation:
    """Make an applicant a participant: as the organisation named, or as a new one."""
    if organisation_id is None:
        shape = OrganisationIn.model_validate(form.organisation.model_dump())
        organisation = create_organisation(session, actor, shape)
    else:
        organisation = locked(session, fetch(session, Organisation, organisation_id, actor.tenant_id))
    part = join_event(
        session, event, organisation,
        kind=form.organisation.kind, supplies=form.supplies or None, buys=form.buys or None,
    )  # fmt: skip
    part.withdrawn_at = None
    person = _person(session, organisation, form)
    _consents(session, person, form)
    seat_people(session, part, [person], form.staff)
    if form.capabilities is not None:
        register_capabilities(session, actor, organisation.id, form.capabilities)
    if form.buyer is not None:
        register_buyer(session, actor, organisation.id, form.buyer)
    if form.request is not None:
        code = _request_code(session, event, organisation)
        save_request(session, actor, event.id, organisation.id, code, form.request)
    return part


def _plain(word: str) -> str:
    return "".join(f"\\{sign}" if sign in "%_\\" else sign for sign in word)


def _person(session: Session, organisation: Organisation, form: RegistrationForm) -> Representative:
    """The representative of that address or name, with what the form says of them; a new one if there is none."""
    said = form.person
    people = session.scalars(select(Representative).where(Representative.organisation_id == organisation.id)).all()
    email = said.email.lower()
    row = next((one for one in people if (one.email or "").lower() == email), None)
    row = row or next((one for one in people if one.name == said.name and one.erased_at is None), None)
    if row is None:
        row = Representative(tenant_id=organisation.tenant_id, organisation_id=organisation.id, name=said.name)
        session.add(row)
    row.email = email
    row.phone, row.role = said.phone or row.phone, said.role or row.role
    row.languages = list(said.languages) or row.languages or []
    session.flush()
    return row


def _consents(session: Session, person: Representative, form: RegistrationForm) -> None:
    """Keep each consent with its wording; consent to being contacted shows on the person too."""
    chosen = session.scalars(select(ConsentWording).where(ConsentWording.id.in_(form.consents)))
    words = {row.purpose: row for row in chosen}
    have = set(
        session.scalars(
            select(Consent.wording_id).where(Consent.representative_id == person.id, Consent.withdrawn_at.is_(None))
        )
    )
    session.add_all(
        Consent(
            tenant_id=person.tenant_id, representative_id=person.id, purpose=purpose, wording_id=row.id,
            given_at=utc_now(),
        )
        for purpose, row in sorted(words.items())
        if row.id not in have
    )  # fmt: skip
    if "contact" in words:
        person.consent = True
    session.flush()


def _request_code(session: Session, event: Event, organisation: Organisation) -> str:
    """A code for a request that no other of the event has."""
    taken = set(session.scalars(select(SourcingRequest.code).where(SourcingRequest.event_id == event.id)))
    return next(code for code in _codes(organisation.code[:58]) if code not in taken)


def _codes(stem: str) -> Iterator[str]:
    number = 1
    while True:
        yield f"{stem}-{number}"
        number += 1
