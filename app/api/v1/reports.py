"""The report of an edition: as JSON, as a page, on paper, as a workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.api import idempotency
from app.api.deps import Caller, EventName, Lang, Reading
from app.domain.reports import EditionReport
from app.io.reports import report_html, report_pdf, report_workbook
from app.services.events import find_event
from app.services.reports import edition_report

router = idempotency.router("reports")


class PdfResponse(Response):
    media_type = "application/pdf"


class WorkbookResponse(Response):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/events/{event_id}/report", summary="The report of an edition", response_model=EditionReport)
def read(event_id: EventName, actor: Caller, session: Reading, lang: Lang = "en") -> Any:
    """What came of an edition, in figures that name nobody, beside the edition before.

    Sums are those of firms that agreed; a figure that would give away what one firm does is left out.
    """
    return edition_report(session, actor, find_event(session, actor, event_id), lang).shareable()


@router.get("/events/{event_id}/report.html", summary="The report as a page", response_class=HTMLResponse)
def page(event_id: EventName, actor: Caller, session: Reading, lang: Lang = "en") -> Any:
    """The same figures as a page that stands by itself."""
    report = edition_report(session, actor, find_event(session, actor, event_id), lang)
    return HTMLResponse(report_html(report, lang=lang))


@router.get("/events/{event_id}/report.pdf", summary="The report on paper", response_class=PdfResponse)
def paper(event_id: EventName, actor: Caller, session: Reading, request: Request, lang: Lang = "en") -> Any:
    """The same figures as a PDF."""
    report = edition_report(session, actor, find_event(session, actor, event_id), lang)
    content = report_pdf(report, lang=lang, font_path=request.app.state.settings.font)
    return PdfResponse(content, headers=_named(report, "pdf"))


@router.get("/events/{event_id}/report.xlsx", summary="The report as a workbook", response_class=WorkbookResponse)
def workbook(event_id: EventName, actor: Caller, session: Reading, lang: Lang = "en") -> Any:
    """The same figures, a sheet a section."""
    report = edition_report(session, actor, find_event(session, actor, event_id), lang)
    return WorkbookResponse(
        _through(lambda path: report_workbook(report, path, lang=lang)), headers=_named(report, "xlsx")
    )


def _through(write: Callable[[Path], None]) -> bytes:
    """What a writer of files writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        write(path)
        return path.read_bytes()


def _named(report: EditionReport, form: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="report-{report.event.code}.{form}"'}
