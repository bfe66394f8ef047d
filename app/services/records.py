"""From rows to the flat records that the ranking engine takes.

A record's id is the organisation's or the request's code, so that ties fall the same way in every database.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any
from uuid import UUID

from app.db.models import BuyerProfile, CapabilityProfile, Organisation
from app.domain.pooling import able, pool
from app.domain.resolving import coded
from app.services.participants import Participant

_SUPPLIER = (
    "text", "products", "materials", "processes", "certificates", "languages", "business_models", "cooperation",
    "markets", "incoterms", "transport", "customs_modes", "payment_terms", "compliance", "smart_level", "founded",
    "employees", "unit", "moq", "capacity_per_month", "sample_days", "lead_time_days", "price_from", "price_to",
    "currency", "gsm_from", "gsm_to", "gauge_from", "gauge_to", "width_from", "width_to", "exports_to", "transit_days",
    "equipment",
)  # fmt: skip
_DEMAND = (
    "text", "products", "materials", "processes", "certificates", "languages", "business_models", "cooperation",
    "markets", "incoterms", "transport", "customs_modes", "payment_terms", "compliance", "smart_level", "unit",
    "quantity", "lead_time_days", "target_price", "currency", "gsm", "gauge", "width", "ship_by", "in_store_by",
    "delivery_country", "must", "info", "sourcing_countries",
)  # fmt: skip
#: what a request inherits from its buyer's profile where it says nothing itself
_INHERITED = (
    "certificates",
    "languages",
    "cooperation",
    "business_models",
    "markets",
    "incoterms",
    "transport",
    "payment_terms",
)
_CERTIFICATE = ("code", "valid_to", "evidence")


def supplier_record(person: Participant, profiles: Mapping[UUID, CapabilityProfile]) -> dict[str, Any]:
    """What the engine learns of a supplier; one without a profile is known by its name only.

    `profiles` are by organisation; a delegation is known by all that its members can do together.
    """
    document = _said(person, profiles)
    if person.members:
        document = pool(document, [_said(member, profiles) for member in person.members])
    record = {field: document[field] for field in _SUPPLIER if field in document}
    if "certificates" in record:
        record["certificates"] = [_certificate(item) for item in record["certificates"]]
    return _with_owner(record, person) | {"id": person.organisation.code}


def delegates(
    person: Participant, profiles: Mapping[UUID, CapabilityProfile], demand: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Whom a buyer meets with a delegation: each member, and which codes of the request it has itself."""
    can = able(demand, [_said(member, profiles) for member in person.members])
    return [
        {"id": str(member.organisation.id), "name": member.organisation.name, "can": codes}
        for member, codes in zip(person.members, can, strict=True)
    ]


def demand_record(
    code: str,
    person: Participant | None,
    document: dict[str, Any],
    resolved: list[dict[str, Any]],
    buyer: BuyerProfile | None,
    exclude: list[str],
) -> dict[str, Any]:
    """What the engine learns of a request: its own words, and the buyer's where it is silent."""
    said = coded(document, resolved)
    general = coded(buyer.document, buyer.resolved) if buyer else {}
    record = {field: said[field] for field in _DEMAND if field in said}
    record |= {f: general[f] for f in _INHERITED if f in general and f not in record}
    if "certificates" in record:
        codes = [item["code"] if isinstance(item, dict) else item for item in record["certificates"]]
        record["certificates"] = list(dict.fromkeys(codes))
    record["exclude"] = exclude
    title = document.get("title")
    if person is not None:
        record = _with_owner(record, person)
    if title:  # what is wanted, not who wants it
        record["name"] = title
    return record | {"id": code}


def excluded(
    document: dict[str, Any], seeker: Participant | None, suppliers: list[Participant], barred: set[UUID]
) -> tuple[list[str], set[str]]:
    """Codes that a request must not be matched with: those it names, its own firm, and those the rules bar.

    Returns all of them, and of these the ones that are no news to the buyer (its own firm, pairing rules).
    """
    words = {word.casefold() for word in document.get("exclude", [])}
    silent = {seeker.organisation.code} if seeker else set()
    codes = set(silent)
    for supplier in suppliers if words or barred else ():
        organisation = supplier.organisation
        if any(named(one, words) for one in supplier.organisations):
            codes.add(organisation.code)
        elif supplier.participation.id in barred:
            codes.add(organisation.code)
            silent.add(organisation.code)
    return sorted(codes), silent


def unknown_exclusions(document: dict[str, Any], suppliers: list[Participant]) -> list[str]:
    """What a request excludes that is the code, name or id of no supplier."""
    words = document.get("exclude", [])
    firms = [one for supplier in suppliers for one in supplier.organisations] if words else []
    return [word for word in words if not any(named(firm, {word.casefold()}) for firm in firms)]


def inherited(record: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Fields of a request that its buyer's profile, or the people who come, fill in."""
    return [field for field in _INHERITED if field in record and field not in document]


def named(organisation: Organisation, words: Set[str]) -> bool:
    """Whether one of some case-folded words is the organisation's code, name, local name or id."""
    if not words:
        return False
    names = (organisation.code, organisation.name, organisation.name_local or "", str(organisation.id))
    return not words.isdisjoint(name.casefold() for name in names if name)


def _said(person: Participant, profiles: Mapping[UUID, CapabilityProfile]) -> dict[str, Any]:
    profile = profiles.get(person.organisation.id)
    return coded(profile.document, profile.resolved) if profile else {}


def _with_owner(record: dict[str, Any], person: Participant) -> dict[str, Any]:
    organisation = person.organisation
    names = [organisation.name, organisation.name_local]
    record = {"name": " ".join(name for name in names if name), "kind": person.participation.kind} | record
    if organisation.country:
        record["country"] = organisation.country
    if person.languages:
        record["languages"] = list(person.languages)
    return record


def _certificate(item: str | dict[str, Any]) -> str | dict[str, Any]:
    if isinstance(item, str):
        return item
    return {field: item[field] for field in _CERTIFICATE if item.get(field) is not None}
