"""The day before, everybody who meets somebody is reminded once, of what was published."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from app.core.clock import utc_now
from app.db.engine import Database
from app.db.models import Letter, Representative, Slot
from app.services.reminders import remind
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

EVENT = "/api/v1/events/e-2025"
SITE = "https://fair.example"


def _planned(client: CheckedClient, database: Database, fair: Fair, begins_in: timedelta) -> None:
    with database.write() as session:
        slots = session.scalars(select(Slot).where(Slot.event_id == fair.event_id).order_by(Slot.position.desc())).all()
        shift = utc_now() + begins_in - slots[-1].starts_at
        for slot in slots:
            slot.starts_at, slot.ends_at = slot.starts_at + shift, slot.ends_at + shift
            session.flush()
        for code in ("s1", "s2", "b1"):
            session.add(
                Representative(
                    tenant_id=fair.tenant_id, organisation_id=fair.organisations[code], name=f"Somebody of {code}",
                    email=f"{code}@example.org", consent=True, languages=["zh" if code == "s1" else "fr"],
                )
            )  # fmt: skip
    body = {"organisations": [str(fair.organisations[name]) for name in ("s1", "b1")], "slot": "s02"}
    assert client.post(f"{EVENT}/meetings", headers=fair.key(), json=body).status_code == 201


def _reminders(database: Database) -> list[Letter]:
    with database.read() as session:
        return list(session.scalars(select(Letter).where(Letter.kind == "reminder").order_by(Letter.email)))


def test_everybody_who_meets_somebody_is_reminded_once(client: CheckedClient, database: Database, fair: Fair) -> None:
    _planned(client, database, fair, timedelta(hours=20))
    assert remind(database, SITE) == 0, "nothing was published"
    assert client.post(f"{EVENT}/publications", headers=fair.key(), json={}).status_code == 201
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: remind(database, SITE), range(2))) in (2, 4)
    told = _reminders(database)
    assert [letter.email for letter in told] == ["b1@example.org", "s1@example.org"]
    assert [letter.language for letter in told] == ["fr", "zh"]
    assert "demo s1" in told[0].text
    assert told[0].attachments[0]["name"] == "timetable.ics"
    assert remind(database, SITE) == 0


def test_nobody_is_reminded_days_before(client: CheckedClient, database: Database, fair: Fair) -> None:
    _planned(client, database, fair, timedelta(hours=30))
    assert client.post(f"{EVENT}/publications", headers=fair.key(), json={}).status_code == 201
    assert remind(database, SITE) == 0
    assert _reminders(database) == []
