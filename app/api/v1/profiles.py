"""What organisations can make, and who buys."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Reading, Writing
from app.api.schemas.organisations import CapabilitiesOut, CertificateOut, ProfileOut, RegisteredOut
from app.core.errors import NotFoundError
from app.db.models import BuyerProfile as BuyerRow
from app.db.models import CapabilityProfile as CapabilityRow
from app.domain.profiles import (
    BUYER_WEIGHTS,
    CAPABILITY_WEIGHTS,
    BuyerProfile,
    CapabilityProfile,
    EvidenceIn,
    missing,
)
from app.services import lookups
from app.services.evidence import certificates_of
from app.services.profiles import Registered, judge_certificate, register_buyer, register_capabilities

router = idempotency.router("profiles")

_CAPABILITIES = {
    "text": "Knitted T-shirts and polo shirts from yarn to packed goods.",
    "products": ["knitted T-shirts"],
    "moq": 600,
    "unit": "H87",
    "capacity_per_month": 200000,
    "lead_time_days": 35,
    "certificates": [{"code": "GOTS", "valid_to": "2026-03-31", "evidence": "documented"}],
    "languages": ["zh", "en"],
}
_BUYER = {"products": ["knitted T-shirts"], "price_tier": "mid", "yearly_volume": 400000, "languages": ["fr", "en"]}


@router.put(
    "/organisations/{organisation_id}/capabilities", summary="Register capabilities", response_model=RegisteredOut
)
def put_capabilities(
    organisation_id: UUID,
    actor: Caller,
    profile: Annotated[CapabilityProfile, Depends(JsonBody(CapabilityProfile, example=_CAPABILITIES))],
    session: Writing,
) -> Any:
    """Say what an organisation can make. The whole profile is replaced; the one before stays as a revision.

    Words may be in English, Chinese, French, German or Italian. The answer says what each was understood as.
    """
    return _registered(register_capabilities(session, actor, organisation_id, profile))


@router.get(
    "/organisations/{organisation_id}/capabilities", summary="Read capabilities", response_model=CapabilitiesOut
)
def get_capabilities(organisation_id: UUID, actor: Caller, session: Reading) -> Any:
    """The capability profile in force."""
    lookups.organisation(session, actor, organisation_id)
    row = lookups.capabilities(session, organisation_id)
    if row is None:
        raise NotFoundError("This organisation has not registered its capabilities yet.")
    return _profile(row, CAPABILITY_WEIGHTS) | {"certificates": certificates_of(session, row.id)}


@router.patch(
    "/certificates/{certificate_id}", summary="Judge a certificate", response_model=CertificateOut, responses={409: {}}
)
def judge(
    certificate_id: UUID,
    actor: Caller,
    body: Annotated[EvidenceIn, Depends(JsonBody(EvidenceIn, example={"evidence": "verified"}))],
    session: Writing,
) -> Any:
    """Say what proves a certificate, for the organiser who has seen the paper.

    It becomes the profile's next revision, in which the certificate has an id of its own. What was verified stays so
    when the same is registered again.
    """
    return judge_certificate(session, actor, certificate_id, body.evidence)


@router.put("/organisations/{organisation_id}/buyer-profile", summary="Register a buyer", response_model=RegisteredOut)
def put_buyer(
    organisation_id: UUID,
    actor: Caller,
    profile: Annotated[BuyerProfile, Depends(JsonBody(BuyerProfile, example=_BUYER))],
    session: Writing,
) -> Any:
    """Say who buys, and what in general. The whole profile is replaced; the one before stays as a revision."""
    return _registered(register_buyer(session, actor, organisation_id, profile))


@router.get("/organisations/{organisation_id}/buyer-profile", summary="Read a buyer", response_model=ProfileOut)
def get_buyer(organisation_id: UUID, actor: Caller, session: Reading) -> Any:
    """The buyer profile in force."""
    lookups.organisation(session, actor, organisation_id)
    row = lookups.buyer_profile(session, organisation_id)
    if row is None:
        raise NotFoundError("This organisation has not said yet what it buys.")
    return _profile(row, BUYER_WEIGHTS)


def _profile(row: CapabilityRow | BuyerRow, weights: dict[str, int]) -> dict[str, Any]:
    kept = ("organisation_id", "revision", "resolved", "unresolved", "completeness", "document", "created_at")
    return {name: getattr(row, name) for name in kept} | {"missing": missing(row.document, weights)}


def _registered(saved: Registered) -> dict[str, Any]:
    return {
        "organisation_id": saved.owner_id,
        "revision": saved.revision,
        "resolved": saved.resolved,
        "unresolved": saved.unresolved,
        "completeness": saved.completeness,
    }
