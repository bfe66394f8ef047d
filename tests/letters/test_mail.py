"""Mail sent to a real server: what arrives is what was written; what is refused says for how long."""

from __future__ import annotations

import email
import io
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import InvalidInputError
from app.io.mail import Attachment, Console, Folder, MailError, Message, Sender, Smtp, compose, transport_of

AT = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
SENDER = Sender("fair@example.org", "青山湖 Fair")
CALENDAR = Attachment("meetings.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar; method=PUBLISH")
MESSAGE = Message(
    to="li.na@example.org",
    to_name="李娜 “Na”",
    subject="会谈：votre rendez-vous d’été",
    text="Grüße, 您好.\n" + "x" * 2000 + "\n.\nend\n",
    html="<p>您好</p>",
    message_id="<0199-a@fair.example>",
    attachments=(CALENDAR, Attachment("pl/an.pdf", b"%PDF-\x00\xff", "application/pdf")),
    headers={"Reply-To": "desk@example.org"},
)


class Box:
    """A mailbox that answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.to, self.data = "250 OK", "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        if self.to.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data.startswith("250"):
            mail = email.message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.mails.append((envelope.rcpt_tos, mail))
        return self.data


Served = tuple[Box, Callable[..., Smtp]]


@pytest.fixture
def served() -> Iterator[Served]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), enable_SMTPUTF8=True)
    controller.start()
    try:
        yield box, lambda **more: Smtp("127.0.0.1", controller.port, "none", timeout=5, **more)
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_what_arrives_is_what_was_written(served: Served) -> None:
    box, smtp = served
    smtp().send(compose(MESSAGE, SENDER, AT))
    ((to, mail),) = box.mails
    assert to == ["li.na@example.org"]
    assert mail["Subject"] == MESSAGE.subject
    assert (mail["To"].addresses[0].display_name, mail["From"].addresses[0].display_name) == (
        "李娜 “Na”",
        "青山湖 Fair",
    )
    assert mail["Message-ID"] == "<0199-a@fair.example>"
    assert mail["Date"].datetime == AT
    assert (mail["Auto-Submitted"], mail["Reply-To"]) == ("auto-generated", "desk@example.org")
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert html.get_content().strip() == "<p>您好</p>"
    calendar, pdf = mail.iter_attachments()
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "PUBLISH")
    assert calendar.get_payload(decode=True) == CALENDAR.content
    assert (pdf.get_filename(), pdf.get_payload(decode=True)) == ("pl_an.pdf", b"%PDF-\x00\xff")


def test_the_second_try_is_the_same_mail() -> None:
    one, two = (compose(MESSAGE, SENDER, AT).as_bytes() for _ in range(2))
    assert one == two
    assert max(map(len, one.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    ("where", "answer", "temporary", "code"),
    [
        ("to", "450 try later", True, 450),
        ("to", "550 no such mailbox", False, 550),
        ("data", "451 disk full", True, 451),
        ("data", "554 it looks like spam", False, 554),
        ("data", "421 going down", True, 421),
    ],
)
def test_a_refusal_says_for_how_long(served: Served, where: str, answer: str, temporary: bool, code: int) -> None:
    box, smtp = served
    setattr(box, where, answer)
    with pytest.raises(MailError) as caught:
        smtp().send(compose(MESSAGE, SENDER, AT))
    assert (caught.value.temporary, caught.value.reply) == (temporary, code)
    assert answer[4:] in caught.value.message
    assert box.mails == []
    setattr(box, where, "250 OK")
    smtp().send(compose(MESSAGE, SENDER, AT))
    assert len(box.mails) == 1


def test_a_server_that_is_away_or_silent_is_a_matter_of_time() -> None:
    with pytest.raises(MailError) as away:
        Smtp("127.0.0.1", _free_port(), "none", timeout=2).send(compose(MESSAGE, SENDER, AT))
    assert away.value.temporary
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pytest.raises(MailError) as late:
            Smtp("127.0.0.1", silent.getsockname()[1], "none", timeout=0.3).send(compose(MESSAGE, SENDER, AT))
        assert late.value.temporary


def test_without_the_protection_that_was_asked_for_nothing_is_sent(served: Served) -> None:
    box, smtp = served
    plain = smtp()
    with pytest.raises(MailError) as refused:
        Smtp(plain.host, plain.port, "starttls", timeout=5).send(compose(MESSAGE, SENDER, AT))
    assert not refused.value.temporary
    with pytest.raises(MailError):
        Smtp(plain.host, plain.port, "ssl", timeout=5).send(compose(MESSAGE, SENDER, AT))
    assert box.mails == []


def test_signing_in_over_starttls(tmp_path: Path) -> None:
    certificate, key = _own_certificate(tmp_path)
    of_server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    of_server.load_cert_chain(certificate, key)
    box, passwords = Box(), list[bytes]()

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        passwords.append(data.password)
        return AuthResult(success=data.password == b"s3cret", handled=False)

    class Secure(Controller):
        def factory(self) -> SMTP:
            return SMTP(
                box, hostname="localhost", tls_context=of_server, require_starttls=True, authenticator=check,
                auth_required=True,
            )  # fmt: skip

    controller = Secure(box, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        trusting = ssl.create_default_context(cafile=str(certificate))
        good = Smtp("localhost", controller.port, "starttls", "fair", "s3cret", 5, trusting)
        good.send(compose(MESSAGE, SENDER, AT))
        assert len(box.mails) == 1
        wrong = Smtp("localhost", controller.port, "starttls", "fair", "wrong", 5, trusting)
        with pytest.raises(MailError) as refused:
            wrong.send(compose(MESSAGE, SENDER, AT))
        assert (refused.value.temporary, refused.value.reply) == (False, 535)
        assert "wrong" not in refused.value.message + repr(wrong)
        shown = len(passwords)
        with pytest.raises(MailError) as unknown:
            Smtp("localhost", controller.port, "starttls", "fair", "s3cret", 5).send(compose(MESSAGE, SENDER, AT))
        assert not unknown.value.temporary
        assert len(passwords) == shown  # none was given to a server that cannot prove who it is
    finally:
        controller.stop()


def _own_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of localhost, made for the test."""
    import subprocess

    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


@settings(deadline=None)
@given(text=st.text(st.characters(), max_size=80))
def test_no_text_makes_a_header(text: str) -> None:
    hostile = f"{text}\r\nBcc: all@example.org\n\nbody"
    message = Message(
        "li@example.org", hostile, "t", "<1@x>", to_name=hostile, headers={"X-Event": hostile},
        attachments=(Attachment(hostile, b"", "text/plain"),),
    )  # fmt: skip
    mail = compose(message, Sender("a@example.org", hostile), AT)
    read = email.message_from_bytes(mail.as_bytes(), policy=policy.default)
    assert "Bcc" not in read
    allowed = {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Event", "MIME-Version", "Content-Type",
    }  # fmt: skip
    assert set(read.keys()) == allowed
    assert len(read["To"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@", "@b.example", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a b@c.example",
     "<a@b.example>", "a@b.example\x00", "a@" + "b" * 300],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match="no e-mail address"):
        compose(Message(address, "s", "t", "<1@x>"), SENDER, AT)


def test_names_of_other_scripts_in_addresses() -> None:
    mail = compose(Message("li@müller.example", "s", "t", "<1@x>"), SENDER, AT)
    assert mail["To"].addresses[0].domain == "xn--mller-kva.example"


def test_headers_and_ids_that_are_not_ones_own_are_refused() -> None:
    for headers in ({"Bcc": "a@b.example"}, {"From": "a@b.example"}, {"X-A\r\nBcc": "x"}, {"Subject": "twice"}):
        with pytest.raises(InvalidInputError, match="may not set the header"):
            compose(Message("a@b.example", "s", "t", "<1@x>", headers=headers), SENDER, AT)
    with pytest.raises(InvalidInputError, match="id looks like"):
        compose(Message("a@b.example", "s", "t", "<1@x>\r\nBcc: y"), SENDER, AT)


def test_the_console_shows_and_the_folder_keeps(tmp_path: Path) -> None:
    shown = io.StringIO()
    mail = compose(MESSAGE, SENDER, AT)
    Console(shown).send(mail)
    assert "李娜" in shown.getvalue()
    assert "Grüße, 您好." in shown.getvalue()
    assert "[meetings.ics]" in shown.getvalue()
    Folder(tmp_path).send(mail)
    (path,) = tmp_path.iterdir()
    assert path.name == "0199-a@fair.example.eml"
    assert email.message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"] == MESSAGE.subject


def test_the_address_of_the_transport() -> None:
    assert isinstance(transport_of("console:"), Console)
    assert transport_of("file:var/mail") == Folder(Path("var/mail"))
    assert transport_of("smtp://me%40x:p%3Aw@mail.example") == Smtp("mail.example", 587, "starttls", "me@x", "p:w")
    assert transport_of("smtps://mail.example") == Smtp("mail.example", 465, "ssl")
    assert transport_of("smtp+plain://127.0.0.1:2525") == Smtp("127.0.0.1", 2525, "none")
    for wrong in ("", "mail.example", "http://mail.example", "smtp://", "smtp://a:s3cret@h:99999", "file:"):
        with pytest.raises(InvalidInputError, match="names no way to send") as caught:
            transport_of(wrong)
        assert "s3cret" not in caught.value.message
