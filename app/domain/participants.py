"""Kinds of organisation, what one may answer to another, and who may meet whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

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


class Taking(Protocol):
    """Somebody's part in an event, as far as it decides whom they may meet."""

    @property
    def kind(self) -> str: ...
    @property
    def supplies(self) -> bool: ...
    @property
    def buys(self) -> bool: ...


@dataclass(frozen=True)
class PairingRules:
    """Which kind may seek from which; an event without rules lets anyone who buys meet anyone who supplies."""

    allowed: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> PairingRules:
        return cls(frozenset(pairs))

    def allows(self, seeker: str, provider: str) -> bool:
        return not self.allowed or (seeker, provider) in self.allowed

    def may_meet(self, one: Taking, other: Taking) -> bool:
        """Whether two participants may ask each other: one may seek from the other, whoever of the two begins.

        Without rules one has to buy and the other to supply; who does neither, as at a conference, may ask everybody.
        """
        if self.allowed:
            return (one.kind, other.kind) in self.allowed or (other.kind, one.kind) in self.allowed
        sided = all(party.buys or party.supplies for party in (one, other))
        return not sided or (one.buys and other.supplies) or (other.buys and one.supplies)
