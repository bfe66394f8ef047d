"""A report as titled tables, each with a column that can be drawn as bars: what every form of it is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from app.core.i18n import format_country, format_number, format_share, known, text
from app.core.text import one_line
from app.domain.reports import Count, EditionReport, Use
from app.io.labels import kind_label

Kind = Literal["text", "number", "share", "decimal", "change", "points"]
Value = str | float | None
_MOST_BARS = 25
_NOTHING = "–"


@dataclass(frozen=True)
class Section:
    """One table. `kinds` says how each column's cells are shown (`points`: a change of shares, in per cent points);
    `bars` is the index of the column that a chart shows, or None; `note` stands below."""

    key: str
    title: str
    labels: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[Value, ...], ...]
    bars: int | None = None
    note: str = ""

    def charted(self) -> list[tuple[str, float]]:
        """The names and values to draw, at most 25; none where a chart would say nothing."""
        if self.bars is None:
            return []
        pairs = [(str(row[0]), row[self.bars]) for row in self.rows]
        drawn = [(name, float(value)) for name, value in pairs if isinstance(value, float | int)]
        return drawn[:_MOST_BARS] if any(value > 0 for _, value in drawn) else []


def shown(value: Value, kind: Kind, lang: str) -> str:
    """A cell for people: `1,234`, `12.5%`, `+3`, or a dash where there is nothing to show."""
    if value is None:
        return _NOTHING
    if isinstance(value, str):
        return one_line(value)
    if kind == "share":
        return format_share(value, lang)
    if kind in ("change", "points"):
        body = format_share(abs(value), lang) if kind == "points" else format_number(abs(value), lang, 1)
        return (
            body
            if body == shown(0.0, "share" if kind == "points" else "number", lang)
            else f"{'+' if value > 0 else '−'}{body}"
        )
    return format_number(value, lang, 1 if kind == "decimal" else 0)


def sections_of(report: EditionReport, lang: str) -> list[Section]:
    """The sections of a report in a language, without what would give one firm away; empty ones are left out."""
    report = report.shareable()
    found = [
        _figures(report, lang),
        _counts(report, lang, "by_kind", "column.kind", lambda code: kind_label(code, lang)),
        _counts(report, lang, "by_country", "column.country", lambda code: format_country(code, lang)),
        _meetings(report, lang),
        _use(report, lang),
        _counts(report, lang, "left_out", "column.reason", lambda code: known("code", code, lang)),
        _ratings(report, lang),
        _amounts(report, lang),
        _demand(report, lang),
    ]
    return [section for section in found if section.rows]


def _head(report: EditionReport, lang: str, kind: Kind, *, of_change: Kind = "change") -> tuple[list[str], list[Kind]]:
    """The columns for a figure and, if there was an edition before, for its own and the change."""
    if report.before is None:
        return [text("report.this", lang)], [kind]
    return [text(f"report.{name}", lang) for name in ("this", "before", "change")], [kind, kind, of_change]


def _beside(report: EditionReport, now: float | None, then: float | None) -> tuple[Value, ...]:
    if report.before is None:
        return (now,)
    return now, then, None if now is None or then is None else now - then


def _figures(report: EditionReport, lang: str) -> Section:
    labels, kinds = _head(report, lang, "decimal")
    now, then = _at_a_glance(report), _at_a_glance(report.before) if report.before else {}
    rows = [(text(f"report.{name}", lang), *_beside(report, now[name], then.get(name))) for name in now]
    title = text("report.figures", lang)
    return Section("figures", title, (text("column.fact", lang), *labels), ("text", *kinds), tuple(rows))


def _at_a_glance(report: EditionReport) -> dict[str, float | None]:
    load, meetings = report.load, report.meetings
    return {
        "participants": report.participants,
        "requests": report.requests,
        "requests_matched": report.requests_matched,
        "matches": report.matches,
        "planned": meetings.planned,
        "held": meetings.held,
        "no_show": meetings.no_show,
        "cancelled": meetings.cancelled,
        "least": load.least if load else None,
        "median": load.median if load else None,
        "most": load.most if load else None,
        "outcomes": report.outcomes,
        "samples": report.samples,
        "quotations": report.quotations,
        "follow_ups": report.follow_ups,
    }


def _counts(report: EditionReport, lang: str, name: str, first: str, label: Callable[[str], str]) -> Section:
    labels, kinds = _head(report, lang, "number")
    now, then = _by_code(getattr(report, name)), _by_code(getattr(report.before, name)) if report.before else {}
    order = sorted({**now, **then}, key=lambda code: (-now.get(code, 0), label(code)))
    rows = [(label(code), *_beside(report, now.get(code, 0), then.get(code, 0))) for code in order]
    head = (text(first, lang), *labels)
    return Section(name, text(f"report.{name}", lang), head, ("text", *kinds), tuple(rows), bars=1)


def _by_code(counts: Iterable[Count]) -> dict[str, int]:
    return {one.code: one.count for one in counts}


def _meetings(report: EditionReport, lang: str) -> Section:
    labels, kinds = _head(report, lang, "number")
    then = report.before.meetings if report.before else None
    rows = [
        (text(f"report.{name}", lang), *_beside(report, getattr(report.meetings, name), getattr(then, name, None)))
        for name in ("held", "no_show", "cancelled", "planned")
    ]
    head = (text("column.status", lang), *labels)
    said = tuple(rows) if any(row[1] for row in rows) else ()
    return Section("meetings", text("report.meetings", lang), head, ("text", *kinds), said, bars=1)


def _use(report: EditionReport, lang: str) -> Section:
    labels, kinds = _head(report, lang, "share", of_change="points")
    rows = []
    for name in ("tables", "interpreters"):
        use: Use = getattr(report, name)
        then: Use | None = getattr(report.before, name) if report.before else None
        if use.offered or (then and then.offered):
            beside = _beside(report, use.share, then.share if then else None)
            rows.append((text(f"report.{name}", lang), use.used, use.offered, *beside))
    labels[0] = text("report.share", lang) if report.before is None else labels[0]
    head = (text("column.fact", lang), text("report.used", lang), text("report.offered", lang), *labels)
    return Section("use", text("report.use", lang), head, ("text", "number", "number", *kinds), tuple(rows), bars=3)


def _ratings(report: EditionReport, lang: str) -> Section:
    labels, kinds = _head(report, lang, "decimal")
    labels[0] = text("report.average", lang) if report.before is None else labels[0]
    then = {one.side: one.average for one in report.before.ratings} if report.before else {}
    rows = [
        (text(f"report.{one.side}", lang), *_beside(report, one.average, then.get(one.side)), *one.stars)
        for one in report.ratings
        if one.count
    ]
    stars = tuple(text("report.stars", lang, count=number) for number in range(1, 6))
    figures: tuple[Kind, ...] = ("number", "number", "number", "number", "number")
    shapes: tuple[Kind, ...] = ("text", *kinds, *figures)
    head = (text("report.side", lang), *labels, *stars)
    return Section("ratings", text("report.ratings", lang), head, shapes, tuple(rows), bars=1, note=_note(lang))


def _amounts(report: EditionReport, lang: str) -> Section:
    labels, kinds = _head(report, lang, "number")
    before = report.before.amounts if report.before else ()
    then = {(one.what, one.currency): _rounded(one.amount) for one in before}
    rows = [
        (
            f"{text(f'report.{one.what}', lang)}, {one.currency}",
            one.firms if one.amount is not None else None,
            *_beside(report, _rounded(one.amount), then.get((one.what, one.currency))),
        )
        for one in sorted(report.amounts, key=lambda one: (one.what, one.currency))
    ]
    head = (text("column.fact", lang), text("report.firms", lang), *labels)
    return Section(
        "amounts", text("report.amounts", lang), head, ("text", "number", *kinds), tuple(rows), note=_note(lang)
    )


def _rounded(amount: float | None) -> int | None:
    return None if amount is None else round(amount)


def _demand(report: EditionReport, lang: str) -> Section:
    rows = [(one.product or text("report.others", lang), one.unmet, one.requests) for one in report.demand]
    head: Sequence[str] = [text(f"report.{name}", lang) for name in ("product", "unmet", "requests")]
    kinds: tuple[Kind, ...] = ("text", "number", "number")
    return Section("demand", text("report.demand", lang), tuple(head), kinds, tuple(rows), bars=1, note=_note(lang))


def _note(lang: str) -> str:
    return text("report.hidden", lang)
