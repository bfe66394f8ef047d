"""All that a match run reads of an event, in the shape the engine takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.db.models import BuyerProfile, CapabilityProfile, Event, RequestRevision
from app.db.models import SourcingRequest as RequestRow
from app.domain.participants import PairingRules
from app.services.events import pairing_rules
from app.services.matching.known import History, blocked, history, known
from app.services.participants import Participant, those_who_meet
from app.services.profiles import latest, latest_requests
from app.services.records import delegates, demand_record, excluded, supplier_record

KNOWN = ("partners", "met")


@dataclass(frozen=True)
class Demand:
    """A request ready for the engine; `no_news` are suppliers whose exclusion goes without saying."""

    request: RequestRow
    revision: RequestRevision
    seeker: Participant
    record: dict[str, Any]
    no_news: frozenset[str]


@dataclass(frozen=True)
class Field:
    """Suppliers by code, their records in the same order, the requests, and the revisions all was read from."""

    suppliers: dict[str, Participant]
    records: list[dict[str, Any]]
    demands: list[Demand]
    revisions: dict[str, str]
    #: the newest profiles by organisation
    capabilities: dict[UUID, CapabilityProfile]

    def delegates(self, code: str, demand: dict[str, Any]) -> list[dict[str, Any]]:
        """The members of a delegation with what each can do of a request; nothing for all others."""
        one = self.suppliers[code]
        return delegates(one, self.capabilities, demand) if one.members else []

    @property
    def known(self) -> dict[str, dict[str, list[str]]]:
        """Partners and earlier meetings of each request that has some, by codes."""
        found = {one.request.code: {n: one.record[n] for n in KNOWN if n in one.record} for one in self.demands}
        return {code: lists for code, lists in found.items() if lists}


def read_field(session: Session, event: Event) -> Field:
    """Read suppliers and requests of an event at their newest revisions.

    Raises
    ------
    InvalidInputError
        Nobody supplies or nobody asks, so there is nothing to match.
    """
    people = those_who_meet(session, event)
    ids = [organisation.id for person in people for organisation in person.organisations]
    capabilities, buyers = latest(session, CapabilityProfile, ids), latest(session, BuyerProfile, ids)
    suppliers = [person for person in people if person.participation.supplies]
    rules, past = pairing_rules(session, event.id), history(session, event)
    by_organisation = {organisation.id: person for person in people for organisation in person.organisations}
    demands = [
        _demand(request, revision, by_organisation[request.organisation_id], suppliers, buyers, rules, past)
        for request, revision in latest_requests(session, event.id)
        if request.organisation_id in by_organisation
    ]
    if not suppliers or not demands:
        what = "sourcing request" if suppliers else "supplier"
        raise InvalidInputError(f"The event {event.code!r} has no {what} yet; import or register some first.")
    profiles: dict[UUID, CapabilityProfile | BuyerProfile] = {**capabilities}
    return Field(
        {person.organisation.code: person for person in suppliers},
        [supplier_record(person, capabilities) for person in suppliers],
        demands,
        {str(key): str(profile.id) for key, profile in profiles.items()}
        | {str(demand.request.id): str(demand.revision.id) for demand in demands},
        capabilities,
    )


def barred_by(rules: PairingRules, seeker: Participant, suppliers: list[Participant]) -> set[UUID]:
    """Participations that the pairing rules keep from the seeker."""
    own = seeker.participation.kind
    kinds = {kind for kind in {one.participation.kind for one in suppliers} if not rules.allows(own, kind)}
    return {one.participation.id for one in suppliers if one.participation.kind in kinds} if kinds else set()


def _demand(
    request: RequestRow,
    revision: RequestRevision,
    seeker: Participant,
    suppliers: list[Participant],
    buyers: dict[UUID, BuyerProfile],
    rules: PairingRules,
    past: History,
) -> Demand:
    barred = barred_by(rules, seeker, suppliers) | blocked(seeker, suppliers, past)
    exclude, no_news = excluded(revision.document, seeker, suppliers, barred)
    buyer = buyers.get(request.organisation_id)
    record = demand_record(request.code, seeker, revision.document, revision.resolved, buyer, exclude)
    record |= known(seeker, suppliers, buyer, past)
    return Demand(request, revision, seeker, record, frozenset(no_news))
