"""Scenario 5 over the interface: a conference without a buyer side, and specialities that lead in five languages."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.samples import folder
from tests.databases import Server
from tests.scenarios.api.ground import Ground, ground

with (folder("clusters") / "asked.csv").open(encoding="utf-8-sig", newline="") as _file:
    ASKED = [(row["Language"], row["Asked"], row["Leader"]) for row in csv.DictReader(_file)]


@dataclass
class Chain:
    """The ground, and what the service answered on the way."""

    ground: Ground
    agenda: list[dict[str, Any]]
    parts: list[dict[str, Any]]
    clusters: dict[str, dict[str, Any]]
    leaders: dict[str, dict[str, str]]
    run: dict[str, Any]
    refused: dict[str, Any]
    at_the_door: dict[str, Any]
    arrivals: dict[str, Any]


@pytest.fixture(scope="module")
def chain(server: Server) -> Iterator[Chain]:
    with ground(server) as desk:
        desk.open_edition("clusters")
        desk.bring_in("clusters")
        parts = desk.all(f"{desk.place}/participations")
        for row in parts:  # an association sells nothing
            if row["kind"] == "association":
                desk.change(f"/participations/{row['id']}", {"supplies": False})
        parts = [desk.get(f"/participations/{row['id']}") for row in parts]
        run = desk.follow(desk.post(f"{desk.place}/match-runs", status=202), well=False)
        person = next(a for p in parts for a in p["details"]["attendees"] if a["person"]["name"] == "安一帆")
        door = {"name": person["person"]["name"], "at": "2025-10-16T08:50"}
        leaders: dict[str, dict[str, str]] = {"products": {}, "text": {}}
        for language, words, _ in ASKED:
            leaders["products"][words] = desk.rank(products=[words], limit=1, lang=language)["items"][0]["code"]
            leaders["text"][words] = desk.rank(text=words, limit=1, lang=language)["items"][0]["code"]
        yield Chain(
            desk,
            desk.get(f"{desk.place}/agenda")["items"],
            parts,
            {row["code"]: desk.get(f"/clusters/{row['code']}") for row in desk.all("/clusters")},
            leaders,
            run,
            desk.post(f"{desk.place}/schedules", status=422),
            desk.post(f"{desk.place}/check-ins", door),
            desk.get(f"{desk.place}/arrivals", at="2025-10-16T09:00"),
        )


def test_an_event_without_a_buyer_side(chain: Chain) -> None:
    assert chain.ground.event["form"] == "conference"
    assert chain.ground.event["slots"] == []
    assert not any(row["buys"] for row in chain.parts)
    assert chain.ground.requests == {}


def test_what_a_conference_has_no_use_for_says_so(chain: Chain) -> None:
    assert "no sourcing request yet" in chain.run["error"]
    assert "match run" in chain.refused["detail"]


def test_the_agenda_has_talks_a_discussion_and_a_guided_visit(chain: Chain) -> None:
    kinds = Counter(item["kind"] for item in chain.agenda)
    assert kinds["talk"] >= 5
    assert kinds["discussion"] == kinds["visit"] == 1
    assert [item["starts_at"] for item in chain.agenda] == sorted(item["starts_at"] for item in chain.agenda)
    assert all(item["starts_at"].endswith("+08:00") for item in chain.agenda)
    assert all(item["speaker"] for item in chain.agenda if item["kind"] == "talk")


def test_ninety_people_from_clusters_and_associations(chain: Chain) -> None:
    people = [a["person"]["name"] for row in chain.parts for a in row["details"]["attendees"] if a["person"]]
    assert len(people) == len(set(people)) == 90
    assert Counter(row["kind"] for row in chain.parts) == {"cluster-body": 7, "association": 6}


def test_somebody_arrives(chain: Chain) -> None:
    assert chain.at_the_door["organisation"]["name"] == "Dandong delegation (sample)"
    assert chain.arrivals["counts"] == {"expected": 12, "arrived": 1, "late": 0}


@pytest.mark.parametrize(
    ("cluster", "value", "year", "speciality"),
    [
        ("DD-DD", 86, "", "tussah silk"),
        ("DD-DD", 10e9, "", "protective clothing"),
        ("ZS-SX", 1500, "", "leisure wear"),
        ("PH-PH", 200e6, "", "down jackets"),
        ("NB-NB", 132.33e9, "2024", "suits"),
    ],
)
def test_public_facts_of_the_clusters(chain: Chain, cluster: str, value: float, year: str, speciality: str) -> None:
    found = chain.clusters[cluster]
    fact = next(fact for fact in found["facts"] if fact["value"] == value)
    assert fact["year"] == year
    assert fact["scope"]
    assert fact["source"]
    assert speciality in found["specialities"]


def test_humen_is_there_with_its_full_chain(chain: Chain) -> None:
    assert {"women's wear", "children's wear", "accessories"} <= set(chain.clusters["DG-HM"]["specialities"])
    assert "CL-HUMEN" not in chain.leaders["products"].values()


@pytest.mark.parametrize("how", ["products", "text"])
@pytest.mark.parametrize(("language", "words", "leader"), ASKED, ids=[f"{row[0]} {row[1]}" for row in ASKED])
def test_who_is_known_for_it_leads(chain: Chain, how: str, language: str, words: str, leader: str) -> None:
    assert chain.leaders[how][words] == leader, language
