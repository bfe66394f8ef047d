"""Invented suppliers and demands that say a little of everything."""

from __future__ import annotations

import pytest

from scoring import SupplierRanker

AS_OF = "2025-09-15"

SUPPLIERS = [
    {
        "id": "S1",
        "name": "Invented Down Works",
        "text": "We quilt and fill down jackets and vests for outdoor brands.",
        "products": ["down jackets"],
        "certificates": [{"code": "RDS", "valid_to": "2026-06-30", "evidence": "verified"}],
        "moq": 500,
        "capacity_per_month": 20_000,
        "lead_time_days": 40,
        "sample_days": 7,
        "price_from": 18,
        "price_to": 40,
        "currency": "EUR",
        "languages": ["zh", "en"],
        "country": "CN",
        "exports_to": ["FR", "DE"],
        "business_models": ["OEM"],
        "smart_level": 3,
        "unit": "H87",
    },
    {
        "id": "S2",
        "name": "Invented Knit House",
        "text": "针织T恤和卫衣，出口欧洲。",
        "products": ["针织T恤", "hoodies"],
        "certificates": [{"code": "GOTS", "valid_to": "2025-11-30", "evidence": "documented"}, "GRS"],
        "moq": 3000,
        "capacity_per_month": 200_000,
        "lead_time_days": 35,
        "price_from": 30,
        "price_to": 45,
        "currency": "CNY",
        "languages": ["zh"],
        "country": "CN",
        "gsm_from": 140,
        "gsm_to": 320,
        "unit": "H87",
    },
    {"id": "S3", "name": "Invented Silent Mill"},
    {
        "id": "S4",
        "name": "Invented Jersey Mill",
        "text": "Jersey and rib fabrics in cotton and recycled polyester.",
        "products": ["fabrics"],
        "materials": ["cotton"],
        "moq": 300,
        "unit": "KGM",
        "lead_time_days": 20,
        "languages": ["it", "en"],
        "country": "IT",
        "transit_days": {"road": 4, "rail": 6},
    },
    {
        "id": "S5",
        "name": "Invented Knit Studio",
        "text": "Small knitting studio: knitted T-shirts from 50 pieces.",
        "moq": 50,
    },
]

DEMAND = {
    "id": "D1",
    "name": "Invented Retailer",
    "text": "Warm down jackets for winter",
    "products": ["Daunenjacken"],
    "quantity": 800,
    "unit": "H87",
    "certificates": ["RDS"],
    "ship_by": "2026-01-31",
    "in_store_by": "2026-03-31",
    "delivery_country": "FR",
    "target_price": 25,
    "currency": "EUR",
    "languages": ["fr", "en"],
    "business_models": ["OEM"],
    "smart_level": 2,
    "country": "FR",
}


@pytest.fixture(scope="session")
def ranker() -> SupplierRanker:
    return SupplierRanker(as_of=AS_OF).fit(SUPPLIERS)
