"""A small event to import into, and lists written as an organiser might."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from app.db.base import Base
from app.db.engine import Database
from app.domain.fairs import EventShape, PlaceShape, SessionShape
from app.services import access, events
from app.services.access import Actor
from app.services.imports import Report, bring_in
from tests.services.stage import Stage

EXHIBITORS = """Id,Company name,Kind,Country,Products,MOQ,Unit,Capacity per month,Certificates,Table,Hall colour
S1,Alpha Knitting,Manufacturer,CN,knitted T-shirts; polo shirts,500,pieces,40000,GOTS,T1,red
S2,Beta Down,Manufacturer,CN,down jackets,300,pieces,20000,RDS,,green
"""
BUYERS = """Id,Company name,Kind,Country,Products,Brands
B1,Maison Gamma,Brand owner,FR,knitted T-shirts,Gamma
"""
REQUESTS = """Request id,Organisation id,Title,Products,Quantity,Unit
Q1,B1,Summer T-shirts,knitted T-shirts,2000,pieces
"""


@dataclass
class Desk:
    """One organiser with one event, and a folder for lists."""

    database: Database
    folder: Path
    slug: str = "one"
    actor: Actor = field(init=False)
    code: str = "small"

    def __post_init__(self) -> None:
        from datetime import date, time

        day = date(2025, 9, 15)
        shape = EventShape(
            code=self.code, name="A small event", zone="Europe/Paris", starts_on=day, ends_on=day, as_of=day,
            sessions=[SessionShape(date=day, starts=time(14), ends=time(16))],
            places=[PlaceShape(code="T1"), PlaceShape(code="T2")],
        )  # fmt: skip
        with self.database.write() as session:
            self.actor = Actor(access.create_tenant(session, self.slug, self.slug.upper()).id)
            events.create_event(session, self.actor, shape)

    @property
    def stage(self) -> Stage:
        """The event, to be matched and scheduled."""
        return Stage(self.database, self.code, self.slug)

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def bring(self, *lists: str, **options: Any) -> Report:
        """Import lists given as text; the report is what the command line prints."""
        files = [self.file(f"{self.slug}-{number}.csv", text) for number, text in enumerate(lists, 1)]
        return self.bring_files(files, **options)

    def bring_files(self, files: Sequence[Path], **options: Any) -> Report:
        with self.database.write() as session:
            event = events.find_event(session, self.actor, self.code)
            return bring_in(session, self.actor, event, files, **options)


def count(database: Database, model: type[Base], **where: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model).filter_by(**where)) or 0


def counts(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    with database.read() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def said(report: Report) -> list[str]:
    """The errors, as an organiser reads them."""
    return [str(problem) for problem in report.errors]
