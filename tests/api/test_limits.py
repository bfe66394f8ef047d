"""How many calls a caller may make, and for whom they are counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.api.limits import Limiter
from app.core.errors import TooManyError
from app.core.settings import Settings
from app.main import create_app
from app.services.attempts import network_of
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import Fair

API = "/api/v1"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_holds_a_minute_and_fills_evenly() -> None:
    clock = Clock()
    limiter = Limiter(60, clock)
    for _ in range(60):
        limiter.take("a")
    with pytest.raises(TooManyError) as refused:
        limiter.take("a")
    assert refused.value.details["retry_after"] == 1
    limiter.take("b")  # another caller has a bucket of its own
    clock.now += 2.5
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(TooManyError):
        limiter.take("a")
    clock.now += 3600
    for _ in range(60):
        limiter.take("a")  # a minute's worth, however long one was away
    with pytest.raises(TooManyError):
        limiter.take("a")


def test_a_slow_bucket_says_how_long_to_wait() -> None:
    limiter = Limiter(2, Clock())
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(TooManyError) as refused:
        limiter.take("a")
    assert refused.value.details["retry_after"] == 30


def test_buckets_of_the_past_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.limits._MOST_BUCKETS", 100)
    clock = Clock()
    limiter = Limiter(1, clock)
    limiter.take("blocked")
    for n in range(500):
        clock.now += 0.01
        limiter.take(n)
        assert len(limiter._buckets) <= 101
    with pytest.raises(TooManyError):
        limiter.take(499)
    clock.now += 61
    limiter.take(499)


def test_without_a_limit_nothing_is_counted() -> None:
    limiter = Limiter(0)
    for _ in range(10_000):
        limiter.take("a")
    assert limiter._buckets == {}


@pytest.fixture
def limited(database_url: str) -> Iterator[CheckedClient]:
    settings = Settings(database_url=database_url, workers_in_process=False, rate_per_minute=5)
    with calling(create_app(settings)) as client:
        yield client


def test_each_key_has_its_calls(limited: CheckedClient, fair: Fair) -> None:
    answers = [limited.get(f"{API}/events", headers=fair.key("b1")) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["type"] == "/problems/too-many"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 12
    assert limited.get(f"{API}/events", headers=fair.key("b2")).status_code == 200


def test_strangers_are_counted_by_network(limited: CheckedClient, fair: Fair) -> None:
    body = {"email": "nobody@example.com"}
    statuses = [limited.post(f"{API}/password-resets", json=body).status_code for _ in range(4)]
    assert statuses == [204] * 4
    for expected in (401, 429):  # keys that are none count there as well
        assert limited.get(f"{API}/events", headers={"Authorization": "Bearer fm_guessed"}).status_code == expected
    assert limited.post(f"{API}/password-resets", json=body).status_code == 429
    assert limited.get(f"{API}/events", headers=fair.key()).status_code == 200  # who has a key is not concerned


@pytest.mark.parametrize(
    ("host", "network"),
    [("192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.7", "192.0.2.7"),
     ("testclient", "testclient")],
)  # fmt: skip
def test_what_one_network_is(host: str, network: str) -> None:
    assert network_of(host) == network
