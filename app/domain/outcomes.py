"""What came of a meeting, as each side sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.domain.profiles import Currency, Day, Days, Shape, Word

NEXT_STEPS = ("none", "call", "visit", "sample", "quotation", "order", "contract", "other")
NextStep = Literal["none", "call", "visit", "sample", "quotation", "order", "contract", "other"]
#: next steps that mean that two have closed a deal
CLOSED = ("order", "contract")
#: next steps that say the meeting led somewhere
FOLLOW_UPS = tuple(step for step in NEXT_STEPS if step != "none")
#: states of a meeting at which the desk has seen its two sides
TOOK_PLACE = ("live", "held")

Money = Annotated[float, Field(ge=0, lt=10**12, allow_inf_nan=False)]


class QuotationShape(Shape):
    """A price for one volume; several of them make offers comparable on more than one price."""

    product: Annotated[str, Field(max_length=200)] = ""
    quantity: Annotated[float, Field(gt=0, lt=10**12, allow_inf_nan=False)]
    unit: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$", description="UN/ECE Rec 20: H87 pieces, MTR metres")] = "H87"
    unit_price: Money
    currency: Currency
    incoterm: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    place: Annotated[str, Field(min_length=1, max_length=120)] | None = None
    lead_time_days: Days | None = None
    certificates: Annotated[list[Word], Field(max_length=50)] = []
    valid_to: Day | None = None


class OutcomeShape(Shape):
    """One side's account of a meeting; `reportable` lets its sums into reports, together with those of others."""

    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    sample_requested: bool = False
    intended_value: Money | None = None
    order_value: Money | None = None
    currency: Currency | None = None
    next_step: NextStep = "none"
    next_step_on: Day | None = None
    comment: Annotated[str, Field(max_length=2000)] = ""
    reportable: bool = False
    quotations: Annotated[list[QuotationShape], Field(max_length=50)] = []


def may_be_told(status: str, ends_at: datetime, now: datetime) -> bool:
    """Whether something can have come of a meeting: it is on, was held, or its time is over and nobody marked it."""
    return status in TOOK_PLACE or (status in ("planned", "locked") and ends_at <= now)


def came_to_something(
    rating: int | None, order_value: float | None, next_step: str, sample_requested: bool, quotations: int
) -> bool | None:
    """Whether one side says that a meeting was worth it; None where it says nothing either way.

    An order, a sample, a quotation or a next step is a yes; else the rating decides: 4 and 5 yes, 1 and 2 no.
    """
    if (order_value or 0) > 0 or sample_requested or quotations or next_step in FOLLOW_UPS:
        return True
    if rating is None or rating == 3:
        return None
    return rating >= 4


def closed(order_value: float | None, next_step: str) -> bool:
    """Whether one side says that the two do business now."""
    return (order_value or 0) > 0 or next_step in CLOSED
