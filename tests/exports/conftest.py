"""A small Paris edition with everything that people put into names."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.matchlists import MatchGate, MatchRow, MatchTerm
from app.domain.timetables import (
    EventInfo,
    LeftOut,
    OrganisingBody,
    Party,
    PlannedMeeting,
    ScheduleFacts,
    Slot,
    Timetable,
)

FIRST = datetime(2025, 9, 15, 11, 30, tzinfo=UTC)  # 13:30 in Paris
HALF_HOUR = timedelta(minutes=30)

SUPPLIERS = (
    Party("s1", "Qingshanhu Harbour Knitting", "青山湖港湾针织有限公司", "manufacturer", "CN", ("zh", "en")),
    Party("s2", "Nanchang Éclat Textile", "南昌艺蓝纺织", "fabric-mill", "CN", ("zh",)),
    Party("s3", "Unbooked Garments", "未排程服饰", "manufacturer", "CN", ("zh",)),
)
BUYERS = (
    Party("b1", "Maison Été & Fils", None, "brand-owner", "FR", ("fr",)),
    Party("b2", "Größenwahn Strickwaren GmbH", None, "retailer", "DE", ("de", "en")),
)


def meeting(number: int, slot: int, place: str, supplier: Party, buyer: Party, **more: object) -> PlannedMeeting:
    start = FIRST + slot * HALF_HOUR
    values: dict[str, object] = {"sequence": 0, "purpose": "ODM development", "score": 71.25, **more}
    return PlannedMeeting(
        id=f"019948a0-0000-7000-8000-{number:012d}",
        starts_at=start,
        ends_at=start + HALF_HOUR,
        place=place,
        parties=(supplier, buyer),
        **values,  # type: ignore[arg-type]
    )


@pytest.fixture
def timetable() -> Timetable:
    s1, s2, _ = SUPPLIERS
    b1, b2 = BUYERS
    event = EventInfo(
        code="paris-2025",
        name="Nanchang Qingshanhu in Paris: matching event",
        zone="Europe/Paris",
        place="Paris Le Bourget, hall 4",
        starts_on=date(2025, 9, 15),
        ends_on=date(2025, 9, 15),
        bodies=(
            OrganisingBody("Nanchang Bureau of Commerce 南昌市商务局", "host"),
            OrganisingBody("Qingshanhu District Government", "organiser"),
        ),
        contact="fair@example.org",
    )
    slots = tuple(Slot(f"s{n}", FIRST + n * HALF_HOUR, FIRST + (n + 1) * HALF_HOUR) for n in range(4))
    meetings = (
        meeting(2, 1, "T2", s2, b1, interpreter="Li Wei 李伟", reasons=("fibres fit", "GOTS verified")),
        meeting(1, 0, "T1", s1, b1, reasons=("products fit",), status="locked"),
        meeting(3, 3, "T1", s1, b2, sequence=2),
        meeting(4, 2, "T2", s2, b2, status="cancelled", sequence=1),
    )
    return Timetable(
        event=event,
        slots=slots,
        places=("T1", "T2", "T10"),
        meetings=meetings,
        as_of=datetime(2025, 9, 1, 8, 0, tzinfo=UTC),
        left_out=(LeftOut((SUPPLIERS[2], b1), "buyer_full", "Maison Été & Fils has its 2 meetings."),),
        facts=ScheduleFacts(value=212.5, bound=213.0, gap=0.5 / 213, status="feasible", seed=0, steps=1000),
        parties=(*SUPPLIERS, *BUYERS),
    )


@pytest.fixture
def matches() -> list[MatchRow]:
    terms = (MatchTerm("products", 40.0, "T恤 asked and offered"), MatchTerm("volume", -2.5, "minimum 600"))
    gates = (MatchGate("certificates", "unknown"), MatchGate("countries", "passed"))
    s1, s2, _ = SUPPLIERS
    return [
        MatchRow(1, BUYERS[0], "T-shirts d’été", s1, 37.5, 0.61, 30.0, terms, gates, ("price",), ("accept 500",)),
        MatchRow(2, BUYERS[0], "T-shirts d’été", s2, 12.0, None, None, (MatchTerm("text", 12.0, "near"),)),
    ]
