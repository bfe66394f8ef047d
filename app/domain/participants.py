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


@dataclass(frozen=True)
class PairingRules:
    """Which kind may seek from which; an event without rules lets anyone who buys meet anyone who supplies."""

    allowed: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> PairingRules:
        return cls(frozenset(pairs))

    def allows(self, seeker: str, provider: str) -> bool:
        return not self.allowed or (seeker, provider) in self.allowed
