"""What a person may ask for: everything that is known about them, and to be forgotten."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Reading, Writing
from app.api.schemas.people import ErasedOut, PersonExport
from app.domain.people import ErasureIn
from app.services import erasure, privacy

router = idempotency.router("people")


@router.get(
    "/representatives/{representative_id}/export",
    summary="Everything that concerns a person",
    response_model=PersonExport,
)
def export(representative_id: UUID, actor: Caller, session: Reading) -> Any:
    """Profile, consents, attendance, meetings, requests, registrations, letters and account, as one document."""
    return privacy.export_person(session, actor, representative_id)


@router.post("/representatives/{representative_id}/erasure", summary="Erase a person", response_model=ErasedOut)
def erase(
    representative_id: UUID,
    actor: Caller,
    body: Annotated[ErasureIn, Depends(JsonBody(ErasureIn, optional=True, example={"letter": True}))],
    session: Writing,
) -> Any:
    """Erase name, addresses, account, letters and forms of a person, everywhere and for good.

    Counts and statistics stay, and in the audit trail that it was done. Stored files of the tenant are thrown away.
    """
    return erasure.erase_person(session, actor, representative_id, letter=body.letter)
