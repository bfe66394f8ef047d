"""Capability profiles, buyer profiles and sourcing requests: each change is a new revision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.core.paging import Page
from app.db.models import BuyerProfile, CapabilityProfile, Certificate, Event, Organisation, RequestRevision
from app.db.models import SourcingRequest as RequestRow
from app.db.queries.scoped import fetch, page
from app.domain import profiles as shapes
from app.domain.resolving import Resolved, resolve
from app.services.access import Actor
from app.services.audit import record
from app.services.evidence import checked, judged
from app.services.outbox import tell

_Profile = TypeVar("_Profile", CapabilityProfile, BuyerProfile)


@dataclass(frozen=True)
class Registered:
    """What came of saving a profile or request."""

    owner_id: UUID
    revision_id: UUID
    revision: int
    resolved: list[dict[str, Any]]
    unresolved: list[str]
    completeness: int


def document_of(shape: shapes.Shape) -> dict[str, Any]:
    """The shape as JSON holds it, without what was not said."""
    return shape.model_dump(mode="json", exclude_defaults=True)


def register_capabilities(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    profile: shapes.CapabilityProfile,
    extra: dict[str, Any] | None = None,
) -> Registered:
    """Save what an organisation can make, as its next revision."""
    if profile.certificates:
        before = latest(session, CapabilityProfile, [organisation_id]).get(organisation_id)
        profile = checked(actor, profile, before)
    document = document_of(profile)
    resolved = resolve(document)
    row = _next_revision(
        session, actor, organisation_id, CapabilityProfile, document, resolved, shapes.CAPABILITY_WEIGHTS, extra
    )
    session.add_all(_certificates(row.id, profile.certificates, resolved))
    session.flush()
    record(session, actor, "capabilities.registered", target_id=organisation_id, revision=row.revision)
    _tell(session, actor, "capabilities.registered", organisation_id=str(organisation_id), revision=row.revision)
    return Registered(organisation_id, row.id, row.revision, resolved.found, resolved.unresolved, row.completeness)


def judge_certificate(session: Session, actor: Actor, key: UUID, evidence: str) -> Certificate:
    """Say what proves a certificate, as the profile's next revision; return the certificate in that revision."""
    owner, profile, place = judged(session, actor, key, evidence)
    document = document_of(profile)
    resolved = resolve(document)
    old = latest(session, CapabilityProfile, [owner])[owner]
    row = _next_revision(
        session, actor, owner, CapabilityProfile, document, resolved, shapes.CAPABILITY_WEIGHTS, old.extra
    )
    rows = _certificates(row.id, profile.certificates, resolved)
    session.add_all(rows)
    session.flush()
    return rows[place]


def register_buyer(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    profile: shapes.BuyerProfile,
    extra: dict[str, Any] | None = None,
) -> Registered:
    """Save who buys, as the next revision."""
    document = document_of(profile)
    resolved = resolve(document)
    row = _next_revision(session, actor, organisation_id, BuyerProfile, document, resolved, shapes.BUYER_WEIGHTS, extra)
    record(session, actor, "buyer.registered", target_id=organisation_id, revision=row.revision)
    return Registered(organisation_id, row.id, row.revision, resolved.found, resolved.unresolved, row.completeness)


def save_request(
    session: Session,
    actor: Actor,
    event_id: UUID,
    organisation_id: UUID,
    code: str,
    request: shapes.SourcingRequest,
    extra: dict[str, Any] | None = None,
) -> Registered:
    """Create a sourcing request of an event, or add a revision to the one with this code."""
    actor.must_act_for(organisation_id)
    fetch(session, Event, event_id, actor.tenant_id)
    fetch(session, Organisation, organisation_id, actor.tenant_id)
    row = session.scalar(
        select(RequestRow).where(RequestRow.event_id == event_id, RequestRow.code == code).with_for_update()
    )
    if row is None:
        row = RequestRow(tenant_id=actor.tenant_id, event_id=event_id, organisation_id=organisation_id, code=code)
        session.add(row)
        session.flush()
    elif row.organisation_id != organisation_id:
        if not actor.is_staff:
            raise ConflictError(f"The request code {code!r} is taken at this event; choose another.")
        raise ConflictError(f"The request {code!r} belongs to another organisation; it cannot change hands.")
    row.withdrawn = False
    document = document_of(request)
    resolved = resolve(document)
    last = session.scalar(select(func.max(RequestRevision.revision)).where(RequestRevision.request_id == row.id))
    revision = RequestRevision(
        request_id=row.id,
        revision=(last or 0) + 1,
        document=document,
        resolved=resolved.found,
        unresolved=resolved.unresolved,
        completeness=shapes.completeness(document, shapes.REQUEST_WEIGHTS),
        extra=extra or {},
    )
    session.add(revision)
    session.flush()
    record(session, actor, "request.published", event_id=event_id, target_id=row.id, revision=revision.revision)
    _tell(
        session, actor, "request.published",
        event_id=str(event_id), request_id=str(row.id), revision=revision.revision,
    )  # fmt: skip
    return Registered(
        row.id, revision.id, revision.revision, resolved.found, resolved.unresolved, revision.completeness
    )


def _tell(session: Session, actor: Actor, kind: str, **payload: Any) -> None:
    """Tell webhooks of what somebody has said; an import says so many things that it is no news one by one."""
    if actor.kind in ("key", "account"):
        tell(session, actor.tenant_id, kind, **payload)


def latest(session: Session, model: type[_Profile], organisation_ids: Iterable[UUID]) -> dict[UUID, _Profile]:
    """Return the newest revision of each organisation's profile, by organisation; one query."""
    newest = (
        select(model.organisation_id, func.max(model.revision).label("revision"))
        .where(model.organisation_id.in_(list(organisation_ids)))
        .group_by(model.organisation_id)
        .subquery()
    )
    rows = session.scalars(
        select(model).join(
            newest, (model.organisation_id == newest.c.organisation_id) & (model.revision == newest.c.revision)
        )
    )
    return {row.organisation_id: row for row in rows}


def latest_requests(session: Session, event_id: UUID) -> list[tuple[RequestRow, RequestRevision]]:
    """Return the requests in force of an event with their newest revision, in the order of their codes."""
    newest = (
        select(RequestRevision.request_id, func.max(RequestRevision.revision).label("revision"))
        .join(RequestRow, RequestRow.id == RequestRevision.request_id)
        .where(RequestRow.event_id == event_id, RequestRow.withdrawn.is_(False))
        .group_by(RequestRevision.request_id)
        .subquery()
    )
    rows = session.execute(
        select(RequestRow, RequestRevision)
        .join(RequestRevision, RequestRevision.request_id == RequestRow.id)
        .join(
            newest,
            (RequestRevision.request_id == newest.c.request_id) & (RequestRevision.revision == newest.c.revision),
        )
        .order_by(RequestRow.code)
    )
    return [(request, revision) for request, revision in rows]


def _next_revision(
    session: Session,
    actor: Actor,
    organisation_id: UUID,
    model: type[_Profile],
    document: dict[str, Any],
    resolved: Resolved,
    weights: dict[str, int],
    extra: dict[str, Any] | None,
) -> _Profile:
    actor.must_act_for(organisation_id)
    # The lock makes two savers of one profile follow each other, so that each gets a revision of its own.
    owner = session.scalar(
        select(Organisation)
        .where(Organisation.id == organisation_id, Organisation.tenant_id == actor.tenant_id)
        .with_for_update()
    )
    if owner is None:
        raise NotFoundError(f"There is no organisation {organisation_id}.")
    last = session.scalar(select(func.max(model.revision)).where(model.organisation_id == organisation_id))
    row = model(
        tenant_id=actor.tenant_id,
        organisation_id=organisation_id,
        revision=(last or 0) + 1,
        document=document,
        resolved=resolved.found,
        unresolved=resolved.unresolved,
        completeness=shapes.completeness(document, weights),
        extra=extra or {},
    )
    session.add(row)
    session.flush()
    return row


def _certificates(profile_id: UUID, said: list[str | shapes.Certificate], resolved: Resolved) -> list[Certificate]:
    code_of = {row["text"]: row["code"] for row in resolved.found if row["field"] == "certificates"}
    rows = []
    for position, item in enumerate(said):
        full = item if isinstance(item, shapes.Certificate) else shapes.Certificate(code=item)
        rows.append(
            Certificate(
                capability_profile_id=profile_id,
                position=position,
                text=full.code,
                code=code_of.get(full.code),
                scope=full.scope,
                number=full.number,
                body=full.body,
                valid_from=full.valid_from,
                valid_to=full.valid_to,
                evidence=full.evidence,
                document=full.document,
            )
        )
    return rows


def find_request(session: Session, event_id: UUID, organisation_id: UUID, code: str) -> RequestRevision | None:
    """Return the newest revision of an organisation's request with this code at an event."""
    return session.scalar(
        select(RequestRevision)
        .join(RequestRow, RequestRow.id == RequestRevision.request_id)
        .where(RequestRow.event_id == event_id, RequestRow.organisation_id == organisation_id, RequestRow.code == code)
        .order_by(RequestRevision.revision.desc())
        .limit(1)
    )


def revisions_of(
    session: Session, model: type[_Profile], organisation_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[_Profile]:
    """All that an organisation has said in a profile, the oldest first."""
    return page(
        session, select(model).where(model.organisation_id == organisation_id), model, cursor=cursor, limit=limit
    )


def revision_of(session: Session, model: type[_Profile], organisation_id: UUID, revision: int) -> _Profile:
    """One revision of a profile."""
    row = session.scalar(select(model).where(model.organisation_id == organisation_id, model.revision == revision))
    if row is None:
        raise NotFoundError(f"There is no revision {revision} of this profile.")
    return row
