"""Errors: one form for all of them, the right status, and nothing of the inside."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from app.api.complaints import about_address
from app.api.guard import HEADERS
from app.api.health import Readiness
from app.api.v1 import events as event_routes
from app.core.logging import TextLines
from app.db.engine import Database
from app.db.migrate import downgrade
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import EVENT, Fair, Standing, make_app

JSON = {"Content-Type": "application/json"}


def _put(client: CheckedClient, fair: Fair, content: Any, **headers: str) -> Any:
    address = f"/api/v1/organisations/{fair.organisations['s1']}/capabilities"
    return client.put(address, headers=fair.key("s1") | JSON | headers, content=content)


def test_no_such_route_and_no_such_method(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    for path in ("/nowhere", "/api/v1/nowhere", "/api/v1/events/", "/docs", "/redoc"):
        response = client.get(path, headers=fair.key())
        assert response.status_code == 404
        assert response.json()["type"] == "/problems/not-found"
    response = client.delete("/api/v1/events", headers=fair.key())
    assert response.status_code == 405
    assert response.headers["allow"] in ("GET", "POST", "GET, POST")


def test_safe_headers_on_every_answer(standing: Standing) -> None:
    client = standing.client
    for path in ("/healthz", "/api/v1/events", "/nowhere", "/api/v1/openapi.json"):
        response = client.get(path)
        for name, value in HEADERS.items():
            assert response.headers[name] == value
        assert "server" not in response.headers


FAULTS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"moq": -5}, [("moq", "at least 1")]),
    ({"moq": "600"}, [("moq", "whole number")]),
    ({"moq": 1.5}, [("moq", "whole number")]),
    ({"moq": True}, [("moq", "whole number")]),
    ({"lead_time_days": "soon"}, [("lead_time_days", "a number")]),
    ({"lead_time_dayz": 3}, [("lead_time_dayz", "did you mean lead_time_days?")]),
    ({"id": "x"}, [("id", "no field")]),
    ({"products": "polo shirts"}, [("products", "a list")]),
    ({"products": ["polo", ""]}, [("products.1", "1 character")]),
    ({"smart_level": 9}, [("smart_level", "at most 5")]),
    ({"moq_per": "box"}, [("moq_per", "'style', 'colour' or 'fabric'")]),
    ({"currency": "euro"}, [("currency", "euro is no code of a currency; write EUR")]),
    ({"currency": "shells"}, [("currency", "its three letters of ISO 4217, such as EUR")]),
    ({"currency": "XYZ"}, [("currency", "there is no currency XYZ; write its three letters")]),
    ({"exports_to": ["FR", "ZZ"]}, [("exports_to.1", "there is no country ZZ; write its two letters")]),
    ({"languages": ["zh", "中文"]}, [("languages.1", "two or three small letters, such as zh")]),
    ({"certificates": [{"code": "GOTS", "valid_to": "31.12.2026"}]}, [("certificates.0.valid_to", "such as 2026-")]),
    ({"certificates": [{"code": "GOTS", "valid_to": 86400}]}, [("certificates.0.valid_to", "such as 2026-")]),
    ({"certificates": [{"code": "GOTS", "valid_to": "86400"}]}, [("certificates.0.valid_to", "such as 2026-")]),
    ({"certificates": [{"valid_to": "2026-01-01"}]}, [("certificates.0.code", "missing")]),
    ({"certificates": [{"code": "GOTS", "evidence": "x"}]}, [("certificates.0.evidence", "one of 'declared'")]),
    ({"certificates": [7]}, [("certificates.0", "must be")]),
    ({"text": "a\x00b"}, [("text", "null character")]),
    ({"price_from": 9, "price_to": 3}, [("", "swap them")]),
    ({"unit": "furlong"}, [("unit", "no unit we know")]),
    ({"moq": 0, "smart_level": -1}, [("moq", "at least 1"), ("smart_level", "at least 0")]),
]


@pytest.mark.parametrize(("body", "expected"), FAULTS, ids=lambda value: str(value)[:40])
def test_each_fault_is_named_with_its_place(
    standing: Standing, body: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    client, fair = standing.client, standing.fair
    response = _put(client, fair, json.dumps(body))
    assert response.status_code == 422
    errors = {error["field"]: error for error in response.json()["errors"]}
    assert set(errors) == {field for field, _ in expected}
    for field, words in expected:
        assert words in errors[field]["message"]
        assert errors[field]["pointer"] == ("#/" + field.replace(".", "/") if field else "#")


def _patterns(node: Any) -> set[str]:
    """All that a part of the description asks texts to match."""
    if isinstance(node, list):
        return {pattern for part in node for pattern in _patterns(part)}
    if not isinstance(node, dict):
        return set()
    own = {node["pattern"]} if isinstance(node.get("pattern"), str) else set()
    return own.union(*map(_patterns, node.values()))


def test_every_pattern_of_the_interface_is_said_in_words() -> None:
    clocks = "[0-5]"  # times are no matter of patterns for the validator
    patterns = {pattern for pattern in _patterns(make_app("sqlite://").openapi()) if clocks not in pattern}
    assert len(patterns) >= 8
    for pattern in patterns:
        fault = {"type": "string_pattern_mismatch", "loc": ("query", "x"), "ctx": {"pattern": pattern}, "input": "?"}
        message = about_address([fault])[0]["message"]
        assert "such as" in message or "one of" in message, pattern


def test_a_header_that_cannot_be_used_is_named(standing: Standing) -> None:
    headers = standing.fair.key() | {"Idempotency-Key": "with a space"}
    told = standing.client.post("/api/v1/events", headers=headers, json=EVENT).json()
    assert told["detail"] == "The header Idempotency-Key cannot be used; see `errors`."
    (fault,) = told["errors"]
    assert fault["in"] == "header"
    assert "without spaces" in fault["message"]


def test_a_fault_says_what_was_found(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    assert _put(client, fair, '{"moq": -5}').json()["errors"] == [
        {"field": "moq", "pointer": "#/moq", "message": "must be at least 1", "found": -5}
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"{'moq': 1}", b'{"moq": NaN}', b'{"price_to": Infinity}', b'{"price_to": -Infinity}',
        b'{"moq": 1, "moq": 2}', b'\xef\xbb\xbf{"moq": 1}', '{"text": "é"}'.encode("latin-1"), b"[" * 100_000,
        b'{"moq": ' + b"9" * 5000 + b"}", b'{"moq": 1} {}',
    ],
    ids=lambda content: repr(content[:24]),
)  # fmt: skip
def test_what_is_no_json_is_refused(standing: Standing, content: bytes) -> None:
    client, fair = standing.client, standing.fair
    assert _put(client, fair, content).status_code == 400


@pytest.mark.parametrize(
    "content", [b"[]", b"null", b"7", b'"x"', b'{"text": "\\ud800"}', b'{"lead_time_days": 1e400}', b'{"\\u0000": 1}']
)
def test_json_that_is_no_profile_is_refused(standing: Standing, content: bytes) -> None:
    client, fair = standing.client, standing.fair
    assert _put(client, fair, content).status_code in (400, 422)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=gbk",
             "application/xml", "nonsense"],
)  # fmt: skip
def test_other_media_types_are_refused(standing: Standing, kind: str) -> None:
    client, fair = standing.client, standing.fair
    assert _put(client, fair, b'{"moq": 1}', **{"Content-Type": kind}).status_code == 415


def test_json_in_utf_8_may_say_so(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    assert _put(client, fair, b"{}", **{"Content-Type": "application/json; charset=UTF-8"}).status_code == 200


def test_times_of_an_event_are_local(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    for time in ("13:30Z", "13:30+02:00", "3600", "13.30", "25:00"):
        sessions = [{"date": "2025-09-15", "starts": time, "ends": "15:30"}]
        body = EVENT | {"code": "new", "sessions": sessions}
        response = client.post("/api/v1/events", headers=fair.key(), json=body)
        assert response.status_code == 422, time
        assert response.json()["errors"][0]["field"] == "sessions.0.starts"


def test_an_event_names_each_thing_once(client: CheckedClient, fair: Fair) -> None:
    body = EVENT | {"code": "new", "places": [{"code": "T1"}, {"code": "T1"}]}
    response = client.post("/api/v1/events", headers=fair.key(), json=body)
    assert response.status_code == 422
    assert "'T1' is there twice" in response.json()["errors"][0]["message"]
    assert client.get("/api/v1/events/new", headers=fair.key()).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=1000", "limit"), ("limit=x", "limit"), ("surprise=1", "surprise"),
     ("limit=1&limit=2", "limit"), ("cursor=" + "x" * 99, "cursor"), ("Limit=3", "Limit")],
)  # fmt: skip
def test_queries_are_checked(standing: Standing, query: str, field: str) -> None:
    client, fair = standing.client, standing.fair
    response = client.get(f"/api/v1/events?{query}", headers=fair.key())
    assert response.status_code == 422
    assert [(error["field"], error["in"]) for error in response.json()["errors"]] == [(field, "query")]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts_on": "0001-01-01"}, "year 1"),
        ({"ends_on": "9999-12-31"}, "year 9999"),
        ({"phases": [{"name": "live", "starts_at": "2025-09-15T09:00", "ends_at": "9999-12-31T23:59"}]}, "year 9999"),
        ({"phases": [{"name": "live", "starts_at": "2025-09-15T09:00", "ends_at": "2025-09-15T09:00"}]}, "not after"),
        ({"starts_on": "2025-09-16"}, "before it starts"),
        ({"zone": "Europe/Lutetia"}, "no time zone"),
        ({"sessions": EVENT["sessions"] * 2}, "overlaps"),
    ],
    ids=str,
)
def test_an_event_that_cannot_be(standing: Standing, change: dict[str, Any], words: str) -> None:
    body = EVENT | {"code": "new"} | change
    response = standing.client.post("/api/v1/events", headers=standing.fair.key(), json=body)
    assert response.status_code == 422
    assert words in response.text


def test_null_characters_in_addresses(client: CheckedClient, fair: Fair) -> None:
    for path in ("sourcing-requests?event_id=%00", "events/%00", "organisations?cursor=%00"):
        assert client.get(f"/api/v1/{path}", headers=fair.key()).status_code == 422


@pytest.mark.parametrize("cursor", ["!", "AAAA", "%00", "Ж"])
def test_a_cursor_that_was_not_made_here(standing: Standing, cursor: str) -> None:
    client, fair = standing.client, standing.fair
    assert client.get(f"/api/v1/events?cursor={cursor}", headers=fair.key()).status_code == 422


def test_every_route_refuses_unknown_parameters(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    for path, operations in client.get("/api/v1/openapi.json").json()["paths"].items():
        if not path.startswith("/api/v1/"):
            continue
        for method in operations:
            response = client.request(
                method, path.replace("{", "").replace("}", "") + "?surprise=1", headers=fair.key()
            )
            assert response.status_code == 422, path
            assert response.json()["errors"][0]["field"] == "surprise"


def test_a_large_body_is_refused(database: Database, database_url: str, fair: Fair) -> None:
    large = b'{"text": "' + b"x" * 1_100_000 + b'"}'
    with calling(make_app(database_url, max_body_mb=1)) as client:
        announced = _put(client, fair, large)
        streamed = _put(client, fair, (large[n : n + 65536] for n in range(0, len(large), 65536)))
        nowhere = client.post("/nowhere", content=large)
        fits = _put(client, fair, b'{"text": "' + b"x" * 900_000 + b'"}')
    assert announced.status_code == streamed.status_code == nowhere.status_code == 413
    assert "1,000,000 bytes" in streamed.json()["detail"]
    assert announced.headers["x-content-type-options"] == "nosniff"
    assert fits.status_code == 422  # a text of that length is refused as a text


def test_strangers_are_refused_before_their_body_is_read(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    address = f"/api/v1/organisations/{fair.organisations['s1']}/capabilities"
    assert client.put(address, content=b"{", headers=JSON).status_code == 401


def test_a_fault_of_ours_says_nothing_and_is_in_the_log(
    client: CheckedClient, fair: Fair, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def burst(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr(event_routes, "list_events", burst)
    client.app.openapi()["paths"]["/api/v1/events"]["get"]["responses"]["500"] = {}
    with caplog.at_level(logging.ERROR):
        response = client.get("/api/v1/events", headers=fair.key())
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    record = next(r for r in caplog.records if r.name == "app.api.guard")
    told = TextLines().format(record)
    assert f"request={response.headers['x-request-id']}" in told
    assert "error=ZeroDivisionError" in told
    assert "secret of the house" not in told


def test_a_database_that_does_not_answer_is_503(
    client: CheckedClient, fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("password=hunter2"))

    monkeypatch.setattr(event_routes, "list_events", away)
    response = client.get("/api/v1/events", headers=fair.key())
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert "hunter2" not in response.text


def test_readiness_follows_the_migrations(client: CheckedClient, database: Database, fair: Fair) -> None:
    client.app.state.readiness = Readiness(fresh_seconds=0)
    assert client.get("/readyz").json() == {"status": "ready"}
    downgrade(database, "base")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "retry-after" in response.headers
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/events", headers=fair.key()).status_code == 503


def test_counters(standing: Standing) -> None:
    client, fair = standing.client, standing.fair
    client.get("/api/v1/events/e-2025", headers=fair.key())
    client.get("/api/v1/events/e-2025")
    client.get("/nowhere/at/all")
    text = client.get("/metrics").text
    assert 'fairmatch_requests_total{method="GET",route="/events/{event_id}",status="200",' in text
    assert 'fairmatch_requests_total{method="GET",route="/events/{event_id}",status="401",' in text
    assert 'route="none",status="404"' in text
    assert "e-2025" not in text
