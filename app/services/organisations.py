"""Legal entities: add one, change one."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.db.models import Cluster, Organisation
from app.db.queries.scoped import locked
from app.domain.organisations import OWN_FIELDS, OrganisationIn, OrganisationPatch
from app.services import lookups
from app.services.access import Actor
from app.services.audit import record


def create_organisation(session: Session, actor: Actor, shape: OrganisationIn) -> Organisation:
    """Add an organisation to the organiser's list; it keeps its profile over all editions.

    Raises
    ------
    ConflictError
        The code is taken.
    """
    actor.must_be_organiser()
    code = shape.code or free_code(session, actor.tenant_id, shape.name)
    if session.scalar(select(Organisation.id).where(_of(actor.tenant_id, code))):
        raise ConflictError(f"There is an organisation {code!r} already; choose another code.", conflict="code")
    row = Organisation(
        tenant_id=actor.tenant_id,
        code=code,
        cluster_id=_cluster(session, actor, shape.cluster),
        **{name: getattr(shape, name) for name in ("name", "name_local", "kind", "country", "city")},
    )
    session.add(row)
    session.flush()
    record(session, actor, "organisation.created", target_id=row.id, code=code)
    return row


def lock_organisation(session: Session, actor: Actor, key: UUID) -> Organisation:
    """Return an organisation that nobody else changes until the transaction ends; others know their own only."""
    return locked(session, lookups.organisation(session, actor, key))


def change_organisation(session: Session, actor: Actor, row: Organisation, patch: OrganisationPatch) -> None:
    """Change an organisation, which has to be locked; enterprises and buyers change what `OWN_FIELDS` names."""
    said = patch.said()
    if not actor.runs_events:
        actor.must_act_for(row.id)
        theirs = sorted(set(said) - set(OWN_FIELDS))
        if theirs:
            raise InvalidInputError(f"{', '.join(theirs)}: this is for the organiser to change.", field=theirs[0])
    if "cluster" in said:
        row.cluster_id = _cluster(session, actor, said.pop("cluster"))
    for name, value in said.items():
        setattr(row, name, value)
    session.flush()
    record(session, actor, "organisation.changed", target_id=row.id, fields=sorted(patch.model_fields_set))


def free_code(session: Session, tenant_id: UUID, name: str) -> str:
    """A code that nobody of the tenant has, made of the letters and digits of a name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "organisation"
    taken = set(
        session.scalars(
            select(Organisation.code).where(
                Organisation.tenant_id == tenant_id, Organisation.code.startswith(stem, autoescape=True)
            )
        )
    )
    number, code = 2, stem
    while code in taken:
        code, number = f"{stem}-{number}", number + 1
    return code


def _of(tenant_id: UUID, code: str) -> ColumnElement[bool]:
    return (Organisation.tenant_id == tenant_id) & (Organisation.code == code)


def _cluster(session: Session, actor: Actor, code: str | None) -> UUID | None:
    if code is None:
        return None
    found = session.scalar(select(Cluster.id).where(Cluster.tenant_id == actor.tenant_id, Cluster.code == code))
    if found is None:
        raise InvalidInputError(f"There is no cluster {code!r}; add it first.", field="cluster")
    return found
