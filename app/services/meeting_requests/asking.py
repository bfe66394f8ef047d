"""Ask another participant for a meeting.

Both parties are locked from the checks to the end of the transaction, so that quotas hold, and of two who ask each
other at once the second finds the request of the first: it says yes to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import utc_now
from app.core.errors import ConflictError, NotFoundError
from app.db.models import Event, Meeting, MeetingRequest, Participation, Preference, Slot, SourcingRequest
from app.db.queries.holding import hold_parties, hold_schedule
from app.domain.meeting_requests import ASKING, HOURS, deadline
from app.services.access import Actor
from app.services.audit import record
from app.services.booking import find_slot
from app.services.events import pairing_rules
from app.services.legal_slots import Parties, Table, legal_names, parties_of, schedule_id_of, table_of
from app.services.meeting_requests.answering import accept_waiting, expire
from app.services.meeting_requests.reading import in_state
from app.services.meeting_requests.telling import tell_sent
from app.services.phases import must_be_open, phases_of

#: said alike whether it is blocked, unwanted or full, so that nobody learns which
_REFUSED = "This participant takes no requests from you."


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: a meeting with `to`, about one of the two's sourcing requests, maybe in a slot."""

    to: UUID
    purpose: str = ""
    message: str = ""
    sourcing_request: UUID | None = None
    slot: str | None = None
    hours: int | None = None


def ask(
    session: Session, actor: Actor, event: Event, sender_id: UUID, wish: Wish, site: str
) -> tuple[MeetingRequest, bool]:
    """Send a request in the name of an organisation; return it and whether it is new.

    It is not new where the other side has asked already: then its request is accepted.

    Parameters
    ----------
    site
        Where the service is reached, for the links in letters.

    Raises
    ------
    ConflictError
        `conflict` says why: phase, pairing, refused, own-answer, quota, pending, accepted, pair or slot.
    """
    actor.must_act_for(sender_id)
    must_be_open(session, event, "Asking for meetings", *ASKING, actor=actor)
    parties = parties_of(session, actor, event, (sender_id, wish.to))
    sender, receiver = (party.participation for party in parties)
    hold_schedule(session, event.id)
    hold_parties(session, sender.id, receiver.id)
    waiting = _waiting(session, event, sender, receiver, site)
    if waiting is not None:
        return accept_waiting(session, actor, event, waiting, parties, wish.slot, wish.message, site), False
    table = table_of(session, event, schedule_id_of(session, event), parties)
    _must_be_welcome(session, event, parties, table)
    _must_have_left(session, event, sender)
    slot = _slot(table, wish.slot) if wish.slot is not None else None
    row = MeetingRequest(
        tenant_id=event.tenant_id,
        event_id=event.id,
        from_id=sender.id,
        to_id=receiver.id,
        low_id=min(sender.id, receiver.id),
        high_id=max(sender.id, receiver.id),
        request_id=_about(session, event, parties, wish.sourcing_request),
        purpose=wish.purpose,
        message=wish.message,
        slot_id=slot.id if slot else None,
        expires_at=_deadline(session, event, table, slot, wish.hours),
    )
    session.add(row)
    session.flush()
    record(session, actor, "meeting_request.sent", event_id=event.id, target_id=row.id)
    tell_sent(session, event, row, parties[0].organisation, parties[1].organisation, site)
    return row, True


def _waiting(
    session: Session, event: Event, sender: Participation, receiver: Participation, site: str
) -> MeetingRequest | None:
    """The other side's own request that waits for an answer; one that is past its deadline makes room."""
    low, high = sorted((sender.id, receiver.id))
    row = session.scalar(
        select(MeetingRequest)
        .where(MeetingRequest.event_id == event.id, MeetingRequest.low_id == low, MeetingRequest.high_id == high)
        .where(MeetingRequest.state == "pending")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return None
    if row.expires_at <= utc_now():
        expire(session, row, site)
        return None
    if row.from_id == sender.id:
        raise ConflictError(
            "You have asked already, and the answer is still due; withdraw that request to send another.",
            conflict="pending", meeting_request=str(row.id),
        )  # fmt: skip
    return row


def _must_be_welcome(session: Session, event: Event, parties: Parties, table: Table) -> None:
    """Refuse whom the rules keep apart, who is not wanted, and those who meet already."""
    sender, receiver = (party.participation for party in parties)
    if not pairing_rules(session, event.id).may_meet(sender, receiver):
        raise ConflictError(
            f"The rules of this event arrange no meetings of {sender.kind} and {receiver.kind} like you two.",
            conflict="pairing",
        )
    said = session.execute(
        select(Preference.from_id, Preference.answer).where(
            Preference.event_id == event.id,
            Preference.from_id.in_((sender.id, receiver.id)),
            Preference.to_id.in_((sender.id, receiver.id)),
        )
    )
    unwilling = {giver for giver, answer in said if answer in ("no_thanks", "blocked")}
    if sender.id in unwilling:
        raise ConflictError("You have said yourself that you do not want to meet them.", conflict="own-answer")
    always = {(reason.code, reason.who) for reason in table.board.always}
    if receiver.id in unwilling or ("maximum", 1) in always:
        raise ConflictError(_REFUSED, conflict="refused")
    if ("pair", None) in always:
        raise ConflictError("You two meet already.", conflict="pair")
    if ("maximum", 0) in always:
        raise ConflictError("You have as many meetings as you may have.", conflict="maximum")
    _must_not_have_agreed(session, event, sender, receiver)


def _must_not_have_agreed(session: Session, event: Event, sender: Participation, receiver: Participation) -> None:
    low, high = sorted((sender.id, receiver.id))
    agreed = session.scalar(
        select(MeetingRequest.id)
        .outerjoin(Meeting, Meeting.id == MeetingRequest.meeting_id)
        .where(MeetingRequest.event_id == event.id, MeetingRequest.low_id == low, MeetingRequest.high_id == high)
        .where(MeetingRequest.state == "accepted", Meeting.status.is_distinct_from("cancelled"))
        .limit(1)
    )
    if agreed is not None and event.rules["one_meeting_per_organisation_pair"]:
        raise ConflictError("You two have agreed to meet already.", conflict="accepted", meeting_request=str(agreed))


def _must_have_left(session: Session, event: Event, sender: Participation) -> None:
    """Hold a sender to its quota: requests that wait or were accepted."""
    quota = event.rules.get("request_quota") if sender.request_quota is None else sender.request_quota
    if quota is None:
        return
    counted = in_state("pending", utc_now()) | (MeetingRequest.state == "accepted")
    used = session.scalar(select(func.count()).where(MeetingRequest.from_id == sender.id, counted)) or 0
    if used >= quota:
        raise ConflictError(
            f"You have {used} requests waiting or accepted, and {quota} is what you may have; withdraw one first.",
            conflict="quota",
        )


def _slot(table: Table, name: str) -> Slot:
    """The slot that is proposed, if both can meet then as far as is known now."""
    slot = find_slot(table.grid, name)
    named = table.grid.slot_name(slot)
    if slot.starts_at <= utc_now():
        raise ConflictError(f"{named} has begun.", conflict="slot", slot=named, legal_slots=legal_names(table))
    if not table.judge(slot).legal:
        said = f"{named} is not free for you both."
        raise ConflictError(said, conflict="slot", slot=named, legal_slots=legal_names(table))
    return slot


def _about(session: Session, event: Event, parties: Parties, request_id: UUID | None) -> UUID | None:
    if request_id is None:
        return None
    owners = [organisation.id for party in parties for organisation in party.organisations]
    found = session.scalar(
        select(SourcingRequest.id).where(
            SourcingRequest.id == request_id,
            SourcingRequest.event_id == event.id,
            SourcingRequest.organisation_id.in_(owners),
        )
    )
    if found is None:
        raise NotFoundError(f"Neither of the two has a sourcing request {request_id} at this event.")
    return found


def _deadline(session: Session, event: Event, table: Table, slot: Slot | None, hours: int | None) -> datetime:
    ends = [phase.ends_at for phase in phases_of(session, event.id) if phase.name in ("booking", "live")]
    ends += [slot.starts_at] if slot else [each.starts_at for each in table.grid.slots[-1:]]
    return deadline(utc_now(), hours or event.rules.get("request_hours") or HOURS, ends)
