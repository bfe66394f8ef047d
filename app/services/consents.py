"""What people agreed to: the words they were shown, when they said yes, and when they took it back."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, NotFoundError
from app.core.ids import new_id
from app.core.paging import Page
from app.db.models import Consent, ConsentWording, Representative, Tenant
from app.db.queries.scoped import fetch, page
from app.domain.people import WordingIn
from app.services.access import Actor
from app.services.audit import record


def list_wordings(
    session: Session, actor: Actor, *, purpose: str | None = None, cursor: str | None = None, limit: int = 50
) -> Page[ConsentWording]:
    """All wordings of the tenant with their versions, the oldest first."""
    mine = select(ConsentWording).where(ConsentWording.tenant_id == actor.tenant_id)
    if purpose is not None:
        mine = mine.where(ConsentWording.purpose == purpose)
    return page(session, mine, ConsentWording, cursor=cursor, limit=limit)


def write_wording(session: Session, actor: Actor, shape: WordingIn) -> ConsentWording:
    """Write the words of a consent in one language; what was there before stays, as an earlier version."""
    actor.must_be_organiser()
    session.get_one(Tenant, actor.tenant_id, with_for_update=True)  # so that two writers count on
    row = ConsentWording(
        id=new_id(), tenant_id=actor.tenant_id, purpose=shape.purpose, language=shape.language, text=shape.text,
        version=_newest(session, actor.tenant_id, shape.purpose, shape.language) + 1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "wording.written", target_id=row.id, purpose=row.purpose, version=row.version)
    return row


def consents_of(session: Session, person: Representative) -> list[tuple[Consent, ConsentWording | None]]:
    """All consents of a person with their words, withdrawn ones too, the oldest first."""
    rows = session.execute(
        select(Consent, ConsentWording)
        .outerjoin(ConsentWording, ConsentWording.id == Consent.wording_id)
        .where(Consent.representative_id == person.id)
        .order_by(Consent.id)
    )
    return [(consent, wording) for consent, wording in rows]


def give_consent(
    session: Session, actor: Actor, person: Representative, wording_id: UUID
) -> tuple[Consent, ConsentWording]:
    """Record that a person agreed; the person's row has to be locked.

    Raises
    ------
    ConflictError
        The person has agreed to this purpose already, or there are newer words to be shown.
    """
    wording = fetch(session, ConsentWording, wording_id, actor.tenant_id)
    if wording.version < _newest(session, actor.tenant_id, wording.purpose, wording.language):
        raise ConflictError("These words have been replaced; show the newest ones and ask again.", conflict="wording")
    if _in_force(session, person, wording.purpose):
        raise ConflictError(f"There is a consent to {wording.purpose!r} already.", conflict="consent")
    row = Consent(
        id=new_id(), tenant_id=actor.tenant_id, representative_id=person.id, purpose=wording.purpose,
        wording_id=wording.id, given_at=utc_now(),
    )  # fmt: skip
    session.add(row)
    if wording.purpose == "contact":
        person.consent = True
    session.flush()
    record(session, actor, "consent.given", target_id=person.id, purpose=row.purpose, wording_id=str(wording.id))
    return row, wording


def withdraw_consent(session: Session, actor: Actor, person: Representative, purpose: str) -> None:
    """Take a consent back; it stays on record that it once was. The person's row has to be locked."""
    rows = _in_force(session, person, purpose)
    if not rows:
        raise NotFoundError(f"There is no consent to {purpose!r} in force.")
    for row in rows:
        row.withdrawn_at = utc_now()
    if purpose == "contact":
        person.consent = False
    session.flush()
    record(session, actor, "consent.withdrawn", target_id=person.id, purpose=purpose)


def _in_force(session: Session, person: Representative, purpose: str) -> list[Consent]:
    mine = (Consent.representative_id == person.id) & (Consent.purpose == purpose)
    return list(session.scalars(select(Consent).where(mine, Consent.withdrawn_at.is_(None))))


def _newest(session: Session, tenant_id: UUID, purpose: str, language: str) -> int:
    words = select(func.max(ConsentWording.version)).where(
        ConsentWording.tenant_id == tenant_id, ConsentWording.purpose == purpose, ConsentWording.language == language
    )
    return session.scalar(words) or 0
