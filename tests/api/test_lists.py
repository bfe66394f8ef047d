"""What holds for every list: the same number of queries whatever its length, and no more fields than are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from app.api.sparse import item_of, names_of
from app.api.v1 import PREFIX
from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import (
    Account,
    ApiKey,
    AuditEntry,
    Cluster,
    ClusterFact,
    ConsentWording,
    Event,
    FeedToken,
    Invitation,
    Job,
    Match,
    MatchRun,
    Meeting,
    MeetingRequest,
    Membership,
    Outcome,
    Participation,
    Preference,
    Publication,
    Registration,
    Representative,
    RequestRevision,
    Schedule,
    Series,
    Slot,
    Webhook,
    WebhookDelivery,
)
from tests.api.checked import CheckedClient, described
from tests.api.conftest import Fair, make_app, make_fair

SIZES = (1, 3, 30)


def _lists() -> dict[str, APIRoute]:
    """Every list of the interface: its path below the prefix → its route."""
    return {
        str(context.path_format).removeprefix(PREFIX): context.original_route
        for context in iter_route_contexts(make_app("sqlite://").routes)
        if isinstance(context.original_route, APIRoute) and item_of(context.original_route)
    }


LISTS = _lists()
#: what else the address of a list needs
_QUERY = {"/events/{event_id}/contacts": "&organisation_id={organisation_id}"}
#: lists that show what several parties have agreed on; tests of their own count their queries
_ELSEWHERE = {"/events/{event_id}/contacts"}


class Count:
    """Counts statements on every engine while it is open."""

    def __init__(self) -> None:
        self.statements = 0

    def __enter__(self) -> Count:
        event.listen(Engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._one)

    def _one(self, *_: object) -> None:
        self.statements += 1


def fill(session: Session, fair: Fair, size: int) -> dict[str, UUID]:
    """Put `size` things into every list of a fair; return the ids that their addresses name."""
    tenant, event_id = fair.tenant_id, fair.event_id
    parts = {row.organisation_id: row.id for row in session.scalars(select(Participation).filter_by(event_id=event_id))}
    supply = [parts[fair.organisations[f"s{n + 1}"]] for n in range(size)]
    buy = [parts[fair.organisations[f"b{n + 1}"]] for n in range(size)]
    slot = session.scalars(select(Slot).filter_by(event_id=event_id)).first()
    request_id = fair.requests["b1"]
    first = session.scalars(select(RequestRevision).filter_by(request_id=request_id)).one()
    now, soon = utc_now(), utc_now() + timedelta(days=1)
    none = dict.fromkeys(("added", "removed", "moved", "changed", "meetings"), 0)
    mine, at = {"tenant_id": tenant}, {"tenant_id": tenant, "event_id": event_id}
    runs = [MatchRun(**at, as_of=now.date(), state="done", finished_at=now) for _ in range(size)]
    plans = [Schedule(**at, state="done", is_current=n == 0, finished_at=now) for n in range(size)]
    hooks = [Webhook(**mine, url=f"https://hook{n}.example/", secret="s") for n in range(size)]
    accounts = [Account(email=f"{fair.slug}{n}@example.com") for n in range(size)]
    clusters = [Cluster(**mine, code=f"c{n}", name=f"Cluster {n}") for n in range(size)]
    session.add_all([*runs, *plans, *hooks, *accounts, *clusters])
    session.flush()
    assert slot is not None
    plan = next(row for row in plans if row.is_current)
    pairs = [sorted(pair) for pair in zip(supply, buy, strict=True)]
    meetings = [
        Meeting(event_id=event_id, schedule_id=plan.id, low_id=low, high_id=high, slot_id=slot.id)
        for low, high in pairs
    ]
    session.add_all(meetings)
    session.flush()
    for n in range(size):
        low, high = pairs[n]
        form = {"organisation": {"name": f"O{n}"}, "person": {"name": f"P{n}"}}
        session.add_all(
            [
                Series(**mine, code=f"series{n}", name=f"Series {n}"),
                Event(**mine, code=f"more{n}", name="More", zone="UTC", starts_on=now.date(), ends_on=now.date()),
                ClusterFact(cluster_id=clusters[n].id, metric="output", value=1.0, unit="bn CNY"),
                ConsentWording(**mine, purpose="contact", language="en", version=n + 1, text="Yes"),
                Registration(**at, email=f"{n}@example.com", form=form),
                Representative(**mine, organisation_id=fair.organisations["s1"], name=f"Person {n}"),
                Membership(**mine, account_id=accounts[n].id, role="viewer"),
                ApiKey(**mine, role="viewer", digest=f"{fair.slug}{n}"),
                Invitation(**mine, email=f"{n}@example.com", role="viewer", digest=f"{fair.slug}{n}", expires_at=soon),
                Job(**at, kind="export", parameters={"by": {"role": "organiser", "organisation_id": None}}),
                AuditEntry(**at, chain_id=event_id, at=now, actor_kind="key", role="organiser", deed="thing.done"),
                Preference(event_id=event_id, from_id=buy[0], to_id=supply[n], answer="want", at=now),
                Match(
                    event_id=event_id, run_id=runs[0].id, request_id=request_id, revision_id=first.id,
                    seeker_id=buy[0], provider_id=supply[n], score=50.0, rank=n + 1,
                ),
                MeetingRequest(**at, from_id=buy[n], to_id=supply[n], low_id=low, high_id=high, expires_at=soon),
                Publication(
                    **at, schedule_id=plan.id, number=n + 1, superseded_at=None if n + 1 == size else now, changes=none
                ),
                FeedToken(**at, participation_id=buy[0], digest=f"{fair.slug}{n}"),
                Outcome(**at, schedule_id=plan.id, meeting_id=meetings[n].id, participation_id=low),
                WebhookDelivery(**mine, webhook_id=hooks[0].id, kind="checked_in", next_at=now),
                RequestRevision(
                    request_id=request_id, revision=n + 2, document=first.document, completeness=first.completeness
                ),
            ]
        )  # fmt: skip
    session.flush()
    return {
        "event_id": event_id, "participation_id": buy[0], "request_id": request_id, "run_id": runs[0].id,
        "webhook_id": hooks[0].id, "organisation_id": fair.organisations["s1"],
    }  # fmt: skip


def _filled(database: Database) -> Iterator[tuple[Fair, dict[str, UUID]]]:
    for size in SIZES:
        made = make_fair(database, f"size{size}", suppliers=size, buyers=size)
        with database.write() as session:
            yield made, fill(session, made, size)


def test_the_number_of_queries_does_not_grow(client: CheckedClient, database: Database) -> None:
    """Over every list of the interface; one that is new has to be filled by `fill`, or it would not be tested."""
    fairs = list(_filled(database))
    wrong = []
    for path in LISTS:
        counts, lengths = [], []
        for made, ids in fairs:
            address = PREFIX + (path + "?limit=200" + _QUERY.get(path, "")).format_map(ids)
            tries = []
            for _ in range(3):  # a key is looked up anew every now and then, which is no query of the list
                with Count() as count:
                    answer = client.get(address, headers=made.key())
                assert answer.status_code == 200, f"{path}: {answer.text}"
                tries.append(count.statements)
            counts.append(min(tries))
            lengths.append(len(answer.json()["items"]))
        if len(set(counts)) > 1 or not (lengths[0] < lengths[1] < lengths[2] or path in _ELSEWHERE):
            wrong.append(f"{path}: {counts} queries for {lengths} rows")
    assert wrong == []


# sparse fields -------------------------------------------------------------------------------------------------------
def test_no_more_fields_than_are_asked_for(client: CheckedClient, fair: Fair) -> None:
    some = client.get("/api/v1/organisations?fields=name,id&limit=2", headers=fair.key()).json()
    whole = client.get("/api/v1/organisations?limit=2", headers=fair.key()).json()
    assert some["items"] == [{"name": item["name"], "id": item["id"]} for item in whole["items"]]
    assert some["next"] == whole["next"]
    rest = client.get(f"/api/v1/organisations?fields=code&cursor={some['next']}", headers=fair.key()).json()
    assert [item["code"] for item in rest["items"]] == ["s3", "b1", "b2"]


@pytest.mark.parametrize("asked", ["colour", "id,colour", "", "id,,name", "id, name", "items"])
def test_fields_that_there_are_not(client: CheckedClient, fair: Fair, asked: str) -> None:
    refused = client.get("/api/v1/organisations", params={"fields": asked}, headers=fair.key())
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "fields"
    assert "there is id, code, name" in refused.json()["errors"][0]["message"]


def test_single_things_are_whole(client: CheckedClient, fair: Fair) -> None:
    address = f"/api/v1/organisations/{fair.organisations['s1']}?fields=id"
    assert client.get(address, headers=fair.key()).status_code == 422


@pytest.mark.parametrize("path", sorted(LISTS))
def test_the_description_says_so(path: str) -> None:
    document = described()
    operation = document["paths"][PREFIX + path]["get"]
    assert "fields" in {parameter["name"] for parameter in operation["parameters"]}
    whole, some = operation["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
    sparse = document["components"]["schemas"][some["properties"]["items"]["items"]["$ref"].rpartition("/")[2]]
    item = item_of(LISTS[path])
    assert item is not None
    assert set(sparse["properties"]) == set(names_of(item))
    assert "required" not in sparse
    assert whole["$ref"].startswith("#/components/schemas/")
