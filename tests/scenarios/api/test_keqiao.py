"""Scenario 4 over the interface: fabrics by the metre, dyeing and printing, services, customs 1039, the train."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.databases import Server
from tests.scenarios.api.ground import Ground, ground, points

#: who is meant to lead each request, from docs/samples.md; where two are named either may
LEADERS = {
    "K01": "KQ-01", "K02": "KQ-01 KQ-02", "K03": "KQ-04", "K04": "KQ-07", "K05": "KQ-06", "K06": "KQ-08",
    "K07": "KQ-05 KQ-13", "K08": "KQ-07", "K09": "KQ-09", "K10": "KQ-03", "K11": "KQ-11", "K12": "KQ-14",
    "K13": "KQ-15", "K14": "KQ-16", "K15": "KQ-18",
}  # fmt: skip
SERVICES = {"KQ-14", "KQ-15", "KQ-16", "KQ-17", "KQ-18"}
POPLIN: dict[str, Any] = {
    "products": ["cotton poplin"], "quantity": 20000, "unit": "MTR", "gsm": 115, "delivery_country": "DE",
    "in_store_by": "2025-12-29",
}  # fmt: skip


@dataclass
class Chain:
    """The ground, and what the service answered on the way."""

    ground: Ground
    imported: list[dict[str, Any]]
    kinds: dict[str, dict[str, Any]]
    lists: dict[str, dict[str, Any]]
    profiles: dict[str, dict[str, Any]]
    in_time: dict[str, Any]
    heavy: dict[str, Any]
    cluster: dict[str, Any]
    plan: dict[str, Any]
    lists_out: list[dict[str, Any]]


@pytest.fixture(scope="module")
def chain(server: Server) -> Iterator[Chain]:
    with ground(server) as desk:
        desk.open_edition("keqiao")
        imported = desk.bring_in("keqiao")
        desk.give_key("KB-DE", "buyer")
        assert desk.match()["state"] == "done"
        kinds = {row["organisation"]["code"]: row for row in desk.all(f"{desk.place}/participations")}
        profiles = {
            code: desk.get(f"/organisations/{desk.organisations[code]}/capabilities")["document"]
            for code in ("KQ-01", "KQ-02", "KQ-07", "KQ-13")
        }
        exported = desk.post(f"{desk.place}/exports", {"what": "lists", "format": "csv"}, status=202)
        yield Chain(
            desk,
            imported,
            kinds,
            {code: desk.ranked(code, limit=20) for code in LEADERS},
            profiles,
            desk.rank("KB-DE", **POPLIN, must=["in_store_by"]),
            desk.rank("KB-DE", **(POPLIN | {"gsm": 320})),
            desk.get("/clusters/SX-KQ"),
            desk.schedule(),
            desk.follow(exported)["result"]["files"],
        )


@pytest.mark.parametrize("code", list(LEADERS))
def test_who_ought_to_lead_leads(chain: Chain, code: str) -> None:
    assert chain.lists[code]["items"][0]["code"] in LEADERS[code].split()


def test_the_workbook_came_in_whole(chain: Chain) -> None:
    tables = {table["file"]: table for done in chain.imported for table in done["result"]["tables"]}
    assert tables["exhibitors.xlsx"]["rows"] == 18
    assert not [done["result"]["errors"] for done in chain.imported if done["result"]["errors"]]


def test_fabrics_are_by_the_metre_with_their_weight(chain: Chain) -> None:
    document = chain.profiles["KQ-01"]
    assert chain.profiles["KQ-07"]["gsm_to"] == 420
    assert (document["unit"], document["gsm_from"], document["gsm_to"]) == ("MTR", 95, 140)
    right = {item["code"]: points(item)["gsm"] for item in chain.in_time["items"]}
    heavy = {item["code"]: points(item)["gsm"] for item in chain.heavy["items"]}
    assert right["KQ-01"] > heavy["KQ-01"] == 0


def test_width_and_yarn_are_said_and_found(chain: Chain) -> None:
    """A request may insist on a width, in centimetres; yarn counts fit no field: their column is kept, and goes out."""
    assert chain.profiles["KQ-01"]["width_from"] == chain.profiles["KQ-01"]["width_to"] == 148
    assert "148 cm" in chain.profiles["KQ-01"]["text"]
    assert "60s" in chain.profiles["KQ-01"]["text"]
    desk = chain.ground
    for width, kept in ((148, True), (300, False)):
        found = desk.rank("KB-DE", **(POPLIN | {"width": width, "must": ["width"]}))
        assert ("KQ-01" in {item["code"] for item in found["items"]}) is kept
    name = next(file for file in chain.lists_out if "exhibitors" in file["name"])
    content = desk.call("GET", f"/files/{name['id']}").decode("utf-8-sig")
    header = content.splitlines()[0]
    assert "Yarn count" in header
    assert "Width from" in header
    assert "combed cotton 60s × 60s" in content


def test_services_are_participants_of_their_own_kind(chain: Chain) -> None:
    kinds = {code: row["kind"] for code, row in chain.kinds.items()}
    assert {code for code, kind in kinds.items() if kind == "service-provider"} == SERVICES
    assert kinds["KQ-11"] == kinds["KQ-12"] == "dye-print-house"
    rules = {(rule["seeker"], rule["provider"]) for rule in chain.ground.event["pairing_rules"]}
    assert ("importer", "service-provider") not in rules
    for code in ("K03", "K04", "K07", "K08"):  # of importers
        assert not SERVICES & {item["code"] for item in chain.lists[code]["items"]}
    for code in ("K12", "K13", "K14"):  # of a trading company, which may seek services and nothing else
        assert {item["code"] for item in chain.lists[code]["items"]} == SERVICES


def test_a_trader_supplies_fabrics_and_buys_services(chain: Chain) -> None:
    assert (chain.kinds["KQ-13"]["supplies"], chain.kinds["KQ-13"]["buys"]) == (True, True)
    assert "KQ-13" in [item["code"] for item in chain.lists["K07"]["items"]][:2]


@pytest.mark.parametrize("code", ["K07", "K08"])
def test_market_procurement_trade_is_matched_by_its_mode(chain: Chain, code: str) -> None:
    assert "1039" in chain.profiles["KQ-13"]["customs_modes"]
    found = chain.lists[code]
    assert {"name": "customs_modes", "state": "passed"} in found["items"][0]["gates"]
    assert points(found["items"][0])["trade_terms"] > 0
    gates = {entry["code"]: entry["gate"] for entry in found["left_out"]}
    assert gates["KQ-01"] == "customs_modes"


def test_days_on_the_train_count_and_those_on_the_ship_too(chain: Chain) -> None:
    """The same poplin: 4 days of samples, 18 of weaving, and 18 by rail or 40 by sea, before 29 December (55 days)."""
    assert (chain.profiles["KQ-01"]["transit_days"], chain.profiles["KQ-02"]["transit_days"]) == (18, 40)
    for found in (chain.lists["K01"], chain.in_time):
        best = found["items"][0]
        assert best["code"] == "KQ-01"
        because = next(term["because"] for term in best["terms"] if term["name"] == "lead_time")
        assert "40" in because
        assert "55" in because
        late = next(entry for entry in found["left_out"] if entry["code"] == "KQ-02")
        assert late["gate"] == "in_store_by"
    assert {"KQ-01", "KQ-02"} == {item["code"] for item in chain.lists["K02"]["items"][:2]}


def test_the_cluster_has_its_pilots_and_its_trade(chain: Chain) -> None:
    assert any("1039" in honour for honour in chain.cluster["honours"])
    assert any("cross-border" in honour for honour in chain.cluster["honours"])
    (fact,) = chain.cluster["facts"]
    assert (fact["metric"], fact["value"], fact["unit"]) == ("trade", 330e9, "CNY")
    assert fact["qualifier"]
    assert fact["source"]


def test_only_pairs_that_the_rules_allow_meet(chain: Chain) -> None:
    rules = {(rule["seeker"], rule["provider"]) for rule in chain.ground.event["pairing_rules"]}
    assert len(chain.ground.event["slots"]) == 12
    assert 36 <= len(chain.plan["meetings"]) <= 48
    for meeting in chain.plan["meetings"]:
        one, other = (chain.kinds[code] for code in chain.ground.pair(meeting))
        assert any(
            (seeker["kind"], provider["kind"]) in rules and seeker["buys"] and provider["supplies"]
            for seeker, provider in ((one, other), (other, one))
        )
    services = [m for m in chain.plan["meetings"] if SERVICES & chain.ground.pair(m)]
    assert services
