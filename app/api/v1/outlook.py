"""An event as a whole: what would lift a supplier, and which demand nobody serves well."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from app.api import idempotency
from app.api.deps import Caller, EventName, Lang, Reading
from app.api.schemas.outlook import SupplierLiftsOut, UnmetOut
from app.services import matching
from app.services.events import find_event

router = idempotency.router("ranking")

Depth = Annotated[int, Query(ge=1, le=100, description="length of the lists that buyers look at")]


@router.get(
    "/events/{event_id}/suppliers/{organisation_id}/lifts",
    summary="What would lift a supplier",
    response_model=SupplierLiftsOut,
)
def lifts(
    event_id: EventName,
    organisation_id: UUID,
    actor: Caller,
    session: Reading,
    k: Depth = 10,
    limit: Annotated[int, Query(ge=1, le=50, description="most changes in the answer")] = 10,
    lang: Lang = "en",
) -> Any:
    """The changes that would bring a supplier most over all requests of an event, as things are now, best first.

    Each was tried on every request. Enterprises ask for themselves and get the sums; organisers see the requests too.
    """
    event = find_event(session, actor, event_id)
    return matching.supplier_lifts(session, actor, event, organisation_id, k=k, limit=limit, lang=lang)


@router.get("/events/{event_id}/unmet-demand", summary="Demand nobody serves well", response_model=UnmetOut)
def unmet(
    event_id: EventName,
    actor: Caller,
    session: Reading,
    probability: Annotated[
        float, Query(gt=0, lt=1, description="what the best supplier must reach for a request to be served well")
    ] = 0.5,
    k: Depth = 10,
    lang: Lang = "en",
) -> Any:
    """Requests that no supplier of the event serves well, by product: why, who is nearest, and what would open it.

    Besides: products that are offered and not asked for, and suppliers that are on nobody's list.
    """
    event = find_event(session, actor, event_id)
    return matching.unmet_demand(session, actor, event, probability=probability, k=k, lang=lang)
