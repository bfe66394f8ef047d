"""Consents, and the words in which they are asked for."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends

from app.api import idempotency
from app.api.bodies import JsonBody
from app.api.deps import Caller, Cursor, Limit, Reading, Writing
from app.api.schemas.people import ConsentList, ConsentOut, WordingList, WordingOut
from app.db.models import Consent, ConsentWording
from app.domain.people import ConsentIn, Purpose, WordingIn
from app.services import consents
from app.services.people import find_person

router = idempotency.router("people")

_WORDING = {
    "purpose": "contact",
    "language": "en",
    "text": "The organisations that I have agreed to meet may see my name and e-mail address.",
}
_CONSENT = {"wording_id": "0199c0de-0000-7000-8000-000000000001"}


@router.get("/consent-wordings", summary="List the words of consents", response_model=WordingList)
def list_wordings(
    actor: Caller, session: Reading, purpose: Purpose | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Any:
    """Every version in every language, the oldest first; the last of a purpose and language is to be shown."""
    page = consents.list_wordings(session, actor, purpose=purpose, cursor=cursor, limit=limit)
    return {"items": page.items, "next": page.next}


@router.post("/consent-wordings", summary="Write the words of a consent", status_code=201, response_model=WordingOut)
def write(
    actor: Caller, shape: Annotated[WordingIn, Depends(JsonBody(WordingIn, example=_WORDING))], session: Writing
) -> Any:
    """Write new words as the next version; consents that were given keep the words they were given to."""
    return consents.write_wording(session, actor, shape)


@router.get(
    "/representatives/{representative_id}/consents", summary="List a person's consents", response_model=ConsentList
)
def list_consents(representative_id: UUID, actor: Caller, session: Reading) -> Any:
    """What a person agreed to, in which words and when, and what they took back."""
    person = find_person(session, actor, representative_id)
    return {"items": [_told(row, wording) for row, wording in consents.consents_of(session, person)], "next": None}


@router.post(
    "/representatives/{representative_id}/consents",
    summary="Record a consent",
    status_code=201,
    response_model=ConsentOut,
    responses={409: {}},
)
def give(
    representative_id: UUID,
    actor: Caller,
    body: Annotated[ConsentIn, Depends(JsonBody(ConsentIn, example=_CONSENT))],
    session: Writing,
) -> Any:
    """Record that a person agreed to the words that were shown."""
    person = find_person(session, actor, representative_id, lock=True)
    return _told(*consents.give_consent(session, actor, person, body.wording_id))


@router.delete("/representatives/{representative_id}/consents/{purpose}", summary="Withdraw a consent", status_code=204)
def withdraw(representative_id: UUID, purpose: Purpose, actor: Caller, session: Writing) -> None:
    """Take a consent back; what it allowed ends at once."""
    person = find_person(session, actor, representative_id, lock=True)
    consents.withdraw_consent(session, actor, person, purpose)


def _told(row: Consent, wording: ConsentWording | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "purpose": row.purpose,
        "wording": wording,
        "given_at": row.given_at,
        "withdrawn_at": row.withdrawn_at,
    }
