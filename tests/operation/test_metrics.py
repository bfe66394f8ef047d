"""What Prometheus reads: well formed, adding up, and without a word of anybody's data."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from app.api.metrics import BOUNDS, Metrics, Stored
from app.db.engine import Database
from app.services import runs
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import Fair, make_app
from tests.operation.conftest import Make

_LINE = re.compile(r"^(fairmatch_\w+)(?:\{(.*)\})? (-?[0-9.]+)$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
Samples = dict[str, dict[tuple[tuple[str, str], ...], float]]


def _samples(text: str) -> Samples:
    """Every sample by name and labels; each family is announced before, and no sample comes twice."""
    found: Samples = defaultdict(dict)
    announced: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE"):
            _, _, name, kind = line.split()
            assert name not in announced
            announced[name] = kind
        if line.startswith("#"):
            continue
        match = _LINE.match(line)
        assert match, line
        name, labels, value = match.groups()
        family = re.sub(r"_(bucket|sum|count)$", "", name)
        assert announced[family if announced.get(family) == "histogram" else name]
        key = tuple(sorted((k, v) for k, v in _LABEL.findall(labels or "") if k != "process"))
        assert key not in found[name]
        found[name][key] = float(value)
    return found


@pytest.fixture
def called(make: Make, database_url: str) -> tuple[str, Fair]:
    return database_url, make(database_url)[1]


def _read(client: CheckedClient) -> Samples:
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return _samples(answer.text)


def test_requests_runs_and_connections_are_counted(called: tuple[str, Fair]) -> None:
    url, fair = called
    with calling(make_app(url)) as client:
        before = _read(client)
        assert before["fairmatch_queue_length"][()] == 0
        assert set(before["fairmatch_runs"].values()) == {0}
        for _ in range(3):
            client.get("/api/v1/events/e-2025", headers=fair.key())
        client.post("/api/v1/events/e-2025/match-runs", headers=fair.key())
        found = _read(client)
        assert fair.slug not in str(found)
    route = (("method", "GET"), ("route", "/events/{event_id}"))
    assert found["fairmatch_requests_total"][(*route, ("status", "200"))] == 3
    assert found["fairmatch_request_seconds_count"][route] == 3
    assert found["fairmatch_request_seconds_sum"][route] > 0
    steps = [found["fairmatch_request_seconds_bucket"][(("le", str(le)), *route)] for le in (*BOUNDS, "+Inf")]
    assert steps == sorted(steps)
    assert steps[-1] == 3
    assert found["fairmatch_runs"][(("kind", "match_run"), ("state", "queued"))] == 1
    assert found["fairmatch_queue_length"][()] == 1
    assert found["fairmatch_deliveries"][(("kind", "letter"), ("state", "dead"))] == 0
    assert found["fairmatch_database_up"][()] == 1
    assert found["fairmatch_database_connections"][(("state", "used"),)] == 0
    assert found["fairmatch_database_connections"][(("state", "idle"),)] >= 1
    assert found["fairmatch_requests_in_progress"][()] == 1, "this very one"


def test_steps_hold_their_bounds(called: tuple[str, Fair]) -> None:
    database = Database(called[0])
    metrics = Metrics()
    for seconds in (0.005, 0.0051, 10.0, 11.0):
        metrics.add("GET", "/a", 200, seconds)
    metrics.add("BREW", '/"quoted"\\', 200, 1.0)
    with database.read() as session:
        found = _samples(metrics.render(database.engine.pool, Stored(runs.by_state(session), {})))
    database.close()
    route = (("method", "GET"), ("route", "/a"))
    step = {
        le: found["fairmatch_request_seconds_bucket"][(("le", le), *route)] for le in ("0.005", "0.01", "10.0", "+Inf")
    }
    assert step == {"0.005": 1, "0.01": 2, "10.0": 3, "+Inf": 4}
    assert found["fairmatch_request_seconds_sum"][route] == pytest.approx(21.0101)
    assert found["fairmatch_requests_total"][(("method", "other"), ("route", r"/\"quoted\"\\"), ("status", "200"))] == 1


def test_every_metric_is_explained(called: tuple[str, Fair]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    with calling(make_app(called[0])) as client:
        families = set(re.findall(r"^# TYPE (\w+)", client.get("/metrics").text, re.MULTILINE))
    assert families == set(re.findall(r"^\| `(fairmatch_\w+)`", text, re.MULTILINE))
