"""What the service writes to people by mail, in Chinese, English and French."""

from __future__ import annotations

from app.domain.letters.facts import (
    LETTERS,
    ErasureDone,
    Facts,
    Invitation,
    OutcomesWanted,
    PasswordReset,
    RegistrationApproved,
    RegistrationReceived,
    RegistrationRefused,
    Reminder,
    RequestAccepted,
    RequestDeclined,
    RequestExpired,
    RequestExpiring,
    RequestReceived,
    ScheduleChanged,
    SchedulePublished,
)
from app.domain.letters.writing import LANGUAGES, Letter, catalogue, letter_language, write_letter

__all__ = [
    "LANGUAGES",
    "LETTERS",
    "ErasureDone",
    "Facts",
    "Invitation",
    "Letter",
    "OutcomesWanted",
    "PasswordReset",
    "RegistrationApproved",
    "RegistrationReceived",
    "RegistrationRefused",
    "Reminder",
    "RequestAccepted",
    "RequestDeclined",
    "RequestExpired",
    "RequestExpiring",
    "RequestReceived",
    "ScheduleChanged",
    "SchedulePublished",
    "catalogue",
    "letter_language",
    "write_letter",
]
