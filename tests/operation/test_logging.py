"""The log: one line a request in text or JSON, and nothing of what people send, whatever goes wrong."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import time
from collections.abc import Iterator

import httpx
import pytest

from app.api.auth import KeysSeen
from app.core.logging import REQUEST, JsonLines, TextLines, config, redact
from app.core.settings import Settings
from app.db.engine import Database
from tests.operation.conftest import Make
from tests.operation.live import serving

KEY = "fm_canary-KEY-9431"
WORDS = ("canary-KEY-9431", "canary-PASSWORD-7712", "canary.mail@fair-canary.example", "canary-NAME-5520")
MAIL, PASSWORD, NAME = WORDS[2], WORDS[1], WORDS[3]


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_and_nothing_that_people_send_is_in_the_log(make: Make, database_url: str, form: str) -> None:
    """Canaries in header, query, address and body, in calls that work, are refused and fail, at DEBUG."""
    shell, fair = make(database_url)
    shell.settings |= {"FAIRMATCH_LOG_LEVEL": "DEBUG", "FAIRMATCH_LOG_FORMAT": form}
    organisation = f"/api/v1/organisations/{fair.organisations['s1']}"
    body = {"products": [NAME, MAIL], "password": PASSWORD, "moq": 1}
    with serving(shell) as live, live.client(fair.keys["organiser"]) as me:
        canary = {"X-Canary": PASSWORD, "Cookie": f"session={PASSWORD}", "Referer": f"http://x/?key={KEY}"}
        me.put(f"{organisation}/capabilities", json={"products": [NAME, MAIL]}, headers=canary).raise_for_status()
        answers = [
            me.put(f"{organisation}/capabilities", json=body, headers=canary),
            me.put(f"{organisation}/capabilities", content=json.dumps(body)[:-3]),
            me.get("/api/v1/events", headers={"Authorization": f"Bearer {KEY}"}),
            me.get("/api/v1/events", headers={"Authorization": f"Basic {PASSWORD}"}),
            me.get(f"/api/v1/events/{NAME}", params={"key": KEY, "email": MAIL}),
            me.get(f"/{PASSWORD}/{MAIL}"),
            me.request("BREW", f"/api/v1/{NAME}"),
            me.post("/api/v1/events", content=f"{PASSWORD}\x00{MAIL}"),
        ]
        assert all(400 <= answer.status_code < 500 for answer in answers), answers
        time.sleep(KeysSeen.SECONDS)  # until the key is looked up again
        _break(database_url)  # the same once more, where every call fails inside
        failed = [
            me.put(f"{organisation}/capabilities", json={"products": [NAME, MAIL]}, headers=canary),
            me.get("/api/v1/events", params={"key": KEY}, headers=canary),
        ]
        assert [answer.status_code for answer in failed] == [500, 500]
        httpx.get(f"{live.address}/healthz", params={"token": PASSWORD})
    assert [word for word in (*WORDS, KEY, fair.keys["organiser"]) if word in live.log] == []
    told = [failed[0].headers["x-request-id"] in line for line in live.log.splitlines()]
    assert sum(told) >= 2, "each failure stands in the log under its id"
    assert '"PUT"' in live.log if form == "json" else "method=PUT" in live.log


def _break(url: str) -> None:
    """Put into a document what is no document, so that reading it fails in a way nobody foresaw."""
    database = Database(url)
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql(f"UPDATE api_key SET created_at = '{NAME} {MAIL}'")
        else:
            connection.exec_driver_sql(
                "CREATE FUNCTION canary() RETURNS text LANGUAGE plpgsql AS "
                f"$$BEGIN RAISE EXCEPTION '{NAME} {MAIL}' USING DETAIL = '{PASSWORD}'; END$$"
            )
            connection.exec_driver_sql("ALTER TABLE api_key RENAME TO api_key_kept")
            connection.exec_driver_sql(
                "CREATE VIEW api_key AS SELECT *, canary() AS broken FROM api_key_kept WHERE canary() = ''"
            )
    database.close()


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """What a logger of ours writes as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextLines())
    logger = logging.getLogger("app.try")
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


def test_an_error_says_where_it_came_from_and_not_what_it_quotes(told: io.StringIO) -> None:
    token = REQUEST.set("the-request")
    try:
        try:
            int(NAME)
        except ValueError as error:
            raise LookupError(MAIL) from error
    except LookupError:
        logging.getLogger("app.try").exception("it failed\nas it had to")
    finally:
        REQUEST.reset(token)
    text = told.getvalue()
    assert "builtins.ValueError" in text
    assert "error=LookupError" in text
    assert "request=the-request" in text
    assert f"{__file__}:" in text
    assert NAME not in text
    assert MAIL not in text
    assert all(line.startswith("    ") for line in text.splitlines()[1:]), "no line looks like one of its own"


def test_what_the_system_says_is_kept(told: io.StringIO) -> None:
    try:
        open("/nowhere/at/all")  # noqa: PTH123, SIM115
    except OSError:
        logging.getLogger("app.try").exception("no file")
    assert "No such file or directory" in told.getvalue()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"Authorization: Bearer {KEY}", "Authorization: Bearer ***"),
        (f"the key {KEY}, it said", "the key fm_***, it said"),
        (f"postgresql+psycopg://me:{PASSWORD}@db/x?y=1", "postgresql+psycopg://me:***@db/x?y=1"),
        (f"password={PASSWORD}&next=1", "password=***&next=1"),
        (f'{{"password": "{PASSWORD}", "a": 1}}', '{"password": "***", "a": 1}'),
        (f"connection failed: password='{PASSWORD}' host=db", "connection failed: password='***' host=db"),
        (f"to <{MAIL}>: refused", "to <***@***>: refused"),
        ("run 0190 at 12:30, 5 of 7 @ table 3", "run 0190 at 12:30, 5 of 7 @ table 3"),
    ],
)
def test_secrets_are_found_in_sentences(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_libraries_speak_from_warning_up() -> None:
    made = config(Settings(log_level="DEBUG"))
    assert made["root"]["level"] == "WARNING"
    assert made["loggers"]["app"]["level"] == "DEBUG"
    assert config(Settings(log_level="ERROR"))["root"]["level"] == "ERROR"
    record = logging.LogRecord("app", logging.INFO, "", 0, "said %s", (MAIL,), None)
    assert json.loads(JsonLines().format(record))["message"] == "said ***@***"
