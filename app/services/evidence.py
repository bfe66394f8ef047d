"""What proves a certificate: declared by its holder, documented by a paper, verified by the organiser.

A profile's revisions never change. To verify a certificate is to make the next revision, which says all that the one
before said and that this one was verified; what is verified stays so when its holder registers the same again.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.db.models import CapabilityProfile, Certificate, Organisation
from app.domain import profiles as shapes
from app.services.access import Actor
from app.services.audit import record

#: what makes two claims the same paper
_SAME = ("code", "number", "body", "valid_to")


def certificates_of(session: Session, profile_id: UUID) -> list[Certificate]:
    """The certificates of a revision in the order in which they were said."""
    rows = select(Certificate).where(Certificate.capability_profile_id == profile_id)
    return list(session.scalars(rows.order_by(Certificate.position)))


def checked(
    actor: Actor, profile: shapes.CapabilityProfile, before: CapabilityProfile | None
) -> shapes.CapabilityProfile:
    """A profile as it may be saved: what was verified stays so, and nobody verifies themselves.

    Raises
    ------
    InvalidInputError
        Somebody else than the organiser says of a certificate that it is verified.
    """
    known = {_paper(one) for one in _said(before) if one.evidence == "verified"}
    found: list[str | shapes.Certificate] = []
    for number, one in enumerate(profile.certificates):
        full = one if isinstance(one, shapes.Certificate) else shapes.Certificate(code=one)
        if _paper(full) in known and full.evidence in ("declared", "documented"):
            one = full.model_copy(update={"evidence": "verified"})
        elif full.evidence == "verified" and not actor.is_staff and _paper(full) not in known:
            raise InvalidInputError(
                f"{full.code!r} is verified by the organiser, who looks at the paper; say documented.",
                field=f"certificates.{number}.evidence",
            )
        found.append(one)
    return profile.model_copy(update={"certificates": found}) if found != profile.certificates else profile


def judged(session: Session, actor: Actor, key: UUID, evidence: str) -> tuple[UUID, shapes.CapabilityProfile, int]:
    """The owner, its profile with one certificate's evidence as the organiser found it, and the place of that one.

    Raises
    ------
    ConflictError
        The certificate belongs to a revision that is not in force any more.
    """
    actor.must_be_organiser()
    row = session.scalar(
        select(Certificate)
        .join(CapabilityProfile, CapabilityProfile.id == Certificate.capability_profile_id)
        .where(Certificate.id == key, CapabilityProfile.tenant_id == actor.tenant_id)
    )
    if row is None:
        raise NotFoundError(f"There is no certificate {key}.")
    owner = session.get_one(CapabilityProfile, row.capability_profile_id).organisation_id
    session.scalar(select(Organisation.id).where(Organisation.id == owner).with_for_update())
    newest = session.scalars(
        select(CapabilityProfile)
        .where(CapabilityProfile.organisation_id == owner)
        .order_by(CapabilityProfile.revision.desc())
        .limit(1)
    ).one()
    if newest.id != row.capability_profile_id:
        raise ConflictError("This profile has a newer revision; read it and judge the certificate there.")
    profile = profile_of(newest.document)
    items = list(profile.certificates)
    items[row.position] = _said(newest)[row.position].model_copy(update={"evidence": evidence})
    profile = profile.model_copy(update={"certificates": items})
    record(session, actor, "certificate.judged", target_id=owner, certificate=str(key), evidence=evidence)
    return owner, profile, row.position


def profile_of(document: dict[str, Any]) -> shapes.CapabilityProfile:
    """A profile as it was kept."""
    return shapes.CapabilityProfile.model_validate(document, strict=False, context=shapes.KEPT)


def _said(row: CapabilityProfile | None) -> list[shapes.Certificate]:
    if row is None:
        return []
    items = profile_of(row.document).certificates
    return [one if isinstance(one, shapes.Certificate) else shapes.Certificate(code=one) for one in items]


def _paper(one: shapes.Certificate) -> tuple[Any, ...]:
    return tuple(str(getattr(one, name) or "").casefold() for name in _SAME)
