"""What organisations say of themselves: capability profiles, buyer profiles and sourcing requests.

One shape for the API, the import and the database; the field names are those of the ranking engine's records.
Words stay as they were written; codes are resolved beside them (see `app.domain.resolving`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from app.domain.lists import places

Word = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=200)]
Text = Annotated[str, Field(max_length=20_000)]


def _day(value: Any) -> Any:
    """A date as files and JSON have it: year-month-day, never a count of seconds."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"must be a date such as 2026-03-31; there is no {value}") from None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError("must be a date such as 2026-03-31")
    if not 1900 <= value.year < 2200:
        raise ValueError(f"the year {value.year} is not between 1900 and 2200")
    return value


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


def _country(value: str, info: ValidationInfo) -> str:
    code = places.country(value)
    if code is None and info.context != KEPT:
        raise ValueError(f"there is no country {value}; write its two letters of ISO 3166-1, such as FR, GB or CN")
    return code or value


def _currency(value: str, info: ValidationInfo) -> str:
    code = places.currency(value)
    if code is None and info.context != KEPT:
        raise ValueError(f"there is no currency {value}; write its three letters of ISO 4217, such as EUR, USD or CNY")
    return code or value


def _code_of_country(value: Any) -> Any:
    """What is no code is answered with what was expected, and with the code where the name is known."""
    if isinstance(value, str) and not re.fullmatch(r"[A-Z]{2}", value):
        code = places.country(value)
        if code is not None:
            raise ValueError(f"{value} is no code of a country; write {code}")
        raise ValueError(f"there is no country {value}; write its two letters of ISO 3166-1, such as FR, GB or CN")
    return value


def _code_of_currency(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[A-Z]{3}|人民币|元|¥|￥", value):
        code = places.currency(value)
        if code is not None:
            raise ValueError(f"{value} is no code of a currency; write {code}")
        raise ValueError(f"there is no currency {value}; write its three letters of ISO 4217, such as EUR, USD or CNY")
    return value


#: The context in which what was stored before is read: codes that were taken then do not stop anybody now.
KEPT = "kept"
Country = Annotated[
    str,
    Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2; UK is taken for GB, EL for GR"),
    AfterValidator(_country),
    BeforeValidator(_code_of_country),
]
Currency = Annotated[
    str,
    Field(pattern=r"^([A-Z]{3}|人民币|元|¥|￥)$", description="ISO 4217; RMB, CNH, 人民币, 元 and ¥ are taken for CNY"),
    AfterValidator(_currency),
    BeforeValidator(_code_of_currency),
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", description="BCP 47 primary language")]
Count = Annotated[int, Field(ge=1, le=10**12)]
Amount = Annotated[float, Field(ge=0, le=10**12, allow_inf_nan=False)]
Days = Annotated[float, Field(ge=0, le=3650, allow_inf_nan=False, description="days; hours as fractions")]
Evidence = Literal["declared", "documented", "verified", "expired"]


class Shape(BaseModel):
    """Base of everything that comes from outside: exact types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid")
    ranges: ClassVar[tuple[tuple[str, str], ...]] = ()

    @model_validator(mode="after")
    def _ranges_are_in_order(self) -> Self:
        for low, high in self.ranges:
            a, b = getattr(self, low), getattr(self, high)
            if a is not None and b is not None and a > b:
                raise ValueError(f"{low} ({a:g}) is above {high} ({b:g}); swap them or mend one")
        return self


class Certificate(Shape):
    """A certificate or audit, in the holder's words, with what proves it."""

    code: Word
    scope: Word | None = None
    number: Word | None = None
    body: Word | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    evidence: Evidence = "declared"
    document: Word | None = None

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_from ({self.valid_from}) is after valid_to ({self.valid_to})")
        return self


class _Profile(Shape):
    """Fields that supply, demand and buyer profiles share."""

    text: Text | None = None
    products: Words = []
    materials: Words = []
    processes: Words = []
    certificates: Annotated[list[Word | Certificate], Field(max_length=100)] = []
    languages: Annotated[list[Language], Field(max_length=50)] = []
    business_models: Words = []
    cooperation: Words = []
    markets: Words = []
    incoterms: Words = []
    transport: Words = []
    customs_modes: Words = []
    payment_terms: Words = []
    compliance: Words = []
    unit: Word | None = None
    currency: Currency | None = None


class CapabilityProfile(_Profile):
    """What an organisation can supply."""

    ranges = (
        ("price_from", "price_to"),
        ("gsm_from", "gsm_to"),
        ("gauge_from", "gauge_to"),
        ("width_from", "width_to"),
    )

    smart_level: Annotated[int, Field(ge=0, le=5)] | None = None
    founded: Annotated[int, Field(ge=1000, le=2100)] | None = None
    employees: Annotated[int, Field(ge=0, le=10**7)] | None = None
    moq: Count | None = None
    moq_per: Literal["style", "colour", "fabric"] | None = None
    capacity_per_month: Amount | None = None
    sample_days: Days | None = None
    lead_time_days: Days | None = None
    reorder_days: Days | None = None
    price_from: Amount | None = None
    price_to: Amount | None = None
    gsm_from: Amount | None = None
    gsm_to: Amount | None = None
    gauge_from: Amount | None = None
    gauge_to: Amount | None = None
    #: of fabrics, in centimetres
    width_from: Amount | None = None
    width_to: Amount | None = None
    exports_to: Annotated[list[Country], Field(max_length=250)] = []
    transit_days: Days | None = None
    subcontracted: Words = []
    equipment: Words = []
    ports: Words = []
    channels: Words = []


class BuyerProfile(_Profile):
    """Who buys: what an organisation wants in general, whatever the single request says."""

    smart_level: Annotated[int, Field(ge=0, le=5)] | None = None
    channels: Words = []
    brands: Words = []
    price_tier: Literal["entry", "mid", "premium", "luxury"] | None = None
    yearly_volume: Amount | None = None
    existing_suppliers: Words = []


class SourcingRequest(_Profile):
    """What an organisation wants to source; `must` names the fields that are gates, `info` those only shown."""

    title: Word | None = None
    season: Word | None = None
    smart_level: Annotated[int, Field(ge=0, le=5)] | None = None
    quantity: Amount | None = None
    colours: Count | None = None
    sizes: Word | None = None
    frequency: Word | None = None
    tech_pack: Literal["complete", "partial", "sketch"] | None = None
    lead_time_days: Days | None = None
    target_price: Amount | None = None
    gsm: Amount | None = None
    gauge: Amount | None = None
    #: of fabrics, in centimetres
    width: Amount | None = None
    sample_by: Day | None = None
    ship_by: Day | None = None
    in_store_by: Day | None = None
    delivery_country: Country | None = None
    sourcing_countries: Annotated[list[Country], Field(max_length=250)] = []
    must: Words = []
    info: Words = []
    exclude: Words = []

    @model_validator(mode="after")
    def _names_real_fields(self) -> Self:
        known = set(type(self).model_fields) - {"must", "info", "exclude", "title", "text"}
        for field in ("must", "info"):
            for name in getattr(self, field):
                if name not in known:
                    raise ValueError(
                        f"{field} names {name!r}, which is no field of a request; one of {', '.join(sorted(known))}"
                    )
        return self


#: How much each field counts towards completeness; what buyers filter by counts most.
CAPABILITY_WEIGHTS = {
    "products": 15, "text": 8, "moq": 10, "capacity_per_month": 8, "lead_time_days": 10, "certificates": 10,
    "materials": 6, "processes": 6, "price_from": 6, "languages": 5, "business_models": 5, "cooperation": 3,
    "exports_to": 4, "smart_level": 2, "compliance": 2,
}  # fmt: skip
REQUEST_WEIGHTS = {
    "products": 20, "quantity": 15, "text": 8, "ship_by": 10, "target_price": 10, "certificates": 7, "materials": 7,
    "delivery_country": 5, "languages": 5, "business_models": 4, "gsm": 3, "processes": 3, "cooperation": 3,
}  # fmt: skip
BUYER_WEIGHTS = {
    "products": 20, "markets": 10, "channels": 10, "price_tier": 10, "yearly_volume": 15, "languages": 10,
    "certificates": 10, "cooperation": 10, "text": 5,
}  # fmt: skip


def missing(document: dict[str, Any], weights: dict[str, int]) -> list[dict[str, Any]]:
    """The weighted fields that say nothing, each with the points of completeness it costs; the dearest first."""
    whole = sum(weights.values())
    silent = {field: weight for field, weight in weights.items() if document.get(field) in (None, [], "")}
    return [
        {"field": field, "points": round(100 * weight / whole, 1)}
        for field, weight in sorted(silent.items(), key=lambda one: -one[1])
    ]


def completeness(document: dict[str, Any], weights: dict[str, int]) -> int:
    """Return the share of the weighted fields that say something, 0–100."""
    said = sum(weight for field, weight in weights.items() if document.get(field) not in (None, [], ""))
    return round(100 * said / sum(weights.values()))


class EvidenceIn(Shape):
    """What the organiser found of a certificate."""

    evidence: Evidence
