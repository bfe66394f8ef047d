"""The calls that matter most: the ranked list, a schedule, a booking."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.db.engine import Database
from app.services import matching, scheduling
from tests.api.checked import CheckedClient, calling
from tests.api.conftest import Fair, make_app


def _match(client: CheckedClient, fair: Fair, database: Database) -> None:
    """Start a match run over the interface and do the worker's part here."""
    started = client.post("/api/v1/events/e-2025/match-runs", headers=fair.key())
    assert started.status_code == 202
    assert started.json()["status_url"] == started.headers["location"]
    queued = client.get(started.headers["location"], headers=fair.key()).json()
    assert (queued["state"], queued["progress"], queued["as_of"]) == ("queued", 0.0, "2025-06-01")
    matching.execute(database, UUID(started.json()["id"]))
    done = client.get(started.headers["location"], headers=fair.key()).json()
    assert (done["state"], done["progress"], done["error"]) == ("done", 1.0, None)


def _build(client: CheckedClient, fair: Fair, database: Database, **body: Any) -> dict[str, Any]:
    started = client.post("/api/v1/events/e-2025/schedules", headers=fair.key(), json={"steps": 200} | body)
    assert started.status_code == 202, started.text
    address = started.headers["location"]
    assert started.json() == {"id": address.rpartition("/")[2], "status_url": address}
    assert client.get(address, headers=fair.key()).json()["status"] == "queued"
    scheduling.build(database, UUID(started.json()["id"]))
    found: dict[str, Any] = client.get(address, headers=fair.key()).json()
    return found


def _check_list(answer: dict[str, Any], limit: int) -> None:
    assert set(answer) - {"unresolved", "unknown_exclude", "from_profile"} == {"items", "left_out"}
    assert 0 < len(answer["items"]) <= limit
    assert [item["rank"] for item in answer["items"]] == list(range(1, len(answer["items"]) + 1))
    for item in answer["items"]:
        assert sum(term["points"] for term in item["terms"]) == pytest.approx(item["score"], abs=1e-9)
        assert all(term["because"] for term in item["terms"] if term["points"] > 0)


def test_the_ranked_list_of_a_stored_request(client: CheckedClient, fair: Fair, database: Database) -> None:
    address = f"/api/v1/sourcing-requests/{fair.requests['b1']}/suppliers"
    assert client.get(address, headers=fair.key("b1")).status_code == 404  # not matched yet
    _match(client, fair, database)
    first = client.get(address, headers=fair.key("b1"))
    _check_list(first.json(), 20)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    same = client.get(address, headers=fair.key("b1") | {"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert same.headers["x-content-type-options"] == "nosniff"
    assert client.get(address, headers=fair.key("b1") | {"If-None-Match": '"other"'}).status_code == 200

    tags = {tag}
    for query in ("lang=zh", "lang=zh-Hans", "lang=fr", "lang=de", "lang=it", "limit=1"):
        answer = client.get(f"{address}?{query}", headers=fair.key("b1"))
        _check_list(answer.json(), 1 if query == "limit=1" else 20)
        tags.add(answer.headers["etag"])
    assert len(tags) == 6  # zh is zh-Hans; every other question has a tag of its own
    assert client.get(f"{address}?lang=xx", headers=fair.key("b1")).status_code == 422
    assert client.get(f"{address}?limit=101", headers=fair.key("b1")).status_code == 422

    _match(client, fair, database)
    assert client.get(address, headers=fair.key("b1") | {"If-None-Match": tag}).status_code == 200


def test_reasons_come_in_the_language_asked_for(client: CheckedClient, fair: Fair, database: Database) -> None:
    _match(client, fair, database)
    address = f"/api/v1/sourcing-requests/{fair.requests['b1']}/suppliers"
    said = {}
    for lang in ("en", "zh", "fr"):
        answer = client.get(f"{address}?lang={lang}", headers=fair.key("b1")).json()
        said[lang] = [term["because"] for term in answer["items"][0]["terms"]]
    assert len({str(words) for words in said.values()}) == 3
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(said["zh"]))


def test_a_supplier_that_fails_a_gate_is_left_out(client: CheckedClient, fair: Fair) -> None:
    request = {"products": ["knitted T-shirts"], "quantity": 100, "must": ["quantity"]}
    body = {"event_id": "e-2025", "request": request, "limit": 2, "lang": "en"}
    answer = client.post("/api/v1/rank", headers=fair.key("b1"), json=body).json()
    assert answer["items"] == []
    said = [(out["supplier"]["name"], out["gate"], out["found"], out["wanted"]) for out in answer["left_out"]]
    assert sorted(said) == [(f"demo s{n}", "quantity", str(300 * n), "100") for n in (1, 2, 3)]


def test_a_question_that_is_not_stored(client: CheckedClient, fair: Fair) -> None:
    request = {"text": "light knitted shirts", "products": ["knitted T-shirts"], "quantity": 5000}
    body = {"event_id": str(fair.event_id), "request": request}
    answer = client.post("/api/v1/rank", headers=fair.key("b1"), json=body)
    _check_list(answer.json(), 20)
    assert answer.json() == client.post("/api/v1/rank", headers=fair.key("b1"), json=body).json()
    assert len(client.get("/api/v1/sourcing-requests", headers=fair.key()).json()["items"]) == 2
    leaders = []
    for words, lang in (("knitted T-shirts", "en"), ("针织T恤", "zh-Hans")):
        plainly = body | {"request": {"products": [words], "quantity": 5000}, "lang": lang}
        leaders.append(client.post("/api/v1/rank", headers=fair.key("b1"), json=plainly).json()["items"][0]["supplier"])
    assert leaders[0] == leaders[1]


def test_an_answer_says_how_the_request_was_read(client: CheckedClient, fair: Fair) -> None:
    """A mistyped name must not let somebody meet whom it meant to exclude, nor a profile ask for things unseen."""
    buyer = {"products": ["knitted T-shirts"], "certificates": ["GOTS"], "languages": ["fr"]}
    address = f"/api/v1/organisations/{fair.organisations['b1']}/buyer-profile"
    put = client.put(address, headers=fair.key("b1"), json=buyer)
    assert put.status_code in (200, 201), put.text
    request = {"products": ["knitted T-shirts", "blorken"], "exclude": ["s1", "demo S2", "ZZZ"]}
    body = {"event_id": "e-2025", "request": request}
    answer = client.post("/api/v1/rank", headers=fair.key("b1"), json=body).json()
    assert answer["unresolved"] == ["blorken"]
    assert answer["unknown_exclude"] == ["ZZZ"]
    assert answer["from_profile"] == ["certificates", "languages"]
    assert [one["supplier"]["name"] for one in answer["items"]] == ["demo s3"]
    plain = {"products": ["knitted T-shirts"], "certificates": ["OEKO-TEX 100"]}
    answer = client.post("/api/v1/rank", headers=fair.key("b1"), json=body | {"request": plain}).json()
    assert (answer["unresolved"], answer["unknown_exclude"], answer["from_profile"]) == ([], [], ["languages"])


def test_a_schedule_is_built_and_read(client: CheckedClient, fair: Fair, database: Database) -> None:
    early = client.post("/api/v1/events/e-2025/schedules", headers=fair.key())
    assert early.status_code == 422  # nothing to schedule before the first match run
    _match(client, fair, database)
    plan = _build(client, fair, database, seed=7, objective={"break": 2})
    assert plan["status"] in ("optimal", "feasible")
    assert plan["seed"] == 7
    assert plan["bound"] >= plan["objective"]
    assert plan["meetings"]
    for meeting in plan["meetings"]:
        assert len({party["id"] for party in meeting["organisations"]}) == 2
        assert meeting["starts_at"].endswith("+02:00")
    own = str(fair.organisations["b1"])
    address = f"/api/v1/schedules/{plan['id']}"
    assert client.get(address, headers=fair.key("b1")).status_code == 404  # a draft is nobody's but the organiser's
    assert client.post("/api/v1/events/e-2025/publications", headers=fair.key()).status_code == 201
    seen = client.get(address, headers=fair.key("b1")).json()
    assert seen["meetings"] == [m for m in plan["meetings"] if own in [p["id"] for p in m["organisations"]]]


@pytest.mark.parametrize(
    "body",
    [{"seed": -1}, {"seed": 2**31}, {"steps": 0}, {"time_limit": 0}, {"time_limit": 10**9}, {"objective": {"brake": 1}},
     {"objective": {"break": -1}}, {"seed": 1.5}, {"speed": 1}],
)  # fmt: skip
def test_a_schedule_takes_only_what_makes_sense(client: CheckedClient, fair: Fair, body: dict[str, Any]) -> None:
    response = client.post("/api/v1/events/e-2025/schedules", headers=fair.key(), json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"].startswith(next(iter(body)))


def test_bookings_name_what_stands_in_the_way(client: CheckedClient, fair: Fair) -> None:
    def book(one: str, other: str, slot: str, place: str | None = None) -> Any:
        pair = [str(fair.organisations[one]), str(fair.organisations[other])]
        body = {"organisations": pair, "slot": slot} | ({"place": place} if place else {})
        return client.post("/api/v1/events/e-2025/meetings", headers=fair.key(), json=body)

    first = book("s1", "b1", "s01", "T1")
    assert first.status_code == 201
    made = first.json()
    assert (made["slot"], made["place"], made["starts_at"]) == ("s01", "T1", "2025-09-15T13:30:00+02:00")
    assert {party["name"] for party in made["organisations"]} == {"demo s1", "demo b1"}
    assert client.get(first.headers["location"], headers=fair.key()).json() == made
    plan = client.get(f"/api/v1/schedules/{made['schedule_id']}", headers=fair.key()).json()
    assert [meeting["id"] for meeting in plan["meetings"]] == [made["id"]]
    for refused, conflict in (
        (book("s2", "b1", "s01"), "participant"),
        (book("s1", "b2", "s01"), "participant"),
        (book("s2", "b2", "s01", "T1"), "place"),
        (book("s1", "b1", "s02"), "pair"),
    ):
        assert refused.status_code == 409
        assert refused.json()["conflict"] == conflict
    assert book("s2", "b2", "s01").json()["place"] == "T2"
    for wrong, field in ((book("s1", "b2", "s99"), "slot"), (book("s1", "b2", "s03", "T99"), "place")):
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["field"] == field
    assert book("s1", "s1", "s03").status_code == 422


def test_the_program_in_the_documentation_runs(database_url: str, fair: Fair) -> None:
    """With workers in the process of the service, which do the runs."""
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    space: dict[str, Any] = {}
    printed = io.StringIO()
    exec(text.partition("```python\n")[2].partition("```")[0], space)
    with calling(make_app(database_url, workers=True)) as client:
        client.headers.update(fair.key())
        with redirect_stdout(printed):
            plan = space["demonstrate"](client, fair.organisations["s2"], fair.requests["b1"], "e-2025")
    assert plan["status"] in ("optimal", "feasible")
    assert printed.getvalue().startswith("1 demo s")
