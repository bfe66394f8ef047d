"""Which terms there are, their weights in points and their neutral values. The guide's table is checked against
this."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from scoring.errors import RankingError
from scoring.fields import Side, suggestion
from scoring.terms.base import Term
from scoring.terms.certificates import CertificateTerm
from scoring.terms.coded import CodeTerm
from scoring.terms.grid import LogGrid
from scoring.terms.numbers import CapacityTerm, PriceTerm, QuantityTerm, RangeTerm, SmartLevelTerm
from scoring.terms.shared import SharedTerm
from scoring.terms.timing import LeadTimeTerm

# Points of each term when the asker states all of them; what it does not state is shared out among the rest.
SUPPLIER_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "products": 20.0,
        "text": 12.0,
        "materials": 5.0,
        "processes": 5.0,
        "certificates": 7.0,
        "compliance": 3.0,
        "quantity": 5.0,
        "capacity": 3.0,
        "price": 5.0,
        "lead_time": 5.0,
        "business_models": 3.0,
        "cooperation": 4.0,
        "markets": 3.0,
        "languages": 3.0,
        "smart_level": 2.0,
        "gsm": 2.0,
        "gauge": 0.5,
        "width": 0.5,
        "trade_terms": 2.0,
        "countries": 2.0,
        "behaviour": 8.0,
    }
)
# A supplier looks first at what is bought, how much of it, at which price, and where it goes.
BUYER_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    dict(SUPPLIER_WEIGHTS)
    | {"quantity": 7.0, "price": 7.0, "markets": 5.0, "certificates": 4.0, "compliance": 2.0, "smart_level": 1.0}
    | {"countries": 1.0}
)


def terms() -> tuple[Term, ...]:
    """The coded and numeric terms, in the order they are shown; text and behaviour follow from `scoring.text`."""
    return (
        CodeTerm("products", 0.3, breadth=0.08, reads_text=True),
        CodeTerm("materials", 0.4, reads_text=True),
        CodeTerm("processes", 0.4, reads_text=True),
        CertificateTerm(0.3),
        CodeTerm("compliance", 0.4),
        QuantityTerm(0.5),
        CapacityTerm(0.5),
        PriceTerm(0.5),
        LeadTimeTerm(0.5),
        CodeTerm("business_models", 0.4),
        CodeTerm("cooperation", 0.4),
        SharedTerm("markets", 0.4, (("goes_to", "sells_to"),)),
        SharedTerm("languages", 0.4, (("languages", "languages"),)),
        SmartLevelTerm(0.4),
        RangeTerm("gsm", 0.5, LogGrid(8.0, 4096.0, 8), 1.0),
        RangeTerm("gauge", 0.5, LogGrid(1.0, 64.0, 8), 1.0),
        RangeTerm("width", 0.5, LogGrid(1.0, 1024.0, 8), 0.5),
        SharedTerm(
            "trade_terms",
            0.5,
            tuple((name, name) for name in ("incoterms", "transport", "customs_modes", "payment_terms")),
        ),
        SharedTerm("countries", 0.4, (("sourcing_countries", "country"),)),
    )


def weights(fitted: Side, own: Mapping[str, float] | None) -> dict[str, float]:
    """Points per term for the side that is ranked, the caller's own laid over them, scaled to add up to 100."""
    table = dict(SUPPLIER_WEIGHTS if fitted == "supplier" else BUYER_WEIGHTS)
    for name, points in (own or {}).items():
        if name not in table:
            raise RankingError(f"weights: {name!r} is not a term{suggestion(name, tuple(table))}")
        if not 0.0 <= float(points) < float("inf"):
            raise RankingError(f"weights: {name} = {points!r}, expected points of 0 or more")
        table[name] = float(points)
    total = sum(table.values())
    if total <= 0:
        raise RankingError("weights: all are 0; give at least one term some points")
    return {name: 100.0 * points / total for name, points in table.items()}
