"""Kinds of organisation, what one may answer to another, and who may meet whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

KINDS = (
    "manufacturer",
    "fabric-mill",
    "dye-print-house",
    "trading-company",
    "brand-owner",
    "retailer",
    "importer",
    "home-textile-enterprise",
    "light-textile-enterprise",
    "agent",
    "professional-market",
    "cluster-body",
    "association",
    "government-body",
    "service-provider",
)
ANSWERS = ("must_meet", "want", "neutral", "no_thanks", "blocked")
EVIDENCE = ("declared", "documented", "verified", "expired")


#: kinds that lists name more finely (or more coarsely) than pairing rules do, and the kind they count as
_COUNTS_AS = {
    "producer": "manufacturer",
    "material-supplier": "manufacturer",
    "machinery-maker": "manufacturer",
    "trade": "trading-company",
    "wholesaler": "trading-company",
    "online-seller": "retailer",
    "public-buyer": "government-body",
    "market-and-body": "association",
    "media": "association",
    "logistics-provider": "service-provider",
    "testing-body": "service-provider",
    "finance-provider": "service-provider",
    "design-studio": "service-provider",
    "platform-provider": "service-provider",
}


def kind_of(code: str | None) -> str | None:
    """Return the kind of participant that a code of the kinds vocabulary counts as; None for none."""
    if code is None or code in KINDS:
        return code
    return _COUNTS_AS.get(code)


@dataclass(frozen=True)
class PairingRules:
    """Which kind may seek from which; an event without rules lets anyone who buys meet anyone who supplies."""

    allowed: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> PairingRules:
        return cls(frozenset(pairs))

    def allows(self, seeker: str, provider: str) -> bool:
        return not self.allowed or (seeker, provider) in self.allowed
