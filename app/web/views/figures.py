"""An edition in plots: scores, load, tables, demand, evenness against value, this edition beside those before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import BackgroundTasks
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.i18n import format_number, format_share, format_time
from app.db.models import Event, Job, MatchRun, Schedule
from app.domain.access import STAFF
from app.domain.reports import EditionReport
from app.services import fairness, figures, matching, outlook
from app.services.events import find_event
from app.services.problems import current_schedule, last_match_run
from app.services.reports import edition_report
from app.web import plots
from app.web.deps import Asked, Pages, Queue, Reading, Writing
from app.web.page import Page
from app.web.views.progress import follow

router = Pages(roles=STAFF)
_ENDS = 8
_PRODUCTS = 12


@dataclass(frozen=True)
class Figure:
    """A plot with the table of its figures: heads, and rows whose first cell names the row."""

    key: str
    title: str
    about: str
    drawing: Markup
    heads: tuple[str, ...]
    rows: list[tuple[str, ...]]
    legend: tuple[tuple[str, str], ...] = ()


@router.page("/events/{code}/figures")
def show(code: str, page: Asked, session: Reading) -> Response:
    event = find_event(session, page.actor, code)
    run, schedule = last_match_run(session, event.id), current_schedule(session, event.id)
    report = edition_report(session, page.actor, event, page.lang)
    drawn: list[Figure | None] = []
    if run is not None:
        drawn += [_scores(page, session, run), _demand(page, report)]
    if schedule is not None:
        drawn += [*_load(page, session, event, schedule), _use(page, session, event, schedule)]
    drawn.append(_floors(page, fairness.last_curve(session, event)))
    lessons = matching.lessons_of(session, page.actor, event)
    return page.render(
        "figures/figures.html", event=event, figures=[one for one in drawn if one], run=run, schedule=schedule,
        editions=_beside(page, event, report), before=report.before, lesson=lessons[-1].summary if lessons else None,
    )  # fmt: skip


@router.page("/events/{code}/figures/evenness")
def evenness(code: str, page: Asked, session: Reading) -> Response:
    """What it costs in score to show suppliers more evenly, as it was worked out for the newest ranking."""
    event = find_event(session, page.actor, code)
    work = outlook.newest(session, event, "evenness")
    if work is not None and work.state != "done":
        return page.to(follow("job", work.id, f"/events/{event.code}/figures/evenness"))
    found = work.result if work else None
    return page.render(
        "figures/evenness.html", event=event, figure=_evenness(page, found) if found else None, found=found, work=work,
        ranked=last_match_run(session, event.id),
    )  # fmt: skip


@router.deed("/events/{code}/figures/evenness")
def work_out(code: str, page: Asked, session: Writing, queue: Queue, after: BackgroundTasks) -> Response:
    event = find_event(session, page.actor, code)
    work = outlook.start(session, page.actor, event, "evenness")
    after.add_task(queue.job, work.id)
    return page.to(follow("job", work.id, f"/events/{event.code}/figures/evenness"))


def _whole(page: Page, value: float) -> str:
    return format_number(value, page.lang, 0)


def _scores(page: Page, session: Session, run: MatchRun) -> Figure:
    found = figures.scores_of(session, run)
    names = [f"{one.begin}–{one.begin + figures.STEP}" for one in found]
    label = page.say("Listed pairs by score, and the best of each request in front")
    return Figure(
        "scores", page.say("Scores"),
        page.say("How well what is listed fits. The best of each request stands in front."),
        plots.columns(
            [plots.Column(name, one.listed, one.first) for name, one in zip(names, found, strict=True)],
            label=label, across=page.say("score"), up=page.say("pairs"), lang=page.lang,
        ),
        (page.say("Score"), page.say("Listed pairs"), page.say("Best of a request")),
        [(name, _whole(page, one.listed), _whole(page, one.first)) for name, one in zip(names, found, strict=True)],
        (("", page.say("Listed pairs")), ("second", page.say("Best of a request"))),
    )  # fmt: skip


def _demand(page: Page, report: EditionReport) -> Figure | None:
    products = [one for one in report.demand if one.product]
    rows = sorted(products, key=lambda one: (-one.unmet, -one.requests, one.product))[:_PRODUCTS]
    if not rows:
        return None
    texts = [page.say("{unmet} of {asked}", unmet=one.unmet, asked=one.requests) for one in rows]
    return Figure(
        "demand", page.say("Unmet demand by product"),
        page.say("Requests that found nobody with a fair chance, of all that ask for the product."),
        plots.bars(
            [plots.Bar(one.product, one.unmet, one.requests, text) for one, text in zip(rows, texts, strict=True)],
            label=page.say("Unmet requests of all, by product"), lang=page.lang, second=True,
        ),
        (page.say("Product"), page.say("Requests"), page.say("Unmet")),
        [(one.product, _whole(page, one.requests), _whole(page, one.unmet)) for one in rows],
        (("second", page.say("Unmet")), ("none", page.say("All requests"))),
    )  # fmt: skip


def _load(page: Page, session: Session, event: Event, schedule: Schedule) -> list[Figure]:
    load = figures.load_of(session, event, schedule)
    if not load:
        return []
    many = figures.spread(load)
    shown = load if len(load) <= 2 * _ENDS else [*load[:_ENDS], *load[-_ENDS:]]
    each = [(page.name_of(one.organisation), one.meetings) for one in shown]
    return [
        Figure(
            "load", page.say("Meetings of each participant"),
            page.say("How many participants have how many meetings; suppliers stand in front."),
            plots.columns(
                [plots.Column(str(number), here + others, here) for number, here, others in many],
                label=page.say("Participants by number of meetings"), across=page.say("meetings"),
                up=page.say("participants"), lang=page.lang,
            ),
            (page.say("Meetings"), page.say("Suppliers"), page.say("Others")),
            [tuple(_whole(page, value) for value in row) for row in many],
            (("", page.say("All participants")), ("second", page.say("Suppliers"))),
        ),
        Figure(
            "ends", page.say("Most and fewest meetings"), page.say("Who is busiest, and who has time left."),
            plots.bars(
                [plots.Bar(name, count, None, _whole(page, count)) for name, count in each],
                label=page.say("Participants with most and fewest meetings"), lang=page.lang,
            ),
            (page.say("Participant"), page.say("Meetings")), [(name, _whole(page, count)) for name, count in each],
        ),
    ]  # fmt: skip


def _use(page: Page, session: Session, event: Event, schedule: Schedule) -> Figure | None:
    use = figures.use_of(session, event, schedule)
    if not use.slots or not use.names:
        return None
    heads = [format_time(slot.starts_at, event.zone, page.lang) for slot in use.slots]
    about = page.say(
        "{used} of {offered} places in time are taken, {share}.", used=use.used, offered=use.offered,
        share=format_share(use.used / use.offered if use.offered else 0.0, page.lang, 0),
    )  # fmt: skip
    return Figure(
        "tables", page.say("Tables over the day"), about,
        plots.heat(use.names, heads, use.shares, label=page.say("Tables by slot: taken or free"), lang=page.lang),
        (page.say("Table"), *heads),
        [
            (name, *("–" if share is None else format_share(share, page.lang, 0) for share in shares))
            for name, shares in zip(use.names, use.shares, strict=True)
        ],
        (("", page.say("taken")), ("none", page.say("free"))),
    )  # fmt: skip


def _evenness(page: Page, found: dict[str, Any]) -> Figure:
    rows = found["dial"]
    points = [
        plots.Point(
            1 - one["gini"], one["kept"],
            page.say("dial {evenness}: {kept} of the score kept", evenness=format_number(one["evenness"], page.lang),
                     kept=format_share(one["kept"], page.lang)),
        )
        for one in rows
    ]  # fmt: skip
    return Figure(
        "evenness", page.say("Evenness against value"),
        page.say(
            "Each point is a setting of the dial: evenness of the lists, and the part of the score that is kept."
        ),
        plots.curve(points, label=page.say("Score kept against evenness of the lists"), across=page.say("evenness"),
                    up=page.say("score kept"), lang=page.lang, percent=True),
        (page.say("Dial"), page.say("Score kept"), page.say("Inequality (Gini)"), page.say("Suppliers on no list"),
         page.say("Places given to others")),
        [
            (format_number(one["evenness"], page.lang), format_share(one["kept"], page.lang),
             format_number(one["gini"], page.lang, 3), _whole(page, one["idle"]), _whole(page, one["moved"]))
            for one in rows
        ],
    )  # fmt: skip


def _floors(page: Page, job: Job | None) -> Figure | None:
    """The newest curve of plans that was computed on the schedule's page."""
    points = (job.result or {}).get("points", []) if job else []
    top = max((one["objective"] for one in points), default=0)
    if not top:
        return None
    kept = [format_share(one["objective"] / top, page.lang) for one in points]
    return Figure(
        "floors", page.say("A minimum of meetings for everybody"),
        page.say("What part of the schedule's value is kept where everybody has so many meetings at least."),
        plots.curve(
            [plots.Point(one["floor"], one["objective"] / top) for one in points],
            label=page.say("Value kept against the minimum of meetings"), across=page.say("meetings at least"),
            up=page.say("value kept"), lang=page.lang, percent=True,
        ),
        (page.say("Meetings at least"), page.say("Value kept"), page.say("Meetings"), page.say("Lacking")),
        [
            (_whole(page, one["floor"]), share, _whole(page, one["meetings"]), _whole(page, one["missed"]))
            for one, share in zip(points, kept, strict=True)
        ],
    )  # fmt: skip


def _beside(page: Page, event: Event, report: EditionReport) -> Figure:
    """This edition beside the one before."""
    both = [report, report.before] if report.before else [report]
    rows: list[tuple[str, list[float]]] = [
        (page.say("Participants"), [one.participants for one in both]),
        (page.say("Requests"), [one.requests for one in both]),
        (page.say("Requests with a supplier"), [one.requests_matched for one in both]),
        (page.say("Ranked pairs"), [one.matches for one in both]),
        (page.say("Meetings held"), [one.meetings.held for one in both]),
        (page.say("Meetings planned"), [one.meetings.planned for one in both]),
        (page.say("Samples asked for"), [one.samples for one in both]),
        (page.say("Quotations"), [one.quotations for one in both]),
    ]
    told = [(name, values, [_whole(page, value) for value in values]) for name, values in rows]
    used = [one.tables.share for one in both]
    shares = [format_share(share, page.lang, 0) if share is not None else "–" for share in used]
    told.append((page.say("Tables in use"), [share or 0.0 for share in used], shares))
    names = [page.name_of(event), *([page.name_of(report.before.event)] if report.before else [])]
    title = page.say("Edition beside edition")
    drawing = plots.beside(
        [plots.Beside(name, (values[0], values[1]), (texts[0], texts[1])) for name, values, texts in told], label=title
    ) if report.before else Markup()  # fmt: skip
    about = page.say("Each figure has a scale of its own.") if report.before else page.say(
        "There is no earlier edition in this series; the next one will stand beside this.")  # fmt: skip
    legend = (("", names[0]), ("second", names[1])) if report.before else ()
    return Figure(
        "editions", title, about, drawing, (page.say("Figure"), *names), [(name, *texts) for name, _, texts in told],
        legend,
    )  # fmt: skip
