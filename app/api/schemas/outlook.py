"""What would lift a supplier at an event, and the event's unmet demand."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Named, Reply
from app.api.schemas.ranking import Lift


class Wish(Reply):
    """A sourcing request."""

    id: UUID
    code: str
    title: str


class LiftedRequest(Reply):
    """What a change brings for one request; ranks are null where a gate fails."""

    request: Wish
    buyer: Named
    rank: int | None
    rank_after: int | None
    score: float
    score_after: float
    probability: float
    probability_after: float


class SupplierLift(Reply):
    """A change of a supplier's profile, and what it brings over the event."""

    change: str
    effort: Literal["state", "paperwork", "production"] = Field(
        description="fill in a field, papers and agreements, or how it produces"
    )
    meetings: float = Field(description="expected meetings gained")
    opens: int = Field(description="requests whose gates it opens")
    enters: int = Field(description="requests that then have the supplier among their first k")
    ranks: int = Field(description="places gained where it is ranked already")
    concerns: int = Field(description="requests for which anything changes")
    requests: list[LiftedRequest] = Field(description="the 20 that gain most; for organisers only")


class SupplierLiftsOut(Reply):
    """How a supplier stands at an event, and what would lift it, best first."""

    supplier: Named
    k: int
    requests: int = Field(description="requests that do not exclude it")
    passes: int = Field(description="those whose gates it passes")
    listed: int = Field(description="those that have it among their first k")
    meetings: float = Field(description="expected meetings: probabilities of the listed ones, added up")
    lifts: list[SupplierLift]


class NearestSupplier(Reply):
    """The best supplier there is for an unmet request, and what would open or lift it."""

    supplier: Named
    score: float
    probability: float
    failing: list[str]
    lifts: list[Lift]


class UnmetRequest(Reply):
    """A request that nobody serves well, and why."""

    request: Wish
    buyer: Named
    why: Literal["no_supplier", "gates", "weak"]
    because: str
    suppliers: int = Field(description="suppliers that have the product")
    passing: int = Field(description="those of them that fail no gate")
    gates: dict[str, int] = Field(description="how many of them fail which gate")
    nearest: NearestSupplier | None


class UnmetProduct(Reply):
    """A product with unmet requests."""

    code: str | None = Field(description="null for requests that name no product")
    label: str
    asked: int
    suppliers: int
    requests: list[UnmetRequest]


class UnaskedProduct(Reply):
    """A product that is offered and not asked for."""

    code: str
    label: str
    suppliers: list[Named]


class UnmetOut(Reply):
    """Unmet demand of an event."""

    requests: int
    unmet: int
    probability: float
    k: int
    products: list[UnmetProduct]
    unasked: list[UnaskedProduct]
    idle: list[Named] = Field(description="suppliers among the first k of no request")
