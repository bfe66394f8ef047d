"""Scenario 2 over the interface: the club of clusters, markets, brands and agents, and its second edition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.samples import folder
from tests.databases import Server
from tests.scenarios.api.ground import Ground, ground

RULES = {
    ("professional-market", "cluster-body"), ("professional-market", "brand-owner"), ("brand-owner", "cluster-body"),
    ("brand-owner", "manufacturer"), ("agent", "brand-owner"), ("agent", "cluster-body"),
}  # fmt: skip
BOTH = ("ZZ-B1", "ZZ-B2")
MEMBERS = {"ZZ-F1": "ZZ-C1", "ZZ-F2": "ZZ-C1"}
HAN = re.compile(r"[一-鿿]")


@dataclass
class Edition:
    """One edition as the service answered for it."""

    event: dict[str, Any]
    kinds: dict[str, dict[str, Any]]
    run: dict[str, Any]
    lists: dict[str, dict[str, Any]]
    plan: dict[str, Any]
    report: dict[str, Any]

    def proposed(self, buyer_of: dict[str, str]) -> set[frozenset[str]]:
        """Pairs of the ranked lists."""
        return {frozenset((buyer_of[r], item["code"])) for r, found in self.lists.items() for item in found["items"]}


@dataclass
class Chain:
    """Both editions, and what came of the first."""

    ground: Ground
    first: Edition
    second: Edition
    profiles: list[dict[str, Any]]
    buyer_of: dict[str, str]
    closed: set[frozenset[str]]
    sampled: set[frozenset[str]]
    lesson: dict[str, Any]
    series: dict[str, Any]


def _hold(desk: Ground) -> Edition:
    """Match and plan the edition that is open."""
    run = desk.match()
    return Edition(
        desk.event,
        {row["organisation"]["code"]: row for row in desk.all(f"{desk.place}/participations")},
        run,
        {code: desk.ranked(code, limit=20, lang="zh") for code in desk.requests},
        desk.schedule(),
        {},
    )


def _tell(desk: Ground, plan: dict[str, Any]) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """Mark every meeting as held and say what came of it: three orders, samples and offers, and nothing at all."""
    closed: set[frozenset[str]] = set()
    sampled: set[frozenset[str]] = set()
    meetings = sorted(plan["meetings"], key=lambda m: (-m["value"], sorted(desk.pair(m))))
    for number, meeting in enumerate(meetings):
        desk.post(f"/meetings/{meeting['id']}/state", {"state": "held", "at": "2025-11-06T17:00"})
        if number < 3:
            said = {"rating": 5, "order_value": 80000, "currency": "CNY", "next_step": "order", "reportable": True}
            closed.add(desk.pair(meeting))
        elif number < len(meetings) // 2:
            offer = {"quantity": 3000, "unit_price": 42, "currency": "CNY"}
            said = {"rating": 4, "sample_requested": True, "next_step": "sample", "quotations": [offer]}
            sampled.add(desk.pair(meeting))
        else:
            said = {"rating": 2}
        for side in meeting["organisations"][: 2 if number < 3 else 1]:
            desk.put(f"/meetings/{meeting['id']}/outcome", said | {"organisation": side["id"]})
    return closed, sampled


@pytest.fixture(scope="module")
def chain(server: Server) -> Iterator[Chain]:
    with ground(server) as desk:
        desk.open_edition("zhuzhou", pairing_rules=[])
        rules = [{"seeker": seeker, "provider": provider} for seeker, provider in sorted(RULES)]
        desk.event = desk.put(f"{desk.place}/pairing-rules", {"pairing_rules": rules})
        desk.bring_in("zhuzhou")
        for member, body in MEMBERS.items():
            desk.change(f"/participations/{desk.parts[member]}", {"delegation_id": desk.parts[body]})
        profiles = [
            desk.get(f"/organisations/{row['organisation']['id']}/{profile}")["document"]
            for row in desk.all(f"{desk.place}/participations")
            for profile, has in (("capabilities", row["supplies"]), ("buyer-profile", row["buys"]))
            if has
        ]
        first = _hold(desk)
        first.kinds = {code: desk.get(f"/participations/{row['id']}") for code, row in first.kinds.items()}
        closed, sampled = _tell(desk, first.plan)
        first.report = desk.get(f"{desk.place}/report", lang="zh")
        lesson = desk.post(f"{desk.place}/lessons", status=201)
        copied = {"code": "zhuzhou-2", "starts_on": "2026-05-06", "participants": True}
        desk.event = desk.post(f"{desk.place}/copy", copied, status=201)
        asked = (folder("zhuzhou") / "requests.csv").read_bytes()
        query = {"filename": "requests.csv"}
        done = desk.follow(desk.call("POST", f"{desk.place}/imports", status=202, content=asked, params=query))
        assert done["result"]["written"], done["result"]
        desk.look()
        second = _hold(desk)
        for meeting in second.plan["meetings"][:10]:
            desk.post(f"/meetings/{meeting['id']}/state", {"state": "held", "at": "2026-05-06T17:00"})
        second.report = desk.get(f"{desk.place}/report", lang="zh")
        owners = {row["code"]: row["organisation_id"] for row in desk.all("/sourcing-requests", event_id="zhuzhou-2")}
        series = next(row for row in desk.all("/series") if row["code"] == "three-plus-one")
        buyer_of = {code: desk.codes[owner] for code, owner in owners.items()}
        yield Chain(desk, first, second, profiles, buyer_of, closed, sampled, lesson, series)


def test_one_body_hosts_one_guides_associations_coordinate(chain: Chain) -> None:
    assert Counter(body["role"] for body in chain.first.event["bodies"]) == {"host": 1, "guidance": 1, "support": 2}


def test_who_may_meet_whom_is_a_table_of_this_edition(chain: Chain) -> None:
    assert {(rule["seeker"], rule["provider"]) for rule in chain.first.event["pairing_rules"]} == RULES
    kinds = {code: row["kind"] for code, row in chain.first.kinds.items()}
    for code, found in chain.first.lists.items():
        for item in found["items"]:
            assert (kinds[chain.buyer_of[code]], kinds[item["code"]]) in RULES
    for meeting in chain.first.plan["meetings"]:
        one, other = (kinds[code] for code in chain.ground.pair(meeting))
        assert {(one, other), (other, one)} & RULES


@pytest.mark.parametrize("code", BOTH)
def test_an_organisation_buys_in_one_pairing_and_supplies_in_another(chain: Chain, code: str) -> None:
    row = chain.first.kinds[code]
    assert (row["supplies"], row["buys"]) == (True, True)
    kinds = {other: part["kind"] for other, part in chain.first.kinds.items()}
    bought = {
        kinds[item["code"]]
        for request, found in chain.first.lists.items()
        if chain.buyer_of[request] == code
        for item in found["items"]
    }
    supplied = {
        kinds[chain.buyer_of[request]]
        for request, found in chain.first.lists.items()
        if code in [item["code"] for item in found["items"]]
    }
    assert bought
    assert supplied
    assert bought <= {"cluster-body", "manufacturer"}
    assert supplied <= {"professional-market", "agent"}


def test_a_delegation_meets_as_one(chain: Chain) -> None:
    """It is one participant with its people; whoever meets its members meets them through it, and each pair once."""
    body = chain.first.kinds["ZZ-C1"]
    for member in MEMBERS:
        assert chain.first.kinds[member]["details"]["delegation_id"] == body["id"]
    pairs = Counter(chain.ground.pair(meeting) for meeting in chain.first.plan["meetings"])
    assert max(pairs.values()) == 1
    assert not [pair for pair in pairs if pair & MEMBERS.keys()]
    with_body = {code for pair in pairs if "ZZ-C1" in pair for code in pair - {"ZZ-C1"}}
    assert {"professional-market", "brand-owner"} <= {chain.first.kinds[code]["kind"] for code in with_body}
    slots = [meeting["slot"] for meeting in chain.first.plan["meetings"] if "ZZ-C1" in chain.ground.pair(meeting)]
    seats = len(body["details"]["attendees"])
    assert max(Counter(slots).values()) <= seats


def test_the_delegation_is_ranked_with_what_its_members_do(chain: Chain) -> None:
    found = [item for ranked in chain.first.lists.values() for item in ranked["items"]]
    assert not [item for item in found if item["code"] in MEMBERS]
    through = [item for item in found if item["code"] == "ZZ-C1"]
    assert through
    for item in through:
        assert {chain.ground.codes[member["id"]] for member in item["members"]} == MEMBERS.keys()
    assert any(member["can"] for item in through for member in item["members"])
    assert not [item for item in found if item["code"] != "ZZ-C1" and item["members"]]


def test_domestic_trade_in_yuan_without_incoterms(chain: Chain) -> None:
    assert chain.first.event["currency"] == "CNY"
    assert {profile["currency"] for profile in chain.profiles if profile.get("currency")} == {"CNY"}
    assert not any(profile.get("incoterms") for profile in chain.profiles)


def test_chinese_only_and_no_interpreter(chain: Chain) -> None:
    assert {tuple(profile["languages"]) for profile in chain.profiles} == {("zh",)}
    assert chain.first.event["interpreters"] == []
    assert {meeting["interpreter"] for meeting in chain.first.plan["meetings"]} == {None}
    for found in chain.first.lists.values():
        for item in found["items"]:
            assert all(HAN.search(term["because"]) for term in item["terms"])


def test_everybody_meets_somebody(chain: Chain) -> None:
    met = Counter(code for meeting in chain.first.plan["meetings"] for code in chain.ground.pair(meeting))
    assert set(met) == set(chain.first.kinds) - MEMBERS.keys()
    assert len(met) == 12
    assert 35 <= len(chain.first.plan["meetings"]) <= 40


def test_edition_two_is_edition_one_half_a_year_later(chain: Chain) -> None:
    assert chain.second.event["starts_on"] == "2026-05-06"
    times = [[slot["starts_at"][11:] for slot in each.event["slots"]] for each in (chain.first, chain.second)]
    assert times[0] == times[1]
    for same in ("pairing_rules", "rules", "bodies", "series", "currency"):
        assert chain.first.event[same] == chain.second.event[same]
    assert set(chain.second.kinds) == set(chain.first.kinds)
    assert [edition["code"] for edition in chain.series["editions"]] == ["zhuzhou-1", "zhuzhou-2"]
    assert chain.series["editions"][1]["copied_from_id"] == chain.first.event["id"]


def test_pairs_that_closed_are_not_proposed_again(chain: Chain) -> None:
    assert len(chain.closed) == 3
    assert chain.closed <= chain.first.proposed(chain.buyer_of)
    assert not chain.closed & chain.second.proposed(chain.buyer_of)
    assert not chain.closed & {chain.ground.pair(meeting) for meeting in chain.second.plan["meetings"]}
    named = {
        frozenset((chain.buyer_of[request], entry["code"]))
        for request, found in chain.second.lists.items()
        for entry in found["left_out"]
        if entry["gate"] == "partners"
    }
    assert named & chain.closed


def test_pairs_that_met_without_an_order_may_meet_again_and_it_is_told(chain: Chain) -> None:
    assert chain.sampled & chain.second.proposed(chain.buyer_of)
    notes = {
        frozenset((chain.buyer_of[request], item["code"])): item["notes"]
        for request, found in chain.second.lists.items()
        for item in found["items"]
    }
    assert any(notes[pair] for pair in chain.sampled if pair in notes)


def test_edition_two_learns_from_what_came_of_edition_one(chain: Chain) -> None:
    lesson = chain.lesson
    assert lesson["pairs"] == len(chain.first.plan["meetings"])
    assert lesson["came_to_something"] == len(chain.closed) + len(chain.sampled)
    assert lesson["weights_after"] != lesson["weights_before"]
    assert lesson["brier_after"] <= lesson["brier_before"]
    assert chain.first.run["lesson"] is None
    assert (chain.second.run["lesson"] is not None) == lesson["in_use"]
    assert chain.second.run["model_hash"] != chain.first.run["model_hash"]


def test_the_change_between_editions_is_reported(chain: Chain) -> None:
    report, before = chain.second.report, chain.second.report["before"]
    assert before["event"]["code"] == "zhuzhou-1"
    assert before["meetings"] == chain.first.report["meetings"]
    assert before["meetings"]["held"] == len(chain.first.plan["meetings"])
    assert report["meetings"]["held"] == 10
    assert before["samples"] == len(chain.sampled)
    assert chain.first.report["before"] is None
