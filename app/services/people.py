"""Representatives of organisations: seen by the organiser's staff and by their own organisation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, NotFoundError
from app.core.ids import new_id
from app.core.paging import Page
from app.db.models import Organisation, Representative
from app.db.queries.scoped import fetch, locked, page
from app.domain.contacts import same_email
from app.domain.people import RepresentativeIn, RepresentativePatch
from app.services.access import Actor
from app.services.audit import record


def sees_contacts(actor: Actor) -> bool:
    """Whether addresses and numbers are shown to the caller: a viewer sees who there is, and not how to reach them."""
    return actor.role != "viewer"


def list_people(
    session: Session, actor: Actor, organisation_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[Representative]:
    """The people of an organisation who have not been erased."""
    actor.must_act_for(organisation_id)
    fetch(session, Organisation, organisation_id, actor.tenant_id)
    theirs = select(Representative).where(
        Representative.organisation_id == organisation_id, Representative.erased_at.is_(None)
    )
    return page(session, theirs, Representative, cursor=cursor, limit=limit)


def find_person(session: Session, actor: Actor, key: UUID, *, lock: bool = False) -> Representative:
    """A person of an organisation that the caller acts for; one who was erased is not there any more."""
    row = fetch(session, Representative, key, actor.tenant_id)
    if row.erased_at or not (actor.is_staff or actor.organisation_id == row.organisation_id):
        raise NotFoundError(f"There is no representative {key}.")
    return locked(session, row) if lock else row


def add_person(session: Session, actor: Actor, organisation_id: UUID, shape: RepresentativeIn) -> Representative:
    """Add a person to an organisation; raise ConflictError if it has one of this name."""
    actor.must_act_for(organisation_id)
    organisation = fetch(session, Organisation, organisation_id, actor.tenant_id)
    _must_be_new(session, organisation.id, shape.name)
    row = Representative(id=new_id(), tenant_id=actor.tenant_id, organisation_id=organisation.id, **_said(shape))
    session.add(row)
    session.flush()
    record(session, actor, "person.added", target_id=row.id, organisation_id=str(organisation.id))
    return row


def change_person(session: Session, actor: Actor, row: Representative, patch: RepresentativePatch) -> None:
    """Change what is said of a person; the row has to be locked."""
    said = _said(patch)
    if "name" in said and said["name"] != row.name:
        _must_be_new(session, row.organisation_id, said["name"])
    for name, value in said.items():
        setattr(row, name, value)
    session.flush()
    record(session, actor, "person.changed", target_id=row.id, fields=sorted(said))


def _said(shape: RepresentativeIn | RepresentativePatch) -> dict[str, object]:
    said = shape.said() if isinstance(shape, RepresentativePatch) else shape.model_dump()
    if said.get("email"):
        said["email"] = same_email(str(said["email"]))
    return said


def _must_be_new(session: Session, organisation_id: UUID, name: object) -> None:
    same = (Representative.organisation_id == organisation_id) & (Representative.name == name)
    if session.scalar(select(Representative.id).where(same)):
        raise ConflictError(f"There is a representative {name!r} already.", conflict="name")
