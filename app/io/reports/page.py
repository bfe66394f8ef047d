"""The report as one HTML file: no script, nothing fetched, charts as SVG with their table below, made to be printed."""

from __future__ import annotations

from html import escape
from xml.sax.saxutils import quoteattr

from app.core.i18n import format_date, format_datetime, language, text
from app.core.text import clean, one_line, shorten
from app.domain.reports import EditionReport
from app.io.reports.sections import Section, sections_of, shown

_STYLE = """
:root{color-scheme:light}
body{margin:0 auto;max-width:900px;padding:24px;color:#1b242c;background:#fff;
 font:15px/1.5 "Segoe UI",Helvetica,Arial,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
h1{margin:0;font-size:27px;line-height:1.25;color:#145c70;overflow-wrap:anywhere}
h2{margin:34px 0 8px;font-size:18px}
p{margin:2px 0;color:#60707a}
table{width:100%;border-collapse:collapse;margin-top:6px;font-variant-numeric:tabular-nums}
th,td{padding:5px 8px;text-align:right;vertical-align:top;border-bottom:1px solid #d6dce1}
th:first-child,td:first-child{text-align:left;padding-left:0;overflow-wrap:anywhere}
thead th{color:#60707a;font-weight:600;font-size:13px}
tbody th{font-weight:400}
svg{display:block;width:100%;height:auto;margin:4px 0 6px}
small{color:#60707a}
@page{size:A4;margin:16mm}
@media print{body{max-width:none;padding:0}section,tr{break-inside:avoid}h2{break-after:avoid}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_LABEL, _BAR, _FIGURE, _ROW = 300, 500, 100, 24  # pixels of a chart


def report_html(report: EditionReport, *, lang: str = "en") -> str:
    """The page; every name in it is escaped."""
    event = report.event
    title = f"{one_line(event.name)} – {text('report.title', lang)}"
    days = " – ".join(dict.fromkeys(format_date(day, lang, "long") for day in (event.starts_on, event.ends_on)))
    lines = [
        " · ".join(part for part in (days, one_line(event.place)) if part),
        text("pdf.as_of", lang, moment=format_datetime(report.as_of, event.zone, lang)),
    ]
    if report.before:
        lines.append(text("report.compared", lang, event=one_line(report.before.event.name)))
    sections = [_section(section, lang) for section in sections_of(report, lang)]
    body = "".join(sections) or f"<p>{_text(text('report.none', lang))}</p>"
    return (
        f'<!doctype html>\n<html lang="{language(lang)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n"
        f"<p>{_text(text('report.title', lang))}</p>\n<h1>{_text(one_line(event.name))}</h1>\n"
        + "".join(f"<p>{_text(line)}</p>\n" for line in lines)
        + f"</header>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )


def _section(section: Section, lang: str) -> str:
    head = "".join(f'<th scope="col">{_text(label)}</th>' for label in section.labels)
    rows = "".join(
        f'<tr><th scope="row">{_text(shown(row[0], section.kinds[0], lang))}</th>'
        + "".join(
            f"<td>{_text(shown(cell, kind, lang))}</td>" for cell, kind in zip(row[1:], section.kinds[1:], strict=True)
        )
        + "</tr>\n"
        for row in section.rows
    )
    note = f"<small>{_text(section.note)}</small>\n" if section.note else ""
    return (
        f'<section id="{section.key}">\n<h2>{_text(section.title)}</h2>\n{_chart(section, lang)}'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n{note}</section>\n"
    )


def _chart(section: Section, lang: str) -> str:
    """Bars; the table below says the same, so a reader of the text alone misses nothing."""
    drawn = section.charted()
    if not drawn or section.bars is None:
        return ""
    kind = section.kinds[section.bars]
    most = 1.0 if kind == "share" else 5.0 if section.key == "ratings" else max(value for _, value in drawn)
    parts = []
    for number, (name, value) in enumerate(drawn):
        y, width = number * _ROW, max(1.0, _BAR * value / most) if value > 0 else 0.0
        parts.append(
            f'<text x="{_LABEL - 10}" y="{y + 16}" text-anchor="end">{_text(shorten(one_line(name), 42))}</text>'
            f'<rect x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 8}" rx="2" fill="#145c70"/>'
            f'<text x="{_LABEL + width + 6:.1f}" y="{y + 16}">{_text(shown(value, kind, lang))}</text>'
        )
    size = f"0 0 {_LABEL + _BAR + _FIGURE} {len(drawn) * _ROW}"
    label = quoteattr(clean(section.title))
    return f'<svg viewBox="{size}" role="img" aria-label={label} font-size="13" fill="#1b242c">{"".join(parts)}</svg>\n'


def _text(value: str) -> str:
    return escape(clean(value))
