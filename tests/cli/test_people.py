"""People and keys on the command line, and the service that they sign in to."""

from __future__ import annotations

import time

import httpx
import pytest

from app.api.auth import KeysSeen
from tests.cli.command import Shell
from tests.operation.live import serving

API = "/api/v1"
_PASSWORD = "four plain words in a row"


@pytest.fixture
def house(both: Shell) -> Shell:
    """A database with a tenant in it."""
    both.run("db", "upgrade")
    both.run("tenant", "create", "house", "--name", "The House")
    return both


def test_the_first_organiser_signs_in(house: Shell) -> None:
    """By a link that is printed once, or with a password from standard input."""
    link = house.run("user", "create", "li@example.com", "--role", "organiser").out.strip()
    assert link.startswith("http://127.0.0.1:8000/invitation#fi_")
    viewer_of = ("user", "create", "--role", "viewer", "--password-stdin")
    house.process(*viewer_of, "wu@example.com", told=f"{_PASSWORD}\n")
    weak = house.run(*viewer_of, "xu@example.com", told="short\n", code=2)
    assert "fewer than 12 characters" in weak.err
    with serving(house) as live, httpx.Client(base_url=f"{live.address}{API}", timeout=60) as http:
        answer = {"token": link.partition("#")[2], "name": "Li Wei", "password": _PASSWORD}
        opened = http.post("/invitation-answers", json=answer)
        assert opened.json()["membership"]["role"] == "organiser"
        viewer = http.post("/session", json={"email": "wu@example.com", "password": _PASSWORD})
        headers = {"Authorization": f"Bearer {viewer.json()['token']}"}
        assert http.get("/session", headers=headers).json()["role"] == "viewer"
        told = house.json("user", "list")
        assert [(one["email"], one["role"]) for one in told] == [
            ("wu@example.com", "viewer"), ("li@example.com", "organiser"),
        ]  # fmt: skip
        assert house.json("user", "revoke", "wu@example.com") == {"ended": 1}
        assert http.get("/session", headers=headers).status_code == 401  # at once, from another process
    assert "(ended)" in house.run("user", "list").out
    assert "no role" in house.run("user", "revoke", "wu@example.com", code=2).err


def test_keys_are_narrowed_and_listed(house: Shell) -> None:
    key = house.json("key", "create", "--role", "organiser", "--scope", "events:read", "--days", "1")["key"]
    house.run("key", "create", "--role", "organiser", "--scope", "nonsense", code=2)
    told = house.json("key", "list")
    assert [(one["role"], one["scopes"], one["revoked_at"]) for one in told] == [("organiser", ["events:read"], None)]
    assert key not in house.run("key", "list").out
    with serving(house) as live, httpx.Client(base_url=f"{live.address}{API}", timeout=60) as http:
        headers = {"Authorization": f"Bearer {key}"}
        assert [http.get(path, headers=headers).status_code for path in ("/events", "/organisations")] == [200, 403]
        house.run("key", "revoke", key)
        time.sleep(KeysSeen.SECONDS)
        assert http.get("/events", headers=headers).status_code == 401
    assert "revoked" in house.run("key", "list").out


@pytest.mark.parametrize(("proxy", "believed"), [(None, False), ("127.0.0.1", True), ("10.0.0.0/8", False)])
def test_only_a_trusted_proxy_is_believed(shell: Shell, proxy: str | None, believed: bool) -> None:
    """Whoever sends X-Forwarded-For itself does not get a bucket for each address that it makes up."""
    shell.run("db", "upgrade")
    shell.settings["FAIRMATCH_RATE_PER_MINUTE"] = "2"
    if proxy is not None:
        shell.settings["FAIRMATCH_TRUSTED_PROXY"] = proxy
    with serving(shell) as live, httpx.Client(base_url=live.address, timeout=60) as http:
        statuses = [
            http.get(
                f"{API}/events", headers={"Authorization": "Bearer fm_none", "X-Forwarded-For": f"198.51.100.{n}"}
            ).status_code
            for n in range(4)
        ]
    assert statuses == ([401] * 4 if believed else [401, 401, 429, 429])
