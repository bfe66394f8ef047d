"""What is asked live is answered from suppliers learned once, and is right after every change all the same."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.core.errors import NotFoundError
from app.core.kept import Kept
from app.db.engine import Database
from app.db.models import Event, Organisation, Participation, Representative
from app.db.models import SourcingRequest as RequestRow
from app.domain.profiles import CapabilityProfile as Shape
from app.domain.profiles import SourcingRequest
from app.services import audit, matching, profiles
from app.services.access import Actor
from app.services.matching import offer
from app.services.matching.fitting import MANY, fitted
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk
from tests.services.stage import Stage

AS_OF = date(2025, 6, 1)


@pytest.fixture
def small(blank: Database, tmp_path: Path) -> Stage:
    """Two suppliers and one buyer."""
    desk = Desk(blank, tmp_path)
    assert desk.bring(EXHIBITORS, BUYERS, REQUESTS).written
    return desk.stage


def _offer(stage: Stage) -> offer.Offer:
    with stage.database.read() as session:
        return offer.offer_of(session, session.get_one(Event, stage.event.id), AS_OF)


def _some(stage: Stage) -> Organisation:
    code = min(_offer(stage).suppliers)
    with stage.database.read() as session:
        return session.scalars(select(Organisation).filter_by(code=code, tenant_id=stage.actor.tenant_id)).one()


def test_nothing_is_read_again_while_nothing_changes(small: Stage) -> None:
    assert _offer(small) is _offer(small)


def test_a_new_profile_is_seen_at_once(small: Stage) -> None:
    before, one = _offer(small), _some(small)
    with small.database.write() as session:
        profiles.register_capabilities(session, small.actor, one.id, Shape(products=["umbrellas"], moq=7))
    after = _offer(small)
    assert after.records[one.code]["moq"] == 7
    assert after.ranker is not before.ranker


def test_a_change_of_the_trail_that_does_not_concern_suppliers_learns_nothing_again(small: Stage) -> None:
    before = _offer(small)
    with small.database.write() as session:
        audit.record(session, small.actor, "something.else", event_id=small.event.id)
    assert _offer(small) is before


@pytest.mark.parametrize("what", ["name", "kind", "languages", "gone"])
def test_rows_that_are_changed_in_place_are_seen_with_their_entry(small: Stage, what: str) -> None:
    one = _some(small)
    before = _offer(small).records[one.code]
    with small.database.write() as session:
        part = session.scalars(select(Participation).filter_by(organisation_id=one.id, event_id=small.event.id)).one()
        if what == "name":
            session.get_one(Organisation, one.id).name = "Another name"
        elif what == "kind":
            part.kind = "agent"
        elif what == "gone":
            part.supplies = False
        else:
            session.add(Representative(tenant_id=one.tenant_id, organisation_id=one.id, name="New", languages=["pt"]))
        audit.record(session, small.actor, "changed", event_id=small.event.id)
    after = _offer(small).records
    assert (one.code not in after) if what == "gone" else after[one.code] != before


def test_a_change_without_an_entry_is_seen_after_a_while(small: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    one = _some(small)
    _offer(small)
    with small.database.write() as session:
        session.get_one(Organisation, one.id).name = "Changed in silence"
    monkeypatch.setattr(offer, "UNCHECKED", 0.0)
    assert _offer(small).records[one.code]["name"].startswith("Changed in silence")


def test_copies_belong_to_no_session_and_say_the_same(small: Stage) -> None:
    held = _offer(small)
    with small.database.read() as session:
        for code, one in held.suppliers.items():
            row = session.get_one(Organisation, one.organisation.id)
            assert (code, one.organisation.name, one.organisation.name_local) == (row.code, row.name, row.name_local)
        supplying = select(func.count()).where(Participation.event_id == small.event.id, Participation.supplies)
        assert session.scalar(supplying) == len(held.suppliers) == len(held.records)


def test_a_renamed_supplier_has_its_new_name_on_the_stored_list_under_a_new_tag(small: Stage) -> None:
    small.match()
    with small.database.read() as session:
        request = session.scalars(select(RequestRow.id).filter_by(event_id=small.event.id)).first()
        assert request
        before = matching.ranked_list(session, small.actor, request)
        assert matching.stored(session, small.actor, request).tag == before.etag
    key = UUID(before.items[0]["supplier"]["id"])
    with small.database.write() as session:
        session.get_one(Organisation, key).name = "Renamed since"
    with small.database.read() as session:
        after = matching.ranked_list(session, small.actor, request)
    assert after.items[0]["supplier"]["name"] == "Renamed since"
    assert after.etag != before.etag


def test_large_lists_are_ranked_with_compact_texts_and_small_ones_in_full() -> None:
    few = [{"id": f"s{n}", "products": ["umbrellas"]} for n in range(3)]
    assert fitted(few, AS_OF).text == "full"
    assert fitted([{"id": f"s{n}"} for n in range(MANY + 1)], AS_OF).text == "compact"


def test_only_the_values_used_last_are_kept() -> None:
    kept: Kept[str, int] = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)


def test_an_event_of_another_tenant_is_not_there_though_its_suppliers_are_held(small: Stage) -> None:
    with small.database.read() as session:
        found = matching.rank_live(session, small.actor, small.event.id, SourcingRequest(text="down jackets"), limit=2)
        assert found.items
        with pytest.raises(NotFoundError):
            matching.rank_live(session, Actor(UUID(int=1)), small.event.id, SourcingRequest(text="down jackets"))


def test_at_a_large_event_nobody_waits_for_a_change(small: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offer, "LARGE", 1)
    before, one = _offer(small), _some(small)
    with small.database.write() as session:
        profiles.register_capabilities(session, small.actor, one.id, Shape(products=["umbrellas"], moq=7))
    assert _offer(small) is before, "answered from what was learned before"
    limit = time.monotonic() + 60
    while _offer(small) is before:
        assert time.monotonic() < limit, "the change is never learned"
        time.sleep(0.05)
    assert _offer(small).records[one.code]["moq"] == 7
