"""Who learns of a request: the other side by letter, the tenant's webhooks; in the transaction of the change."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.i18n import language, names_in
from app.db.models import Event, MeetingRequest, Organisation
from app.domain import letters
from app.services.outbox import send_letter, tell
from app.services.recipients import Recipient, recipients
from app.services.schedules import event_info

_ANSWERED: dict[str, type[letters.RequestAccepted] | type[letters.RequestDeclined] | type[letters.RequestExpired]] = {
    "accepted": letters.RequestAccepted,
    "declined": letters.RequestDeclined,
    "expired": letters.RequestExpired,
}


def tell_sent(
    session: Session, event: Event, row: MeetingRequest, sender: Organisation, receiver: Organisation, site: str
) -> None:
    """A request is on its way: write to who is asked."""
    for reader in recipients(session, event, [receiver.id])[receiver.id]:
        told = event_info(session, event, reader.language)
        facts = letters.RequestReceived(
            reader.name, told, _called(sender, reader), _link(site, row), message=row.message, expires_at=row.expires_at
        )
        send_letter(session, event.tenant_id, reader.email, reader.language, facts, event_id=event.id)
    tell(session, event.tenant_id, "meeting_request.sent", event_id=str(event.id), meeting_request_id=str(row.id))


def tell_answered(
    session: Session, event: Event, row: MeetingRequest, sender: Organisation, receiver: Organisation, site: str
) -> None:
    """A request has come to its end: write to who sent it, except where that is who withdrew it."""
    kind = _ANSWERED.get(row.state)
    if kind is not None:
        for reader in recipients(session, event, [sender.id])[sender.id]:
            told = event_info(session, event, reader.language)
            facts = kind(reader.name, told, _called(receiver, reader), _link(site, row))
            send_letter(session, event.tenant_id, reader.email, reader.language, facts, event_id=event.id)
    tell(
        session, event.tenant_id, "meeting_request.answered",
        event_id=str(event.id), meeting_request_id=str(row.id), state=row.state,
    )  # fmt: skip


def remind(
    session: Session, event: Event, row: MeetingRequest, sender: Organisation, receiver: Organisation, site: str
) -> None:
    """An answer is due soon: write to who is asked, once."""
    for reader in recipients(session, event, [receiver.id])[receiver.id]:
        told = event_info(session, event, reader.language)
        facts = letters.RequestExpiring(
            reader.name, told, _called(sender, reader), _link(site, row), expires_at=row.expires_at
        )
        once = f"request-expiring {row.id} {reader.email.lower()}"[:200]
        send_letter(session, event.tenant_id, reader.email, reader.language, facts, event_id=event.id, once=once)


def _called(organisation: Organisation, reader: Recipient) -> str:
    return names_in(language(reader.language), organisation.name, organisation.name_local)[0]


def _link(site: str, row: MeetingRequest) -> str:
    return f"{site.rstrip('/')}/meeting-requests/{row.id}"
