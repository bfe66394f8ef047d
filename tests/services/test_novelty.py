"""The second edition of a series knows who supplies whom, who met, and who blocked whom; of its own tenant only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.db.engine import Database
from app.db.models import Event, Match, MatchRun, Meeting, Organisation, Participation, Preference, Series
from app.db.models import SourcingRequest as RequestRow
from app.domain.fairs import EventShape, PlaceShape, SeriesShape, SessionShape
from app.domain.profiles import BuyerProfile, SourcingRequest
from app.services import events, matching
from app.services.access import Actor
from app.services.participants import find_organisation
from app.services.profiles import register_buyer
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk, count
from tests.services.stage import Stage


@dataclass
class Editions:
    """Two editions of one series of one tenant, with the same firms in both; the first one is over."""

    first: Stage
    second: Stage

    @property
    def actor(self) -> Actor:
        return self.second.actor

    def lists(self, lang: str = "en") -> dict[str, Any]:
        """The second edition, matched anew: the list of its one request."""
        self.second.match()
        with self.second.database.read() as session:
            return matching.ranked_lists(session, self.actor, self.second.event, lang=lang)[0]

    def ranked(self) -> list[str]:
        return [item["supplier"]["name"] for item in self.lists()["items"]]

    def inputs(self) -> dict[str, Any]:
        with self.second.database.read() as session:
            runs = session.scalars(select(MatchRun).filter_by(event_id=self.second.event.id).order_by(MatchRun.id))
            return dict(runs.all()[-1].inputs["known"])

    def hold(self, supplier: str, status: str = "held") -> None:
        """The buyer meets a supplier in the first edition."""
        self.first.match()
        self.first.build()
        with self.first.database.write() as session:
            chosen = _participation(session, self.first, supplier)
            meetings = list(session.scalars(select(Meeting).filter_by(event_id=self.first.event.id)))
            assert len(meetings) == 2
            for meeting in meetings:
                if chosen in (meeting.low_id, meeting.high_id):
                    meeting.status = status

    def answer(self, stage: Stage, one: str, other: str, answer: str) -> None:
        with stage.database.write() as session:
            session.add(
                Preference(
                    event_id=stage.event.id,
                    from_id=_participation(session, stage, one),
                    to_id=_participation(session, stage, other),
                    answer=answer,
                    at=stage.event.created_at,
                )
            )


def _participation(session: Any, stage: Stage, code: str) -> Any:
    return session.scalars(
        select(Participation.id)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == stage.event.id, Organisation.code == code)
    ).one()


def _editions(blank: Database, folder: Path, slug: str) -> Editions:
    desk = Desk(blank, folder, slug)
    assert desk.bring(EXHIBITORS, BUYERS, REQUESTS).written
    first = desk.stage
    day = date(2026, 2, 9)
    shape = EventShape(
        code="second", name="The second edition", zone="Europe/Paris", starts_on=day, ends_on=day, as_of=day,
        series=SeriesShape(code="club", name="A club"), places=[PlaceShape(code="T1")],
        sessions=[SessionShape(date=day, starts=time(14), ends=time(16))],
    )  # fmt: skip
    with blank.write() as session:
        events.create_event(session, desk.actor, shape)
        series = session.scalars(select(Series).filter_by(tenant_id=desk.actor.tenant_id)).one()
        session.get_one(Event, first.event.id).series_id = series.id
    desk.code = "second"
    assert desk.bring(EXHIBITORS, BUYERS, REQUESTS).written
    return Editions(Stage(blank, "small", slug), desk.stage)


@pytest.fixture
def editions(blank: Database, tmp_path: Path) -> Editions:
    return _editions(blank, tmp_path, "one")


def test_firms_are_the_same_in_both_editions(editions: Editions) -> None:
    assert count(editions.first.database, Organisation) == 3
    assert count(editions.first.database, Participation) == 6
    assert editions.ranked() == ["Alpha Knitting", "Beta Down"]
    assert editions.inputs() == {}


@pytest.mark.parametrize("word", ["S1", "alpha knitting"])
def test_a_supplier_the_buyer_has_is_left_out_and_told_so(editions: Editions, word: str) -> None:
    with editions.second.database.write() as session:
        buyer = find_organisation(session, editions.actor, "B1")
        profile = BuyerProfile(existing_suppliers=[word, "A firm elsewhere"])
        register_buyer(session, editions.actor, buyer.id, profile)
    found = editions.lists()
    assert [item["supplier"]["name"] for item in found["items"]] == ["Beta Down"]
    (out,) = found["left_out"]
    assert (out["supplier"]["name"], out["gate"], out["found"]) == (
        "Alpha Knitting",
        "partners",
        "is already a supplier",
    )
    assert editions.lists("de")["left_out"][0]["found"] == "ist schon Lieferant"
    assert editions.inputs() == {"Q1": {"partners": ["S1"]}}
    with editions.second.database.read() as session:
        rows = session.scalars(
            select(Match).where(Match.failed.is_not(None), Match.event_id == editions.second.event.id)
        )
        assert {row.rank for row in rows} == {None}


def test_who_met_in_an_earlier_edition_stays_with_a_note(editions: Editions) -> None:
    before = {item["supplier"]["name"]: item for item in editions.lists()["items"]}
    editions.hold("S1")
    after = {item["supplier"]["name"]: item for item in editions.lists()["items"]}
    assert after["Alpha Knitting"]["notes"] == ["They have met before."]
    assert after["Beta Down"]["notes"] == []
    for name, item in after.items():
        assert {key: item[key] for key in item if key != "notes"} == {
            key: before[name][key] for key in item if key != "notes"
        }
    assert editions.lists("zh")["items"][0]["notes"] == ["双方此前已会面。"]
    assert editions.inputs() == {"Q1": {"met": ["S1"]}}


@pytest.mark.parametrize("status", ["planned", "no_show", "cancelled"])
def test_only_meetings_that_were_held_count(editions: Editions, status: str) -> None:
    editions.hold("S1", status)
    editions.ranked()
    assert editions.inputs() == {}


def test_meetings_count_in_no_edition_but_a_later_one_of_the_series(editions: Editions) -> None:
    editions.hold("S1")
    run = editions.first.match()
    assert run.inputs["known"] == {}
    with editions.first.database.write() as session:
        session.get_one(Event, editions.first.event.id).series_id = None
    editions.ranked()
    assert editions.inputs() == {}


def test_a_later_edition_tells_an_earlier_one_nothing(editions: Editions) -> None:
    turned = Editions(editions.second, editions.first)
    turned.hold("S1")
    turned.ranked()
    assert turned.inputs() == {}


def test_another_tenant_with_the_same_codes_learns_nothing(editions: Editions, tmp_path: Path) -> None:
    other = _editions(editions.first.database, tmp_path, "two")
    editions.hold("S1")
    editions.answer(editions.first, "S2", "B1", "blocked")
    with editions.first.database.write() as session:
        buyer = find_organisation(session, editions.actor, "B1")
        register_buyer(session, editions.actor, buyer.id, BuyerProfile(existing_suppliers=["S1"]))
    found = other.lists()
    assert [(item["supplier"]["name"], item["notes"]) for item in found["items"]] == [
        ("Alpha Knitting", []),
        ("Beta Down", []),
    ]
    assert other.inputs() == {}
    editions.ranked()
    assert editions.inputs() == {"Q1": {"partners": ["S1"], "met": ["S1"]}}


@pytest.mark.parametrize(("one", "other"), [("S1", "B1"), ("B1", "S1")])
def test_a_block_holds_silently_until_the_same_side_answers_anew(editions: Editions, one: str, other: str) -> None:
    editions.answer(editions.first, one, other, "blocked")
    found = editions.lists()
    assert [item["supplier"]["name"] for item in found["items"]] == ["Beta Down"]
    assert found["left_out"] == []
    editions.answer(editions.second, other, one, "want")  # the other side's wish lifts no block
    assert editions.ranked() == ["Beta Down"]
    editions.answer(editions.second, one, other, "neutral")
    assert editions.ranked() == ["Alpha Knitting", "Beta Down"]


def test_no_thanks_of_an_earlier_edition_is_no_block(editions: Editions) -> None:
    editions.answer(editions.first, "B1", "S1", "no_thanks")
    assert editions.ranked() == ["Alpha Knitting", "Beta Down"]


def test_asking_live_knows_the_same(editions: Editions) -> None:
    editions.hold("S1")
    editions.answer(editions.first, "S2", "B1", "blocked")
    stored = editions.lists()
    with editions.second.database.read() as session:
        request = session.scalars(select(RequestRow).filter_by(event_id=editions.second.event.id)).one()
        asker = Actor(editions.actor.tenant_id, "buyer", request.organisation_id)
        wish = SourcingRequest(title="Summer T-shirts", products=["knitted T-shirts"], quantity=2000, unit="pieces")
        live = matching.rank_live(session, asker, editions.second.event.id, wish)
    assert [item["notes"] for item in live.items] == [["They have met before."]]
    assert [item["supplier"] for item in live.items] == [item["supplier"] for item in stored["items"]]
    assert live.left_out == stored["left_out"] == []
