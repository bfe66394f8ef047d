"""The facts of each kind of letter. Names are shown as their owners wrote them; times are instants with a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, get_args

from app.domain.agenda_changes import AgendaChange
from app.domain.timetables import Agenda, EventInfo


@dataclass(frozen=True)
class _Account:
    """To a person about their account: `house` is the tenant, `zone` the zone that times are shown in."""

    name: str
    house: str
    link: str
    expires_at: datetime
    zone: str


@dataclass(frozen=True)
class Invitation(_Account):
    """Somebody has an account now and sets its password."""

    kind: ClassVar[str] = "invitation"


@dataclass(frozen=True)
class PasswordReset(_Account):
    """Somebody asked for a new password."""

    kind: ClassVar[str] = "password-reset"


@dataclass(frozen=True)
class _Asked:
    """About one meeting request, to one of its two sides; `counterpart` is the other."""

    name: str
    event: EventInfo
    counterpart: str
    link: str


@dataclass(frozen=True)
class RequestReceived(_Asked):
    """`counterpart` asks to meet, with a `message` of its own, until `expires_at`."""

    kind: ClassVar[str] = "request-received"
    message: str
    expires_at: datetime


@dataclass(frozen=True)
class RequestAccepted(_Asked):
    kind: ClassVar[str] = "request-accepted"


@dataclass(frozen=True)
class RequestDeclined(_Asked):
    kind: ClassVar[str] = "request-declined"


@dataclass(frozen=True)
class RequestExpiring(_Asked):
    """To the side that has not answered yet."""

    kind: ClassVar[str] = "request-expiring"
    expires_at: datetime


@dataclass(frozen=True)
class RequestExpired(_Asked):
    kind: ClassVar[str] = "request-expired"


@dataclass(frozen=True)
class SchedulePublished:
    kind: ClassVar[str] = "schedule-published"
    name: str
    agenda: Agenda
    link: str


@dataclass(frozen=True)
class ScheduleChanged:
    """What differs from the timetable that the reader knows; `changes` are of this reader's meetings alone."""

    kind: ClassVar[str] = "schedule-changed"
    name: str
    agenda: Agenda
    changes: tuple[AgendaChange, ...]
    link: str


@dataclass(frozen=True)
class Reminder:
    """The day before; `agenda` holds the meetings to be reminded of."""

    kind: ClassVar[str] = "reminder"
    name: str
    agenda: Agenda
    link: str


@dataclass(frozen=True)
class OutcomesWanted:
    """`agenda` holds the meetings whose outcome is missing."""

    kind: ClassVar[str] = "outcomes-wanted"
    name: str
    agenda: Agenda
    link: str


@dataclass(frozen=True)
class _Registration:
    name: str
    event: EventInfo
    organisation: str


@dataclass(frozen=True)
class RegistrationReceived(_Registration):
    kind: ClassVar[str] = "registration-received"


@dataclass(frozen=True)
class RegistrationApproved(_Registration):
    kind: ClassVar[str] = "registration-approved"
    link: str


@dataclass(frozen=True)
class RegistrationRefused(_Registration):
    """`reason` is what the organiser wrote."""

    kind: ClassVar[str] = "registration-refused"
    reason: str


@dataclass(frozen=True)
class ErasureDone:
    """The personal data of somebody are gone; `reference` is what the house can prove it by."""

    kind: ClassVar[str] = "erasure-done"
    name: str
    house: str
    erased_at: datetime
    zone: str
    reference: str


Facts = (
    Invitation
    | PasswordReset
    | RequestReceived
    | RequestAccepted
    | RequestDeclined
    | RequestExpiring
    | RequestExpired
    | SchedulePublished
    | ScheduleChanged
    | Reminder
    | OutcomesWanted
    | RegistrationReceived
    | RegistrationApproved
    | RegistrationRefused
    | ErasureDone
)
#: every kind of letter with the class of its facts
LETTERS: dict[str, type[Facts]] = {facts.kind: facts for facts in get_args(Facts)}
