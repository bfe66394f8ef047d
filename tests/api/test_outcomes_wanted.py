"""After the last slot everybody whose account is missing is asked once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import Letter, Meeting, Representative, Slot
from app.services.outcomes_wanted import ask_for_outcomes
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

EVENT = "/api/v1/events/e-2025"
SITE = "https://fair.example"


def _held(client: CheckedClient, database: Database, fair: Fair, told: bool = True) -> list[str]:
    made = []
    for one, other, slot in (("s1", "b1", "s01"), ("s1", "b2", "s02"), ("s2", "b1", "s03")):
        body = {"organisations": [str(fair.organisations[name]) for name in (one, other)], "slot": slot}
        made.append(client.post(f"{EVENT}/meetings", headers=fair.key(), json=body).json()["id"])
    if told:
        assert client.post(f"{EVENT}/publications", headers=fair.key(), json={}).status_code == 201
    with database.write() as session:
        for code in ("s1", "s2", "s3", "b1"):
            session.add(
                Representative(
                    tenant_id=fair.tenant_id, organisation_id=fair.organisations[code], name=f"Somebody of {code}",
                    email=f"{code}@example.org", consent=True, languages=["fr"],
                )
            )  # fmt: skip
    return made


def _ended(database: Database, fair: Fair, ago: timedelta) -> None:
    with database.write() as session:
        slots = session.scalars(select(Slot).where(Slot.event_id == fair.event_id).order_by(Slot.position.desc())).all()
        shift = utc_now() - ago - slots[0].ends_at
        for slot in sorted(slots, key=lambda s: s.position, reverse=shift > timedelta()):
            slot.starts_at, slot.ends_at = slot.starts_at + shift, slot.ends_at + shift
            session.flush()


def test_those_who_have_not_told_are_asked_once(client: CheckedClient, database: Database, fair: Fair) -> None:
    first, _, third = _held(client, database, fair)
    _ended(database, fair, timedelta(minutes=5))
    said = client.put(f"/api/v1/meetings/{first}/outcome", headers=fair.key("b1"), json={"rating": 5})
    assert said.status_code == 200
    with database.write() as session:
        next(m for m in session.scalars(select(Meeting)) if str(m.id) == third).status = "no_show"
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda _: ask_for_outcomes(database, SITE), range(2))) == [0, 1]
    with database.read() as session:
        (letter,) = session.scalars(select(Letter)).all()
    assert (letter.email, letter.kind, letter.language) == ("s1@example.org", "outcomes-wanted", "fr")
    assert "demo b1" in letter.text
    assert "demo b2" in letter.text
    assert "https://fair.example/events/e-2025/outcomes" in letter.text
    assert ask_for_outcomes(database, SITE) == 0


def test_nobody_is_asked_before_the_end_or_a_week_after(client: CheckedClient, database: Database, fair: Fair) -> None:
    _held(client, database, fair)
    assert ask_for_outcomes(database, SITE) == 0  # the edition of 2025 ended long ago
    _ended(database, fair, timedelta(minutes=-20))
    assert ask_for_outcomes(database, SITE) == 0
    _ended(database, fair, timedelta(days=6))
    assert ask_for_outcomes(database, SITE) == 3


def test_no_letter_tells_of_a_meeting_that_was_not_published(
    client: CheckedClient, database: Database, fair: Fair
) -> None:
    first, *_ = _held(client, database, fair, told=False)
    _ended(database, fair, timedelta(minutes=5))
    assert ask_for_outcomes(database, SITE) == 0
    with database.write() as session:
        next(m for m in session.scalars(select(Meeting)) if str(m.id) == first).status = "held"
    assert ask_for_outcomes(database, SITE) == 2
    with database.read() as session:
        texts = {letter.email: letter.text for letter in session.scalars(select(Letter))}
    assert set(texts) == {"s1@example.org", "b1@example.org"}
    assert "demo b2" not in texts["s1@example.org"]
    assert "demo s2" not in texts["b1@example.org"]
