"""Applications to take part: filled in by anybody, decided by those who run the event."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.core.paging import Page
from app.core.settings import Settings
from app.db.models import (
    Account,
    ConsentWording,
    Event,
    Membership,
    Participation,
    Phase,
    Registration,
    Tenant,
)
from app.db.queries.scoped import fetch, locked, page
from app.domain.letters import Facts, RegistrationApproved, RegistrationReceived, RegistrationRefused
from app.domain.registrations import ApprovalIn, RegistrationForm, form_of
from app.services.access import Actor
from app.services.admission import admit, likely
from app.services.audit import record
from app.services.invitations import invite, post
from app.services.outbox import send_letter, tell
from app.services.phases import must_be_open
from app.services.schedules import event_info


def open_event(session: Session, tenant_slug: str, event_code: str) -> tuple[Tenant, Event]:
    """Return an event that anybody may read of: one that has a registration phase, whether or not it is on.

    Raises
    ------
    NotFoundError
        There is none of that name, or it is not open to the public.
    """
    row = session.execute(
        select(Tenant, Event)
        .join(Event, Event.tenant_id == Tenant.id)
        .join(Phase, (Phase.event_id == Event.id) & (Phase.name == "registration"))
        .where(Tenant.slug == tenant_slug, Event.code == event_code)
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"There is no event {event_code!r} of {tenant_slug!r} that one can register for.")
    return row[0], row[1]


def wordings(session: Session, tenant_id: UUID) -> list[ConsentWording]:
    """The words of each consent in force: of each purpose and language the newest version."""
    rows = session.scalars(
        select(ConsentWording)
        .where(ConsentWording.tenant_id == tenant_id)
        .order_by(ConsentWording.purpose, ConsentWording.language, ConsentWording.version)
    )
    return list({(row.purpose, row.language): row for row in rows}.values())


def apply(session: Session, tenant: Tenant, event: Event, form: RegistrationForm) -> None:
    """Take an application down and send its letter.

    Whoever has applied with the same address already is not told so here, where anybody could ask: the answer is the
    same, the first application stands, and a letter says again that it was received, once a day at most.

    Raises
    ------
    ConflictError
        Registration is not open.
    """
    must_be_open(session, event, "Registration", "registration")
    _must_be_wordings(session, tenant, form)
    email = form.person.email.strip().lower()
    mine = select(Registration).where(
        Registration.event_id == event.id, Registration.email == email, Registration.state == "pending"
    )
    row = session.scalar(mine) or _written(session, tenant, event, form, email) or session.scalar(mine)
    if row is None:  # it was decided in this very moment
        raise ConflictError("Please send the form once more.")
    told = event_info(session, event, row.language)
    facts = RegistrationReceived(
        name=row.form["person"]["name"], event=told, organisation=row.form["organisation"]["name"]
    )
    once = f"registration {row.id} {utc_now().date()}"
    send_letter(session, tenant.id, row.email, row.language, facts, event_id=event.id, once=once)


def list_registrations(
    session: Session,
    actor: Actor,
    event: Event,
    *,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Registration]:
    actor.must_be_organiser()
    query = select(Registration).where(Registration.event_id == event.id)
    if state is not None:
        query = query.where(Registration.state == state)
    return page(session, query, Registration, cursor=cursor, limit=limit)


def find_registration(session: Session, actor: Actor, key: UUID) -> Registration:
    return fetch(session, Registration, key, actor.tenant_id)


def approve(session: Session, actor: Actor, key: UUID, shape: ApprovalIn, settings: Settings) -> Registration:
    """Make what an application asks for, tell the applicant, and invite them to an account of their organisation.

    An organisation that looks like one that is known has to be decided about: it is that one, or a new one.

    Raises
    ------
    ConflictError
        It has been decided already, or it may be an organisation that is known (`likely`).
    """
    actor.must_be_organiser()
    row = _pending(session, actor, key)
    event = session.get_one(Event, row.event_id)
    form = form_of(row.form)
    if shape.organisation_id is None and not shape.new:
        known = likely(session, actor.tenant_id, form)
        if known:
            names = ", ".join(one.organisation.name for one in known[:3])
            raise ConflictError(
                f"This may be {names}. Approve with its organisation_id, or with new if it is none of them.",
                conflict="likely",
                likely=[{"id": str(one.organisation.id), "name": one.organisation.name} for one in known],
            )
    part = admit(session, actor, event, form, shape.organisation_id)
    row.state, row.participation_id, row.decided_at = "approved", part.id, utc_now()
    told = event_info(session, event, row.language)
    facts = RegistrationApproved(
        name=form.person.name, event=told, organisation=form.organisation.name, link=settings.public_url
    )
    _decided(session, actor, event, row, facts)
    _invite(session, actor, row, part, settings)
    return row


def refuse(session: Session, actor: Actor, key: UUID, reason: str) -> Registration:
    """Turn an application down, and tell the applicant why."""
    actor.must_be_organiser()
    row = _pending(session, actor, key)
    event = session.get_one(Event, row.event_id)
    row.state, row.reason, row.decided_at = "refused", reason, utc_now()
    form = row.form
    told = event_info(session, event, row.language)
    facts = RegistrationRefused(
        name=form["person"]["name"], event=told, organisation=form["organisation"]["name"], reason=reason
    )
    _decided(session, actor, event, row, facts)
    return row


def _written(session: Session, tenant: Tenant, event: Event, form: RegistrationForm, email: str) -> Registration | None:
    """The new application; None if one of the same address was taken down in this very moment."""
    document = form.model_dump(mode="json", exclude_defaults=True)
    document["person"]["email"] = email
    row = Registration(tenant_id=tenant.id, event_id=event.id, email=email, language=form.language, form=document)
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return None
    somebody = Actor(tenant.id, role="applicant", kind="job")
    record(session, somebody, "registration.received", event_id=event.id, target_id=row.id)
    tell(session, tenant.id, "registration.received", event_id=str(event.id), registration_id=str(row.id))
    return row


def _must_be_wordings(session: Session, tenant: Tenant, form: RegistrationForm) -> None:
    found = select(ConsentWording.id).where(ConsentWording.tenant_id == tenant.id, ConsentWording.id.in_(form.consents))
    known = set(session.scalars(found))
    for number, key in enumerate(form.consents):
        if key not in known:
            raise InvalidInputError(f"There is no consent {key}.", field=f"consents.{number}")


def _pending(session: Session, actor: Actor, key: UUID) -> Registration:
    row = locked(session, find_registration(session, actor, key))
    if row.state != "pending":
        raise ConflictError(f"This application has been {row.state} already.", conflict="decided")
    return row


def _decided(session: Session, actor: Actor, event: Event, row: Registration, facts: Facts) -> None:
    session.flush()
    send_letter(session, event.tenant_id, row.email, row.language, facts, event_id=event.id)
    record(session, actor, f"registration.{row.state}", event_id=event.id, target_id=row.id)
    tell(
        session, event.tenant_id, "registration.decided",
        event_id=str(event.id), registration_id=str(row.id), state=row.state,
    )  # fmt: skip


def _invite(session: Session, actor: Actor, row: Registration, part: Participation, settings: Settings) -> None:
    """Offer the applicant the roles of their organisation's sides, unless they have them.

    Whoever may approve may do that, with a narrowed key too: the roles are those of the organisation let in.
    """
    approver = replace(actor, scopes=frozenset())
    sides = {"enterprise": part.supplies or not part.buys, "buyer": part.buys}
    have = set(
        session.scalars(
            select(Membership.role)
            .join(Account, Account.id == Membership.account_id)
            .where(
                Membership.organisation_id == part.organisation_id,
                Membership.ended_at.is_(None),
                Account.email == row.email,
            )
        )
    )
    for role in [side for side, taken in sides.items() if taken and side not in have]:
        offer, token = invite(session, approver, row.email, role, part.organisation_id, language=row.language)
        post(session, offer, token, settings)
