"""Scenario 3 over the interface: smart factories, OEM to own brand, home and abroad, two figures that disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.databases import Server
from tests.scenarios.api.ground import Ground, ground, points

#: who is meant to lead each request, from docs/samples.md
LEADERS = {
    "S01": "QH-01", "S02": "QH-03", "S03": "QH-04", "S04": "QH-07", "S05": "QH-08", "S06": "QH-10", "S07": "QH-09",
    "S08": "QH-11", "S09": "QH-06", "S10": "QH-05", "S11": "QH-12", "S12": "QH-13",
}  # fmt: skip
HOME, ABROAD, BOTH = "QH-04", "QH-14", "QH-01"


@dataclass
class Chain:
    """The ground, and what the service answered on the way."""

    ground: Ground
    lists: dict[str, dict[str, Any]]
    profile: dict[str, Any]
    machines: dict[str, Any]
    elsewhere: dict[str, Any]
    here: dict[str, Any]
    cluster: dict[str, Any]
    plan: dict[str, Any]


@pytest.fixture(scope="module")
def chain(server: Server) -> Iterator[Chain]:
    with ground(server) as desk:
        desk.open_edition("qingshanhu")
        desk.bring_in("qingshanhu")
        desk.open_phase("matching", "booking")
        for code, role in (("QH-01", "enterprise"), ("QB-US", "buyer")):
            desk.give_key(code, role)
        profile = desk.get(f"/organisations/{desk.organisations['QH-01']}/capabilities", "QH-01")
        assert desk.match()["state"] == "done"
        yield Chain(
            desk,
            {code: desk.ranked(code, limit=20) for code in LEADERS},
            profile,
            desk.rank("QB-US", products=["T-shirts"], text="hanging systems, template machines, 3-D warehouse, 5G"),
            desk.rank("QB-US", products=["T-shirts"], delivery_country="US"),
            desk.rank("QB-US", products=["T-shirts"], delivery_country="CN"),
            desk.get("/clusters/NC-QSH"),
            desk.schedule(),
        )


@pytest.mark.parametrize("code", list(LEADERS))
def test_who_ought_to_lead_leads(chain: Chain, code: str) -> None:
    assert chain.lists[code]["items"][0]["code"] == LEADERS[code]


def test_points_add_up_and_every_reason_is_given(chain: Chain) -> None:
    for found in chain.lists.values():
        for item in found["items"]:
            assert sum(points(item).values()) == pytest.approx(item["score"], abs=1e-9)
            assert all(term["because"] for term in item["terms"])


def test_level_and_machines_are_in_the_profile(chain: Chain) -> None:
    document = chain.profile["document"]
    assert document["smart_level"] == 5
    assert document["equipment"] == ["吊挂系统", "模板机", "柔性整烫设备", "立体仓库", "5G专网"]


def test_the_smart_level_is_in_the_score_and_can_be_a_gate(chain: Chain) -> None:
    found = chain.lists["S01"]
    assert points(found["items"][0])["smart_level"] > 0
    assert "QH-02" not in [item["code"] for item in found["items"]]
    assert ("QH-02", "smart_level") in [(entry["code"], entry["gate"]) for entry in found["left_out"]]


def test_machines_are_in_the_score(chain: Chain) -> None:
    """Asked for in English, found in Chinese profiles."""
    text = {item["code"]: points(item)["text"] for item in chain.machines["items"]}
    assert chain.machines["items"][0]["code"] == "QH-01"
    assert text["QH-01"] == max(text.values())
    assert text["QH-14"] > text["QH-02"]  # two of the machines, and none


def test_from_oem_over_odm_to_own_brand(chain: Chain) -> None:
    """Each step is led by a firm of that step, and business models bring points."""
    for code, leader in (("S10", "QH-05"), ("S02", "QH-03"), ("S03", "QH-04")):
        best = chain.lists[code]["items"][0]
        assert best["code"] == leader
        assert points(best)["business_models"] > 0


def test_home_abroad_or_both(chain: Chain) -> None:
    """Who sells at home gains where the goods stay, who exports where they leave, who does both in either case."""
    abroad = {item["code"]: points(item)["markets"] for item in chain.elsewhere["items"]}
    home = {item["code"]: points(item)["markets"] for item in chain.here["items"]}
    assert home[HOME] > abroad[HOME]
    assert abroad[ABROAD] > home[ABROAD]
    assert abroad[BOTH] == max(abroad.values()) > 0
    assert home[BOTH] == max(home.values()) > 0


@pytest.mark.parametrize(("code", "leader", "other"), [("S06", "QH-10", "QH-14"), ("S07", "QH-09", "QH-10")])
def test_cross_border_trade_by_its_customs_mode(chain: Chain, code: str, leader: str, other: str) -> None:
    found = chain.lists[code]
    best = found["items"][0]
    assert best["code"] == leader
    assert points(best)["trade_terms"] > 0
    assert {"name": "customs_modes", "state": "passed"} in best["gates"]
    assert (other, "customs_modes") in [(entry["code"], entry["gate"]) for entry in found["left_out"]]


def test_figures_that_disagree_stand_side_by_side(chain: Chain) -> None:
    facts = [fact for fact in chain.cluster["facts"] if fact["metric"] == "industry value"]
    assert {(fact["value"], fact["year"], fact["scope"]) for fact in facts} == {
        (45e9, "2022-23", "Qingshanhu knitwear"),
        (75e9, "2024", "all light industry and textiles of Nanchang"),
    }
    assert all(fact["source"] for fact in chain.cluster["facts"])
    assert {fact["value"] for fact in chain.cluster["facts"]} >= {2000, 1e9, 60000}


def test_a_plan_of_ten_slots_and_five_tables(chain: Chain) -> None:
    meetings = chain.plan["meetings"]
    assert len(chain.ground.event["slots"]) == 10
    assert len(chain.ground.event["places"]) == 5
    assert 40 <= len(meetings) <= 50
    assert max(Counter((m["slot"], m["place"]) for m in meetings).values()) == 1
    assert max(Counter(chain.ground.pair(m) for m in meetings).values()) == 1
    assert chain.plan["bound"] >= chain.plan["value"]
    assert all(len(pair["reason"]) > 20 for pair in chain.plan["unscheduled"])
