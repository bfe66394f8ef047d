"""What changes a stored list shows at the next call, in that list and nobody else's; and goes when it is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.db.engine import Database
from app.db.models import Organisation
from app.services import matching
from app.services.events import find_event
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair, make_fair


@pytest.fixture
def big(database: Database) -> Fair:
    fair = make_fair(database, "learn", suppliers=12, buyers=2)
    with database.write() as session:
        run_id = matching.start_run(session, fair.actor, find_event(session, fair.actor, "e-2025")).id
    matching.execute(database, run_id)
    return fair


def _list(client: CheckedClient, fair: Fair, who: str = "b1") -> Any:
    path = f"/api/v1/sourcing-requests/{fair.requests[who]}/suppliers?limit=50"
    answer = client.get(path, headers=fair.key(who))
    assert answer.status_code == 200
    return answer


def _names(answer: Any) -> list[str]:
    return [item["supplier"]["name"].split()[-1] for item in answer.json()["items"]]


def _parts(client: CheckedClient, fair: Fair) -> dict[str, str]:
    path = f"/api/v1/events/{fair.event_id}/participations?limit=100"
    rows = client.get(path, headers=fair.key()).json()["items"]
    names = {str(key): name for name, key in fair.organisations.items()}
    return {names[row["organisation"]["id"]]: row["id"] for row in rows}


def test_an_answer_moves_the_list_at_the_next_call(client: CheckedClient, big: Fair) -> None:
    parts = _parts(client, big)
    before, theirs = _list(client, big), _list(client, big, "b2")
    last = _names(before)[-2]
    path = f"/api/v1/participations/{parts['b1']}/preferences"
    said = client.put(f"{path}/{parts[last]}", headers=big.key("b1"), json={"answer": "want"})
    assert said.status_code in (200, 201)
    after = _list(client, big)
    assert after.headers["etag"] != before.headers["etag"]
    assert _names(after).index(last) < _names(before).index(last)
    item = next(i for i in after.json()["items"] if i["supplier"]["name"].endswith(last))
    assert any(term["name"] == "behaviour" and term["points"] > 0 for term in item["terms"])
    assert sum(term["points"] for term in item["terms"]) == pytest.approx(item["score"], abs=1e-6)
    assert _list(client, big, "b2").content == theirs.content
    assert client.delete(f"{path}/{parts[last]}", headers=big.key("b1")).status_code in (200, 204)
    assert _names(_list(client, big)) == _names(before)


def test_who_is_blocked_is_in_the_list_no_more(client: CheckedClient, big: Fair) -> None:
    parts = _parts(client, big)
    first = _names(_list(client, big))[0]
    path = f"/api/v1/participations/{parts['b1']}/preferences/{parts[first]}"
    assert client.put(path, headers=big.key("b1"), json={"answer": "blocked"}).status_code in (200, 201)
    assert first not in _names(_list(client, big))
    assert first in _names(_list(client, big, "b2"))


def test_who_withdraws_is_in_the_list_no_more_and_may_come_back(client: CheckedClient, big: Fair) -> None:
    before = _list(client, big)
    first = _names(before)[0]
    address = f"/api/v1/participations/{_parts(client, big)[first]}"
    tag = client.get(address, headers=big.key()).headers["etag"]
    assert client.delete(address, headers=big.key() | {"If-Match": tag}).status_code in (200, 204)
    after = _list(client, big)
    assert _names(after) == _names(before)[1:]
    assert [item["rank"] for item in after.json()["items"]] == list(range(1, len(_names(before))))
    assert after.headers["etag"] != before.headers["etag"]
    back = {"organisation_id": str(big.organisations[first]), "supplies": True}
    joined = client.post(f"/api/v1/events/{big.event_id}/participations", headers=big.key(), json=back)
    assert joined.status_code == 201
    assert _list(client, big).content == before.content


def test_where_nothing_was_committed_nothing_is_asked_again(
    client: CheckedClient, big: Fair, database: Database
) -> None:
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT sourcing_request"):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        before = _list(client, big)
        again, known = _list(client, big), before.headers["etag"]
        path = f"/api/v1/sourcing-requests/{big.requests['b1']}/suppliers"
        same = client.get(f"{path}?limit=50", headers=big.key("b1") | {"If-None-Match": known})
        assert (again.content, again.headers["etag"], same.status_code) == (before.content, known, 304)
        assert len(asked) == (1 if database.is_sqlite else 3)
        # what is at hand for one is not for others
        for who, status in (("b1", 200), ("b2", 404), ("s1", 403), ("viewer", 200)):
            assert client.get(f"{path}?limit=50", headers=big.key(who)).status_code == status
        del asked[:]
        with database.write() as session:
            session.get_one(Organisation, big.organisations["s1"]).name = "renamed"
        assert "renamed" in _names(_list(client, big))
        assert len(asked) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", note)
