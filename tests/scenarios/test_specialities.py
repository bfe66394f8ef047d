"""Scenario 5: ask for what a cluster is known for, in five languages, and that cluster leads."""

from __future__ import annotations

import csv
from uuid import UUID

import pytest
from sqlalchemy import select

from app.db.models import Cluster, ClusterFact, Organisation
from app.domain.profiles import SourcingRequest
from app.samples import folder
from app.services import matching
from tests.services.stage import Stage

with (folder("clusters") / "asked.csv").open(encoding="utf-8-sig", newline="") as _file:
    ASKED = [(row["Language"], row["Asked"], row["Leader"]) for row in csv.DictReader(_file)]


def _leader(stage: Stage, request: SourcingRequest) -> str:
    with stage.database.read() as session:
        found = matching.rank_live(session, stage.actor, stage.event.id, request, limit=2)
        assert found.items, "somebody is ranked"
        return session.get_one(Organisation, UUID(found.items[0]["supplier"]["id"])).code


def test_forty_are_asked_in_five_languages() -> None:
    assert len(ASKED) == 40
    assert {row[0] for row in ASKED} == {"en", "zh", "fr", "de", "it"}
    assert len({row[2] for row in ASKED}) == 6


@pytest.mark.parametrize(("language", "words", "leader"), ASKED, ids=[f"{row[0]} {row[1]}" for row in ASKED])
@pytest.mark.parametrize("how", ["products", "text"])
def test_who_is_known_for_it_leads(clusters: Stage, language: str, words: str, leader: str, how: str) -> None:
    request = SourcingRequest(products=[words]) if how == "products" else SourcingRequest(text=words)
    assert _leader(clusters, request) == leader


def test_the_full_chain_leads_for_none_of_them() -> None:
    assert "CL-HUMEN" not in {row[2] for row in ASKED}


def test_dated_figures_of_clusters_are_kept_with_scope_year_and_source(clusters: Stage) -> None:
    with clusters.database.read() as session:
        facts = session.execute(select(ClusterFact, Cluster.name).join(Cluster)).all()
    assert len(facts) == 11
    for fact, _ in facts:
        assert fact.value > 0
        assert fact.scope
        assert fact.source
    assert 132.33e9 in {fact.value for fact, _ in facts}
