"""Mail out: to a server by SMTP, into a folder, or shown on the console; what was refused says for how long.

A message goes to one person, so that nobody sees another's address and a refusal is about one address.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Protocol, TextIO
from urllib.parse import unquote, urlsplit

from app.core.clock import as_utc
from app.core.errors import AppError, InvalidInputError
from app.core.text import clean, one_line
from app.io.atomic import write_bytes

Security = Literal["none", "starttls", "ssl"]
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"\x00-\x20\x7f]{1,64}@[^@\s<>()\[\],;:\\\"\x00-\x20\x7f]{1,253}")
_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_OWN_HEADER = re.compile(r"(?i:list-[a-z]+(-[a-z]+)?|x-[a-z0-9-]+|reply-to|in-reply-to|references|precedence)")


class MailError(AppError):
    """A mail was not sent. `temporary` says whether trying again later may help; `reply` is the server's code."""

    code = "mail-not-sent"
    status = 502
    title = "The mail was not sent"

    def __init__(self, message: str, *, temporary: bool, reply: int | None = None) -> None:
        super().__init__(message, temporary=temporary)
        self.temporary, self.reply = temporary, reply


@dataclass(frozen=True)
class Attachment:
    """A file in a mail; `media_type` with its parameters, such as `text/calendar; method=PUBLISH`."""

    name: str
    content: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True)
class Message:
    """One mail to one person.

    `message_id` (`<…@…>`) stays the same when the mail is tried again, so that a mailbox can tell the second from a new
    one. `headers` may hold List-…, X-…, Reply-To, In-Reply-To, References and Precedence.
    """

    to: str
    subject: str
    text: str
    message_id: str
    html: str | None = None
    to_name: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """Whom mails come from."""

    address: str
    name: str = ""


class Transport(Protocol):
    """The way that mails go."""

    def send(self, mail: EmailMessage) -> None:
        """Send one mail or raise `MailError`."""


def compose(message: Message, sender: Sender, at: datetime) -> EmailMessage:
    """The mail as it goes over the wire, dated `at`; equal messages give equal mails.

    Raises
    ------
    InvalidInputError
        If an address, the id or a header cannot stand in a mail; text with line breaks can never make a header.
    """
    if not _ID.fullmatch(message.message_id):
        raise InvalidInputError("A mail's id looks like <1a2b@example.org>.")
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = _address(sender.address, sender.name)
    mail["To"] = _address(message.to, message.to_name)
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = format_datetime(as_utc(at).replace(microsecond=0))
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    for name, value in message.headers.items():
        if not _OWN_HEADER.fullmatch(name):
            raise InvalidInputError(f"A mail may not set the header {name[:40]!r}.")
        mail[name] = one_line(value)
    mail.set_content(clean(message.text), cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(clean(message.html), subtype="html", cte="quoted-printable")
    for file in message.attachments:
        _attach(mail, file)
    _same_boundaries(mail, message.message_id)
    return mail


def _attach(mail: EmailMessage, file: Attachment) -> None:
    main, _, rest = file.media_type.partition("/")
    sub, *pairs = (part.strip() for part in rest.split(";"))
    options = dict(pair.split("=", 1) for pair in pairs)
    name = one_line(file.name).replace("/", "_").replace("\\", "_")
    if main == "text":
        options.setdefault("charset", "utf-8")
    mail.add_attachment(file.content, maintype=main, subtype=sub, filename=name, params=options)


def _same_boundaries(mail: EmailMessage, message_id: str) -> None:
    """Boundaries made from the id: by chance they would make two tries of one mail differ."""
    stem = re.sub(r"[^A-Za-z0-9]", "", message_id)[:40]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{number}_{stem}")


def _address(address: str, name: str) -> Address:
    bare = address.strip()
    user, _, domain = bare.rpartition("@")
    try:
        if not _ADDRESS.fullmatch(bare):
            raise ValueError
        return Address(one_line(name), username=user, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, IndexError) as error:
        raise InvalidInputError(f"{one_line(address)[:80]!r} is no e-mail address.") from error


@dataclass(frozen=True)
class Console:
    """Shows mails on the error stream instead of sending them: what a laptop needs."""

    stream: TextIO | None = None

    def send(self, mail: EmailMessage) -> None:
        body = mail.get_body(("plain",))
        files = "".join(f"\n[{part.get_filename()}]" for part in mail.iter_attachments())
        shown = f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{body.get_content() if body else ''}{files}\n"
        stream = self.stream or sys.stderr
        stream.write(f"{'-' * 72}\n{shown.strip()}\n{'-' * 72}\n")
        stream.flush()


@dataclass(frozen=True)
class Folder:
    """Writes each mail as an .eml file, named by its id."""

    path: Path

    def send(self, mail: EmailMessage) -> None:
        stem = re.sub(r"[^A-Za-z0-9.@_-]", "", str(mail["Message-ID"])) or "mail"
        write_bytes(self.path / f"{stem}.eml", mail.as_bytes(policy=policy.SMTP))


@dataclass(frozen=True)
class Smtp:
    """Sends by SMTP; a connection a mail, so that none is left open. `timeout` is in seconds."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    timeout: float = 20.0
    context: ssl.SSLContext | None = field(default=None, repr=False)

    def send(self, mail: EmailMessage) -> None:
        """Send one mail.

        Raises
        ------
        MailError
            `temporary` for a server that is away or answers 4xx; otherwise the mail will never go as it is.
        """
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, answer = next(iter(error.recipients.values()))
            raise _refused(code, answer, "refused the recipient") from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error, "refused the mail") from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailError(f"The mail server cannot do what is needed: {error}", temporary=False) from error
        except (smtplib.SMTPException, OSError) as error:
            permanent = isinstance(error, ssl.SSLCertVerificationError)
            raise MailError(f"The mail server could not be used: {error}", temporary=not permanent) from error

    def _connected(self) -> smtplib.SMTP:
        secure = self.context or ssl.create_default_context()
        if self.security == "ssl":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=secure)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == "starttls":
                server.starttls(context=secure)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _refused(code: int, answer: bytes | str, what: str) -> MailError:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    temporary = not 500 <= code < 600  # codes below 0 mean that the line broke
    return MailError(f"The mail server {what}: {code} {one_line(said)[:200]}", temporary=temporary, reply=code)


def transport_of(address: str) -> Transport:
    """The transport that an address names.

    `console:` shows mails, `file:var/mail` writes them into a folder, `smtp://user:password@host:587` sends with
    STARTTLS, `smtps://…:465` over TLS from the start, `smtp+plain://…:25` without either (only within one machine).

    Raises
    ------
    InvalidInputError
        If it names none; the password is not repeated.
    """
    parts = urlsplit(address)
    kinds: dict[str, tuple[Security, int]] = {
        "smtp": ("starttls", 587),
        "smtps": ("ssl", 465),
        "smtp+plain": ("none", 25),
    }
    if parts.scheme == "console":
        return Console()
    if parts.scheme == "file" and parts.path:
        return Folder(Path(unquote(parts.path)))
    try:
        security, usual = kinds[parts.scheme]
        port = parts.port or usual
    except (KeyError, ValueError):
        security, port = "none", 0
    if not port or not parts.hostname:
        raise InvalidInputError(
            "The mail address names no way to send: write console:, file:FOLDER, smtp://user:password@host:587, "
            "smtps://user:password@host:465 or smtp+plain://host:25."
        )
    return Smtp(parts.hostname, port, security, unquote(parts.username or ""), unquote(parts.password or ""))
