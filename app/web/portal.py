"""What the portals' pages share: the edition that is looked at, what is open in it, and links that keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.clock import utc_now
from app.core.errors import NotFoundError
from app.db.models import Event, Participation, Phase
from app.domain.meeting_requests import ASKING
from app.domain.meetings import SETTLING
from app.domain.phases import phase_of, shut
from app.services import portal as service
from app.services.phases import phases_of
from app.services.portal import Part
from app.services.preferences import ANSWERING
from app.services.requests import WANTING
from app.web.page import Page

_DEEDS = {"ask": ASKING, "answer": ANSWERING, "want": WANTING, "part": ANSWERING, "cancel": SETTLING}


@dataclass(frozen=True)
class Portal:
    """One organisation's view of one edition; `part` is None where it takes part in none."""

    page: Page
    parts: list[Part]
    part: Part | None
    phases: list[Phase]
    now: datetime

    @property
    def event(self) -> Event:
        return self.must_part.event

    @property
    def row(self) -> Participation:
        return self.must_part.row

    @property
    def must_part(self) -> Part:
        if self.part is None:
            raise NotFoundError("Your organisation takes part in no edition yet; the organiser lets it in.")
        return self.part

    @property
    def own(self) -> UUID:
        """The organisation that the caller acts for."""
        key = self.page.actor.organisation_id
        assert key is not None, "a portal is for those who act for an organisation"
        return key

    @property
    def phase(self) -> str | None:
        return phase_of(self.phases, self.now)

    def phase_row(self, name: str | None) -> Phase | None:
        return next((phase for phase in self.phases if phase.name == name), None)

    def open(self, deed: str) -> bool:
        """Whether participants may do something now: ask, answer, want, part or cancel."""
        return self.part is not None and shut(self.phases, _DEEDS[deed], self.now) is None

    def opens(self, deed: str) -> datetime | None:
        """When it will be open, if that is yet to come."""
        closed = shut(self.phases, _DEEDS[deed], self.now)
        return closed[1].starts_at if closed and closed[1] else None

    def closed(self, deed: str) -> datetime | None:
        """Until when it was open."""
        closed = shut(self.phases, _DEEDS[deed], self.now)
        return closed[0].ends_at if closed and closed[0] else None

    def link(self, path: str = "", **more: Any) -> str:
        """An address of the portal that keeps the edition, where there are several."""
        query = {name: value for name, value in more.items() if value not in (None, "")}
        if self.part is not None and len(self.parts) > 1:
            query = {"event": self.part.event.code, **query}
        return f"/my{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")

    def render(self, template: str, section: str, status: int = 200, **facts: Any) -> Response:
        return self.page.render(f"my/{template}", status, portal=self, section=section, **facts)

    def none_yet(self, section: str) -> Response:
        """The page of somebody who takes part in nothing."""
        return self.render("none.html", section)


def portal_of(page: Page, session: Session) -> Portal:
    """The portal at the edition that the address names with `event`, else at the newest.

    Raises
    ------
    NotFoundError
        The organisation takes no part in the edition that is named.
    """
    parts = service.parts_of(session, page.actor)
    wanted = page.request.query_params.get("event")
    part = next((one for one in parts if wanted in (None, "", one.event.code)), None)
    if part is None and wanted:
        raise NotFoundError(f"Your organisation takes no part in an edition {wanted!r}.")
    phases = phases_of(session, part.event.id) if part else []
    return Portal(page, parts, part, phases, utc_now())
