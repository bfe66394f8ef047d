"""The report of an edition on a page; its file forms are those of the interface."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.responses import Response

from app.core.errors import NotFoundError
from app.domain.access import STAFF
from app.io.reports import report_html, report_pdf, report_workbook
from app.io.reports.sections import sections_of, shown
from app.services.events import find_event
from app.services.reports import edition_report
from app.web.deps import Asked, Pages, Reading

router = Pages(roles=STAFF)
_KINDS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


@router.page("/events/{code}/report")
def report(code: str, page: Asked, session: Reading) -> Response:
    event = find_event(session, page.actor, code)
    found = edition_report(session, page.actor, event, page.lang)
    return page.render(
        "report/report.html", event=event, report=found, sections=sections_of(found, page.lang), shown=shown
    )


@router.page("/events/{code}/report.{form}")
def download(code: str, form: str, page: Asked, session: Reading) -> Response:
    if form not in _KINDS:
        raise NotFoundError(f"There is no report in the form {form!r}; there is {', '.join(_KINDS)}.")
    found = edition_report(session, page.actor, find_event(session, page.actor, code), page.lang)
    if form == "html":
        content = report_html(found, lang=page.lang).encode()
    elif form == "pdf":
        content = report_pdf(found, lang=page.lang, font_path=page.settings.font)
    else:
        with tempfile.TemporaryDirectory() as folder:
            report_workbook(found, Path(folder) / "report", lang=page.lang)
            content = (Path(folder) / "report").read_bytes()
    named = f'attachment; filename="report-{found.event.code}.{form}"'
    return Response(content, media_type=_KINDS[form], headers={"Content-Disposition": named})
