"""Two server processes behind one port: each counts for itself, and all of them write one kind of lines."""

from __future__ import annotations

import json
import re
from collections import defaultdict

from tests.operation.conftest import Make
from tests.operation.live import serving


def test_two_processes_serve_one_port(make: Make, sqlite_url: str) -> None:
    """Whoever answers says which it is, and its own counters only grow; a request is one line of JSON."""
    shell, fair = make(sqlite_url)
    shell.settings |= {"FAIRMATCH_LOG_LEVEL": "INFO", "FAIRMATCH_LOG_FORMAT": "json"}
    seen: dict[str, list[float]] = defaultdict(list)
    with serving(shell, "--workers", "2") as live:
        for _ in range(40):
            with live.client() as me:  # a new connection each time, for any of them to take
                text = me.get("/metrics").text
            processes = set(re.findall(r'process="(\d+)"', text))
            assert len(processes) == 1
            counts = re.findall(r'fairmatch_requests_total\{.*route="/metrics".*\} (\d+)', text)
            seen[processes.pop()].append(sum(map(float, counts)))
        with live.client(fair.keys["organiser"]) as me:
            answer = me.get("/api/v1/events/e-2025")
    assert all(counts == sorted(counts) for counts in seen.values())
    assert sum(counts[-1] + 1 for counts in seen.values()) == 40
    lines = [json.loads(line) for line in live.log.splitlines() if line.startswith("{")]
    assert len(lines) > 40
    said = [line for line in live.log.splitlines() if not line.startswith("{")]
    assert len(said) == 2, "besides the greeting and the link to begin with, all is JSON"
    assert "/setup#" in said[1]
    (line,) = [line for line in lines if line.get("request") == answer.headers["x-request-id"]]
    assert line["level"] == "INFO"
    assert line["logger"] == "app.access"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/events/{event_id}", 200)
    assert line["tenant"] == str(fair.tenant_id)
    assert 0 < line["ms"] < 60_000
    assert "uvicorn.error" in {line["logger"] for line in lines}
