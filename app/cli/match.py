"""Commands for ranking: match run, show, explain, evaluate, lifts, unmet, evenness."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.cells import cell_len
from rich.markup import escape

from app.cli.console import EventOption, JsonFlag, LangOption, Session, TenantOption, organiser_and_event, session_of

if TYPE_CHECKING:
    from app.db.models import MatchRun

match = typer.Typer(help="Rank suppliers for requests, and requests for suppliers.", no_args_is_help=True)
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day for validity and lead times; the event's own by default."),
]


def register(app: typer.Typer) -> None:
    app.add_typer(match, name="match")


@match.command("run")
def run_match(
    context: typer.Context,
    event: EventOption,
    as_of: AsOf = None,
    evenness: Annotated[
        float, typer.Option(help="0: lists by score alone; towards 1 they show suppliers more evenly.", min=0, max=1)
    ] = 0.0,
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Score every pair of an event that the rules allow, in both directions."""
    from app.cli.running import run_matching

    state = session_of(context, as_json)
    run = run_matching(state, event, tenant, as_of.date() if as_of else None, evenness)
    names = ("id", "state", "as_of", "pairs", "model_hash", "evenness", "given_up")
    text = f"{run.pairs} pairs scored as of {run.as_of} (run {run.id})."
    state.answer({name: getattr(run, name) for name in names}, lambda: _print_run(state, text, run))


def _print_run(state: Session, text: str, run: MatchRun) -> None:
    state.out.print(text)
    _print_given_up(state, run, "en")


def _print_given_up(state: Session, run: MatchRun | None, lang: str) -> None:
    from app.core.i18n import format_number, format_share, text

    if run is None or run.given_up is None:
        return
    found = run.given_up
    shown = {name: format_number(found[name], lang, 3) for name in ("gini", "gini_by_score")}
    shown |= {"evenness": format_number(run.evenness, lang, 2), "kept": format_share(found["kept"], lang, 1)}
    state.out.print(escape(text("evenness.run", lang, k=found["k"], moved=found["moved"], **shown)), soft_wrap=True)


@match.command("show")
def show_matches(
    context: typer.Context,
    event: EventOption,
    request: Annotated[str | None, typer.Option(help="Code of one sourcing request; all by default.")] = None,
    limit: Annotated[int, typer.Option(help="Suppliers per request.", min=1, max=200)] = 5,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the ranked suppliers of each request, their strongest reasons, and the best that failed a gate."""
    from app.services import matching, problems

    state = session_of(context, as_json)
    with state.database.read() as session:
        actor, row = organiser_and_event(session, tenant, event)
        lists = matching.ranked_lists(session, actor, row, request_code=request, limit=limit, lang=lang)
        run = problems.last_match_run(session, row.id)

    def show() -> None:
        _print_given_up(state, run, lang)
        print_lists(state, lists, lang)

    state.answer(lists, show)


@match.command("explain")
def explain(
    context: typer.Context,
    event: EventOption,
    request: Annotated[str, typer.Option(help="Code of the sourcing request.")],
    supplier: Annotated[str, typer.Option(help="Code, id or name of the supplier.")],
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show every term of one pair: they add up to its score."""
    from app.services import matching
    from app.services.participants import find_organisation

    state = session_of(context, as_json)
    with state.database.read() as session:
        actor, row = organiser_and_event(session, tenant, event)
        owner = find_organisation(session, actor, supplier)
        item = matching.explain_pair(session, actor, row, request, owner.id, lang=lang)
    state.answer(item, lambda: _print_pair(state, item, lang))


@match.command("evaluate")
def evaluate(
    context: typer.Context,
    event: EventOption,
    run: Annotated[UUID | None, typer.Option(help="Id of a match run; the newest by default.")] = None,
    judgements: Annotated[
        Path | None, typer.Option(help="CSV or JSON of request, supplier, label; else wishes and meetings held.")
    ] = None,
    k: Annotated[int, typer.Option(help="Places of a list that count.", min=1, max=100)] = 10,
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge a match run by what is known by now: relevance, both sides, probability, evenness."""
    from app.io.judgements import read_judgements
    from app.services import matching

    state = session_of(context, as_json)
    given = read_judgements(judgements) if judgements else None
    with state.database.read() as session:
        actor, row = organiser_and_event(session, tenant, event)
        found = matching.evaluate_run(session, actor, row, run_id=run, judgements=given, k=k)
    state.answer(found, lambda: _print_evaluation(state, found))


@match.command("learn")
def learn(context: typer.Context, event: EventOption, tenant: TenantOption = None, as_json: JsonFlag = False) -> None:
    """Learn from what came of an edition's meetings, for the editions after it."""
    from app.services import matching

    state = session_of(context, as_json)
    with state.database.write() as session:
        actor, row = organiser_and_event(session, tenant, event)
        lesson = matching.learn(session, actor, row)
        found = {"id": lesson.id, "event": row.code, "number": lesson.number, **lesson.summary}
    state.answer(found, lambda: _print_lesson(state, found))


def _print_lesson(state: Session, found: dict[str, Any]) -> None:
    state.out.print(
        f"Lesson {found['number']} of {found['event']}: {found['pairs']} pairs, {found['came_to_something']} came to "
        f"something; Brier score {found['brier_before']:.4f} → {found['brier_after']:.4f}"
    )
    for one in found["held_back"]:
        state.out.print(
            f"  held back {one['edition']} ({one['pairs']} pairs): {one['brier_before']:.4f} → {one['brier_after']:.4f}"
        )
    for name, points in found["weights_after"].items():
        before = found["weights_before"][name]
        if abs(points - before) >= 0.05:
            state.out.print(f"  {name:18} {before:6.2f} → {points:6.2f} points", markup=False)
    used = "Later editions use it." if found["in_use"] else "It did worse where it could be tried, so none uses it."
    state.out.print(used)


def _print_evaluation(state: Session, found: dict[str, Any]) -> None:
    known = ", ".join(f"{count} {name}" for name, count in found["sources"].items())
    state.out.print(
        f"{found['lists']} lists of {found['lists_of']}, {found['pairs']} pairs judged, {found['liked']} liked "
        f"(from {known}); run {found['run']}"
    )
    names = {
        "ndcg": f"nDCG@{found['k']}", "recall": f"recall@{found['k']}", "mutual_ndcg": f"mutual nDCG@{found['k']}",
        "brier": "Brier score", "calibration_error": "calibration error", "exposure_gini": "exposure Gini",
        "coverage": "coverage",
    }  # fmt: skip
    for key, name in names.items():
        one = found[key]
        shown = f"{one['value']:.3f}  [{one['low']:.3f}, {one['high']:.3f}]  n = {one['n']}" if one else "not known"
        state.out.print(f"  {name:18} {shown}", markup=False)


def print_lists(state: Session, lists: list[dict[str, Any]], lang: str) -> None:
    """Print ranked lists request by request, the requests of one buyer together."""
    buyer = None
    for one in lists:
        if one["buyer"]["name"] != buyer:
            buyer = one["buyer"]["name"]
            state.out.print(f"\n[bold]{escape(firm(one['buyer'], lang))}[/]")
        state.out.print(f"  [cyan]{escape(one['request']['code'])}[/] {escape(one['request']['title'])}")
        print_ranking(state, one, lang)


def print_ranking(state: Session, one: dict[str, Any], lang: str) -> None:
    """Print suppliers with their three strongest reasons and the gates still to confirm, then who was left out."""
    from app.core.i18n import text

    for item in one["items"]:
        confirm = [gate["name"] for gate in item["gates"] if gate["state"] == "unknown"]
        doubt = f"  [yellow]{escape(text('match.confirm', lang, names=_named(confirm, lang)))}[/]" if confirm else ""
        wanted = (
            f"  [cyan]{escape(text('match.for', lang, request=_name(item['request'])))}[/]" if "request" in item else ""
        )
        supplier = escape(firm(item["supplier"], lang))
        score = _figure(item["score"], lang, 1)
        state.out.print(f"   {item['rank']:>2}. {score:>5}  {supplier}{wanted}{doubt}", soft_wrap=True)
        for note in item["notes"]:
            state.out.print(f"        [yellow]{escape(note)}[/]", soft_wrap=True)
        for term in sorted(item["terms"], key=lambda t: -t["points"])[:3]:
            if term["points"] > 0:
                points = _figure(term["points"], lang, 1)
                state.out.print(f"        +{points:>4} {escape(term['because'])}", soft_wrap=True)
    if not one["items"]:
        state.out.print(f"       {text('match.nobody', lang)}")
    for out in one["left_out"]:
        who = firm(out["supplier"], lang)
        if "request" in out:
            who += f" {text('match.for', lang, request=out['request']['code'])}"
        shown = {"supplier": who, "score": _figure(out["score"], lang, 1), "gate": _named([out["gate"]], lang)}
        line = text("match.left_out", lang, **shown, wanted=out["wanted"], found=out["found"])
        state.out.print(f"       [dim]{escape(line)}[/]", soft_wrap=True)


def _name(request: dict[str, Any]) -> str:
    return f"{request['code']} {request['title']}"


def firm(party: dict[str, Any], lang: str) -> str:
    """The name by which readers of the language know a firm."""
    from app.core.i18n import names_in

    return names_in(lang, party["name"], party.get("name_local"))[0]


def _named(names: list[str], lang: str) -> str:
    """Fields, terms and gates as they are called in the language."""
    from app.services.matching import field_names

    return ("、" if lang == "zh" else ", ").join(field_names(names, lang))


def _figure(value: float, lang: str, decimals: int) -> str:
    """A number with all its decimals, so that a column of them is even."""
    figure = f"{value:.{decimals}f}"
    return figure if lang in ("en", "zh") else figure.replace(".", ",")


def _print_pair(state: Session, item: dict[str, Any], lang: str) -> None:
    from app.core.i18n import known, text

    def standing(one: dict[str, Any], decimals: int) -> str:
        key = "unmet.rank" if one["rank"] else "match.points"
        return text(key, lang, score=_figure(one["score"], lang, decimals), rank=one["rank"])

    state.out.print(f"[bold]{escape(firm(item['supplier'], lang))}[/]: {standing(item, 2)}", soft_wrap=True)
    terms = [
        (_figure(term["points"], lang, 2), _named([term["name"]], lang), term["because"]) for term in item["terms"]
    ]
    widest = max((cell_len(name) for _, name, _ in terms), default=0)
    for points, name, because in terms:
        gap = " " * (widest - cell_len(name))
        state.out.print(f"  {points:>7}  {escape(name)}{gap} {escape(because)}", soft_wrap=True)
    for gate in item["gates"]:
        told = {"name": _named([gate["name"]], lang), "state": known("gate", gate["state"], lang)}
        state.out.print(f"  {escape(text('match.gate', lang, **told))}", soft_wrap=True)
    if item["unknown"]:
        state.out.print(f"  {escape(text('match.unknown', lang, names=_named(item['unknown'], lang)))}", soft_wrap=True)
    for note in item["notes"]:
        state.out.print(f"  {escape(note)}", soft_wrap=True)
    for lift in item["lifts"]:
        line = text("match.lift", lang, change=lift["change"], where=standing(lift, 1))
        state.out.print(f"  {escape(line)}", soft_wrap=True)
