"""Lists that go out and come in again: the same organisations, profiles, requests, people and wishes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.db.engine import Database
from app.db.models import (
    Attendee,
    BuyerProfile,
    CapabilityProfile,
    Cluster,
    ClusterFact,
    Event,
    Organisation,
    Participation,
    Preference,
    Representative,
    Tenant,
)
from app.db.queries.grid import grid_of
from app.domain.profiles import CapabilityProfile as CapabilityShape
from app.io.editions import read_edition
from app.samples import folder
from app.services import events, profiles
from app.services.access import Actor
from app.services.exports_lists import write_lists
from app.services.imports import bring_in
from app.services.profiles import latest, latest_requests
from tests.databases import Server
from tests.services.lists import BUYERS, EXHIBITORS, REQUESTS, Desk
from tests.services.stage import Stage, staged

EDITIONS = ("paris", "zhuzhou", "keqiao", "clusters")
FORMS = (("xlsx", "en"), ("xlsx", "zh"), ("csv", "fr"), ("csv", "de"), ("csv", "it"))


@pytest.fixture(params=EDITIONS)
def loaded(request: pytest.FixtureRequest, server: Server) -> Iterator[Stage]:
    with staged(server, f"{request.param} loaded") as made:
        with made.database.read() as session:
            made.code = session.scalars(select(Event.code)).one()
        yield made


def everything(session: Session, actor: Actor, event: Event) -> dict[str, Any]:
    """All that lists hold, by names rather than ids."""
    rows = session.execute(
        select(Participation, Organisation)
        .join(Organisation, Organisation.id == Participation.organisation_id)
        .where(Participation.event_id == event.id)
    ).all()
    code = {part.id: owner.code for part, owner in rows} | {owner.id: owner.code for _, owner in rows}
    grid = grid_of(session, event.id)
    places = {place.id: place.code for place in grid.places}
    clusters = {row.id: row for row in session.scalars(select(Cluster).where(Cluster.tenant_id == actor.tenant_id))}
    people = session.scalars(select(Representative).where(Representative.tenant_id == actor.tenant_id)).all()
    named = {person.id: person.name for person in people}
    return {
        "organisations": {
            owner.code: (
                owner.name, owner.name_local, owner.country, owner.city, owner.extra, part.kind,
                part.supplies, part.buys, part.min_meetings, part.max_meetings, places.get(part.place_id),
                clusters[owner.cluster_id].code if owner.cluster_id else None,
            )
            for part, owner in rows
        },
        "capabilities": {
            code[owner]: (row.document, row.extra) for owner, row in latest(session, CapabilityProfile, code).items()
        },
        "buyers": {code[owner]: row.document for owner, row in latest(session, BuyerProfile, code).items()},
        "requests": {
            row.code: (code[row.organisation_id], revision.document, revision.extra)
            for row, revision in latest_requests(session, event.id)
        },
        "seats": sorted(
            (code[seat.participation_id], seat.number, named.get(seat.representative_id))
            for seat in session.scalars(select(Attendee).where(Attendee.event_id == event.id))
        ),
        "people": sorted(
            (code[p.organisation_id], p.name, p.role or "", p.email or "", p.phone or "", p.languages) for p in people
        ),
        "away": {code[part]: len(slots) for part, slots in grid.away.items() if part in code},
        "wishes": sorted(
            (code[row.from_id], code[row.to_id], row.answer)
            for row in session.scalars(select(Preference).where(Preference.event_id == event.id))
        ),
        "clusters": sorted(
            (row.code, row.name, row.name_local, row.place, row.country, row.specialities, row.honours)
            for row in clusters.values()
        ),
        "facts": sorted(
            (clusters[f.cluster_id].code, f.metric, f.value, f.unit, f.qualifier or "", f.year, f.scope, f.source)
            for f in session.scalars(select(ClusterFact).where(ClusterFact.cluster_id.in_(clusters)))
        ),
    }  # fmt: skip


def _again(stage: Stage, files: list[Path]) -> dict[str, Any]:
    """What a house that knows nothing has after importing these files into an empty edition of the same shape."""
    edition = next(name for name in EDITIONS if stage.code.startswith(name[:4]))
    with stage.database.write() as session:
        tenant = Tenant(slug="fresh", name="Fresh house")
        session.add(tenant)
        session.flush()
        actor = Actor(tenant.id)
        event = events.create_event(session, actor, read_edition(folder(edition) / "event.toml"))
        report = bring_in(session, actor, event, files)
        assert report.written, [problem.message for problem in report.errors]
        assert report.errors == []
        return everything(session, actor, event)


@pytest.mark.parametrize(
    ("server", "loaded", "form", "lang"),
    # files know nothing of databases: every form of every edition on one kind, some form of each on the other
    [("sqlite", edition, *form) for edition in EDITIONS for form in FORMS]
    + [("postgresql", edition, *form) for edition, form in zip(EDITIONS, FORMS[1:], strict=True)],
    indirect=["server", "loaded"],
)
def test_what_was_imported_comes_out_and_in_again(loaded: Stage, tmp_path: Path, form: str, lang: str) -> None:
    with loaded.database.read() as session:
        files, lost = write_lists(session, loaded.actor, loaded.event, tmp_path, lang=lang)
        before = everything(session, loaded.actor, loaded.event)
    assert lost == []
    after = _again(loaded, [path for path in files if path.suffix == f".{form}"])
    assert after.keys() == before.keys()
    for part, values in before.items():
        assert after[part] == values, part


# what people write into cells -----------------------------------------------------------------------------------------
_HOSTILE = CapabilityShape(
    text='=HYPERLINK("http://x.example")\nsecond line; with "quotes"',
    products=["knitted T-shirts", "Health/Medical, pads", "a;b", 'say "so"', "none", "- dashed", "60% cotton"],
    equipment=["+1 loom", "@home", "<script>alert(1)</script>", "x | y", "comma, in (brackets, too)"],
    markets=["Europe", "24/7 trade"],
    moq=1200,
    moq_per="fabric",
    capacity_per_month=1234.5,
    lead_time_days=12.125,
    price_from=1.234,
    price_to=4.5,
    currency="EUR",
    gsm_from=140.0,
    width_from=144.78,
    width_to=147.32,
    exports_to=["FR", "DE", "CN"],
    languages=["zh", "en"],
    founded=2008,
    smart_level=0,
)
#: what the import found in a column of its own, and two that were added
_OWN = {"Materials used": "green", "Hall colour": "=green", "X": "'-1"}
_CERTIFICATES = (
    "Organisation id,Certificate,Scope,Number,Body,Valid from,Valid to,Evidence,Document\n"
    "S1,GOTS,spinning; weaving,CU 1234,Control Union,2025-01-31,2026-01-30,verified,file-1\n"
)
_EXHIBITORS = EXHIBITORS.replace("Hall colour", "Materials used,=Odd header").replace(
    ",red", ',"60% cotton, 40% silk",-5'
)


@pytest.fixture
def desk(blank: Database, tmp_path: Path) -> Desk:
    return Desk(blank, tmp_path)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
def test_hostile_words_come_back_as_they_were(desk: Desk, tmp_path: Path, form: str, lang: str) -> None:
    assert desk.bring(_EXHIBITORS, BUYERS, REQUESTS, _CERTIFICATES).written
    with desk.database.write() as session:
        owner = {row.code: row.id for row in session.scalars(select(Organisation))}
        profiles.register_capabilities(session, desk.actor, owner["S2"], _HOSTILE, _OWN)
    with desk.database.read() as session:
        event = events.find_event(session, desk.actor, desk.code)
        files, lost = write_lists(session, desk.actor, event, tmp_path / "out", lang=lang)
        before = everything(session, desk.actor, event)
    assert lost == []
    after = _elsewhere(desk, [path for path in files if path.suffix == f".{form}"])
    for part in ("capabilities", "requests", "buyers", "people", "seats"):
        assert after[part] == before[part], part
    assert after["capabilities"]["S1"][0]["certificates"][0]["body"] == "Control Union"
    assert after["capabilities"]["S1"][1]["=Odd header"] == "-5"


def _elsewhere(desk: Desk, files: list[Path]) -> dict[str, Any]:
    other = Desk(desk.database, desk.folder, slug="other")
    with desk.database.write() as session:
        event = events.find_event(session, other.actor, other.code)
        report = bring_in(session, other.actor, event, files)
        assert report.written, [(problem.cell, problem.message) for problem in report.errors]
        return everything(session, other.actor, event)


def test_no_cell_of_the_csv_runs_and_no_cell_of_the_workbook_is_a_formula(desk: Desk, tmp_path: Path) -> None:
    desk.bring(_EXHIBITORS)
    with desk.database.write() as session:
        owner = session.scalars(select(Organisation).where(Organisation.code == "S2")).one()
        profiles.register_capabilities(session, desk.actor, owner.id, _HOSTILE)
    with desk.database.read() as session:
        files, _ = write_lists(session, desk.actor, events.find_event(session, desk.actor, desk.code), tmp_path)
    rows = list(csv.reader((tmp_path / "lists" / "exhibitors.csv").read_text("utf-8-sig").splitlines(keepends=True)))
    assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@" and cell]
    for sheet in openpyxl.load_workbook(tmp_path / "lists.xlsx"):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    read = json.loads((tmp_path / "lists.json").read_text("utf-8"))
    assert read["format"] == "fairmatch/lists@1"
    assert read["exhibitors"][1]["products"] == _HOSTILE.products
    assert files[0].name == "lists.xlsx"


@pytest.mark.parametrize("lang", ["en", "zh", "fr", "de", "it"])
def test_who_is_on_neither_side_stays_so(desk: Desk, tmp_path: Path, lang: str) -> None:
    desk.bring("Id,Company name,Kind,Side,MOQ\nA1,Guild,Association,guest,\n", EXHIBITORS)
    with desk.database.read() as session:
        event = events.find_event(session, desk.actor, desk.code)
        files, _ = write_lists(session, desk.actor, event, tmp_path, kinds=["exhibitors"], lang=lang)
    other = replace(desk, slug="two")
    assert other.bring_files([path for path in files if path.suffix == ".csv"]).errors == []
    sides = select(Organisation.code, Participation.supplies, Participation.buys).join(
        Participation, Participation.organisation_id == Organisation.id
    )
    for one in (desk, other):
        with one.database.read() as session:
            rows = session.execute(sides.where(Organisation.tenant_id == one.actor.tenant_id)).all()
        assert {row[0]: row[1:] for row in rows} == {"A1": (False, False), "S1": (True, False), "S2": (True, False)}


def test_what_would_not_come_back_is_told(desk: Desk, tmp_path: Path) -> None:
    desk.bring(EXHIBITORS)
    odd = CapabilityShape(products=["Cotton", "cotton "], unit="pieces", text="  indented", capacity_per_month=1.2345)
    with desk.database.write() as session:
        owner = session.scalars(select(Organisation).where(Organisation.code == "S1")).one()
        profiles.register_capabilities(session, desk.actor, owner.id, odd)
    with desk.database.read() as session:
        event = events.find_event(session, desk.actor, desk.code)
        _, lost = write_lists(session, desk.actor, event, tmp_path, kinds=["exhibitors"])
    assert {f"exhibitors, S1: {name}" for name in ("unit", "text", "capacity_per_month")} <= set(lost)


def test_only_the_kinds_asked_for_and_only_for_the_organiser(desk: Desk, tmp_path: Path) -> None:
    desk.bring(EXHIBITORS, BUYERS, REQUESTS)
    with desk.database.read() as session:
        event = events.find_event(session, desk.actor, desk.code)
        files, _ = write_lists(session, desk.actor, event, tmp_path, kinds=["requests"])
        assert [path.name for path in files] == ["lists.xlsx", "requests.csv", "lists.json"]
        with pytest.raises(InvalidInputError, match="no kind of list"):
            write_lists(session, desk.actor, event, tmp_path, kinds=["wishes"])
        with pytest.raises(NotFoundError, match="nothing in these lists"):
            write_lists(session, desk.actor, event, tmp_path, kinds=["preferences"])
        buyer = replace(desk.actor, role="buyer", organisation_id=event.id)
        with pytest.raises(NotAllowedError):
            write_lists(session, buyer, event, tmp_path)


def test_the_same_state_gives_the_same_bytes(desk: Desk, tmp_path: Path) -> None:
    desk.bring(EXHIBITORS, BUYERS, REQUESTS)
    with desk.database.read() as session:
        event = events.find_event(session, desk.actor, desk.code)
        pair = [write_lists(session, desk.actor, event, tmp_path / name)[0] for name in ("a", "b")]
    for one, two in zip(*pair, strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name
