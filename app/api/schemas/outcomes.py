"""Outcomes and quotations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.common import Listing, Named, Reply
from app.domain.outcomes import NextStep, OutcomeShape


class OutcomeIn(OutcomeShape):
    """What one side says came of a meeting; it replaces what that side said before."""

    organisation: Annotated[UUID | None, Field(description="for whom; the organiser's staff has to say so")] = None

    def outcome(self) -> OutcomeShape:
        return OutcomeShape.model_validate(self.model_dump(exclude={"organisation"}))


class QuotationOut(Reply):
    """A price for one volume, in the currency in which it was said."""

    product: str
    quantity: float
    unit: str
    unit_price: float
    currency: str
    incoterm: str | None
    place: str | None
    lead_time_days: float | None
    certificates: list[str]
    valid_to: date | None


class DetailsOut(Reply):
    """What only one's own side and the organiser see."""

    rating: int | None
    sample_requested: bool
    intended_value: float | None
    order_value: float | None
    currency: str
    next_step: NextStep
    next_step_on: date | None
    comment: str
    reportable: bool
    created_at: datetime


class SideOut(Reply):
    """One side's account of a meeting."""

    organisation: Named
    given: bool = Field(description="whether this side has told anything")
    details: DetailsOut | None = Field(description="null where it is the other side's, or nothing was told")
    quotations: list[QuotationOut] = Field(description="of the other side only what a supplier offers")


class OutcomeOut(DetailsOut):
    """An account as it stands now."""

    id: UUID
    meeting_id: UUID
    organisation: Named
    quotations: list[QuotationOut]


class BothSides(Reply):
    """What came of a meeting, the caller's side first."""

    items: list[SideOut]


class OutcomeList(Listing[OutcomeOut]):
    """A page of the accounts of an event."""


class OfferOut(QuotationOut):
    """A supplier's price for one volume of what a request is about."""

    supplier: Named
    meeting_id: UUID
    told_by: str = Field(description="supplier, or buyer where the buyer wrote down what it was told")
    total: float = Field(description="quantity × unit price, in the same currency")


class Offers(Reply):
    """Offers for a request side by side: by product, volume, currency and price. Nothing is converted."""

    items: list[OfferOut]
