"""What organisations can make, and who buys."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Reading, Writing
from app.api.schemas.organisations import ProfileOut, RegisteredOut
from app.core.errors import NotFoundError
from app.domain.profiles import BuyerProfile, CapabilityProfile
from app.services import lookups
from app.services.profiles import Registered, register_buyer, register_capabilities

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


@router.get("/organisations/{organisation_id}/capabilities", summary="Read capabilities", response_model=ProfileOut)
def get_capabilities(organisation_id: UUID, actor: Caller, session: Reading) -> Any:
    """The capability profile in force."""
    lookups.organisation(session, actor, organisation_id)
    row = lookups.capabilities(session, organisation_id)
    if row is None:
        raise NotFoundError("This organisation has not registered its capabilities yet.")
    return row


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
    return row


def _registered(saved: Registered) -> dict[str, Any]:
    return {
        "organisation_id": saved.owner_id,
        "revision": saved.revision,
        "resolved": saved.resolved,
        "unresolved": saved.unresolved,
        "completeness": saved.completeness,
    }
