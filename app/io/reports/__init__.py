"""The report of an edition as a page, a PDF, a workbook and JSON; none of them gives away what one firm does."""

from __future__ import annotations

from pathlib import Path

from app.domain.reports import EditionReport
from app.io import jsonfiles, workbooks
from app.io.atomic import write_bytes
from app.io.reports.page import report_html
from app.io.reports.paper import report_pdf
from app.io.reports.sections import Section, sections_of
from app.io.tables import Column, Table

__all__ = ["report_html", "report_json", "report_pdf", "report_workbook", "sections_of", "write_report"]

_SHEET_KINDS = {"text": "text", "number": "number", "share": "share", "decimal": "figure", "change": "number"}


def report_json(report: EditionReport) -> bytes:
    """The report for programs, `format` `fairmatch/report@1`."""
    return jsonfiles.encode({"format": "fairmatch/report@1", **jsonfiles.plain(report.shareable())})


def report_workbook(report: EditionReport, path: Path, *, lang: str = "en") -> None:
    """Write the report as a workbook, a sheet a section."""
    tables = [_table(section) for section in sections_of(report, lang)]
    workbooks.write_tables(tables, path, title=report.event.name, as_of=report.as_of)


def write_report(report: EditionReport, folder: Path, *, lang: str = "en", font: Path | None = None) -> list[Path]:
    """Write report.html, report.pdf, report.xlsx and report.json; equal reports give equal bytes."""
    write_bytes(folder / "report.html", report_html(report, lang=lang).encode())
    write_bytes(folder / "report.pdf", report_pdf(report, lang=lang, font_path=font))
    report_workbook(report, folder / "report.xlsx", lang=lang)
    write_bytes(folder / "report.json", report_json(report))
    return [folder / f"report.{kind}" for kind in ("html", "pdf", "xlsx", "json")]


def _table(section: Section) -> Table:
    kinds = [_SHEET_KINDS.get(kind, "share") for kind in section.kinds]
    columns = tuple(Column(section.key, 44 if number == 0 else 16, kind) for number, kind in enumerate(kinds))
    rows = tuple(
        tuple(
            round(cell, 1) if isinstance(cell, float) and kind == "figure" else cell
            for cell, kind in zip(row, kinds, strict=True)
        )
        for row in section.rows
    )
    return Table(section.title, columns, section.labels, rows)
