"""Scenario 2 in small: clusters, markets, brands and agents; any kind with any that the rules allow; Chinese only."""

from __future__ import annotations

import re
from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.models import BuyerProfile, CapabilityProfile, InterpreterHold, Match, Meeting, Organisation, Participation
from app.domain.scheduling.verify import verify
from app.services import events, matching
from app.services.problems import current_schedule, last_match_run
from app.services.publishing.schedules import schedule_view
from tests.services.stage import Stage

_BOTH = {"ZZ-B1", "ZZ-B2"}


@pytest.fixture(scope="session")
def people(zhuzhou: Stage) -> dict[UUID, tuple[str, Participation]]:
    with zhuzhou.database.read() as session:
        rows = session.execute(select(Participation, Organisation.code).join(Organisation)).all()
    return {row[0].id: (row[1], row[0]) for row in rows}


@pytest.fixture(scope="session")
def ranked(zhuzhou: Stage) -> list[Match]:
    with zhuzhou.database.read() as session:
        run = last_match_run(session, zhuzhou.event.id)
        assert run is not None
        return list(session.scalars(select(Match).where(Match.run_id == run.id, Match.rank.is_not(None))))


def test_four_kinds_and_two_on_both_sides(people: dict[UUID, tuple[str, Participation]]) -> None:
    assert len(people) == 14
    assert {part.kind for _, part in people.values()} == {
        "cluster-body", "professional-market", "brand-owner", "agent", "manufacturer",
    }  # fmt: skip
    assert {code for code, part in people.values() if part.supplies and part.buys} == _BOTH


def test_an_organisation_on_both_sides_has_both_profiles(zhuzhou: Stage) -> None:
    with zhuzhou.database.read() as session:
        able = set(session.scalars(select(Organisation.code).join(CapabilityProfile)))
        wanting = set(session.scalars(select(Organisation.code).join(BuyerProfile)))
    assert able & wanting == _BOTH


def test_a_brand_buys_in_one_pairing_and_supplies_in_another(
    zhuzhou: Stage, people: dict[UUID, tuple[str, Participation]], ranked: list[Match]
) -> None:
    for code in _BOTH:
        as_buyer = {people[row.provider_id][1].kind for row in ranked if people[row.seeker_id][0] == code}
        as_supplier = {people[row.seeker_id][1].kind for row in ranked if people[row.provider_id][0] == code}
        assert as_buyer <= {"cluster-body", "manufacturer"}
        assert as_buyer
        assert as_supplier <= {"professional-market", "agent"}
        assert as_supplier
    assert all(row.seeker_id != row.provider_id for row in ranked)


def test_only_pairs_that_the_rules_allow(
    zhuzhou: Stage, people: dict[UUID, tuple[str, Participation]], ranked: list[Match]
) -> None:
    with zhuzhou.database.read() as session:
        rules = events.pairing_rules(session, zhuzhou.event.id)
        meetings = list(session.scalars(select(Meeting)))
    assert len(rules.allowed) == 6
    for row in ranked:
        assert (people[row.seeker_id][1].kind, people[row.provider_id][1].kind) in rules.allowed
    for meeting in meetings:
        kinds = people[meeting.low_id][1].kind, people[meeting.high_id][1].kind
        assert kinds in rules.allowed or kinds[::-1] in rules.allowed


def test_a_factory_meets_markets_through_its_delegation_only(
    people: dict[UUID, tuple[str, Participation]], ranked: list[Match]
) -> None:
    kinds = {people[row.seeker_id][1].kind for row in ranked if people[row.provider_id][0].startswith("ZZ-F")}
    assert kinds == {"brand-owner"}


def test_the_delegation_a_factory_came_with_is_kept(zhuzhou: Stage) -> None:
    with zhuzhou.database.read() as session:
        rows = {row.code: row.extra for row in session.scalars(select(Organisation))}
    assert rows["ZZ-F1"]["随代表团"] == "ZZ-C1"


@pytest.mark.parametrize(
    ("request_code", "leader"),
    [("X01", "ZZ-C1"), ("X05", "ZZ-C2"), ("X08", "ZZ-C4"), ("X10", "ZZ-F1"), ("X12", "ZZ-C3"), ("X14", "ZZ-B2")],
)
def test_who_leads(
    zhuzhou: Stage, people: dict[UUID, tuple[str, Participation]], request_code: str, leader: str
) -> None:
    with zhuzhou.database.read() as session:
        (one,) = matching.ranked_lists(session, zhuzhou.actor, zhuzhou.event, request_code=request_code, lang="zh")
        best = session.get_one(Organisation, UUID(one["items"][0]["supplier"]["id"]))
    assert best.code == leader
    for term in one["items"][0]["terms"]:
        assert re.search(r"[一-鿿]", term["because"]), term


def test_everybody_speaks_chinese_and_no_interpreter_is_taken(zhuzhou: Stage) -> None:
    with zhuzhou.database.read() as session:
        assert session.scalars(select(InterpreterHold)).all() == []


def test_everybody_meets_somebody_and_the_plan_is_legal(
    zhuzhou: Stage, people: dict[UUID, tuple[str, Participation]]
) -> None:
    with zhuzhou.database.read() as session:
        schedule = current_schedule(session, zhuzhou.event.id)
        assert schedule is not None
        assert schedule.problem is not None
        meetings = list(session.scalars(select(Meeting).filter_by(schedule_id=schedule.id)))
        view = schedule_view(session, zhuzhou.actor, schedule.id)
    held = Counter(party for meeting in meetings for party in (meeting.low_id, meeting.high_id))
    assert set(held) == set(people)
    assert len(meetings) <= 40
    assert max(Counter((m.low_id, m.high_id) for m in meetings).values()) == 1
    assert max(held.values()) <= 8
    name = {frozenset(meeting["participants"]): meeting["id"] for meeting in schedule.problem["meetings"]}
    codes = {str(part.organisation_id): code for code, part in people.values()}
    plan = {
        "format": "fairmatch/plan@1",
        **{k: view[k] for k in ("status", "value", "objective", "bound", "gap", "breaks", "seed")},
        "missing_required": view["missing_required"], "shortfall": view["shortfall"], "seconds": 0.0,
        "meetings": [
            {
                "id": name[frozenset(codes[party["id"]] for party in m["organisations"])],
                "slot": m["slot"], "place": m["place"], "interpreter": m["interpreter"],
            }
            for m in view["meetings"]
        ],
        "unscheduled": [
            {
                "id": name[frozenset(codes[party["id"]] for party in pair["pair"])],
                "reason": pair["reason"], "code": pair["code"],
            }
            for pair in view["unscheduled"]
        ],
    }  # fmt: skip
    assert verify(schedule.problem, plan).violations == ()
