"""Commands for an event as a whole: match lifts, match unmet, match evenness."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.markup import escape

from app.cli.console import EventOption, JsonFlag, LangOption, Session, TenantOption, organiser_and_event, session_of
from app.cli.match import firm, match

DepthOption = Annotated[int, typer.Option("--k", help="Length of the lists that buyers look at.", min=1, max=100)]
_REQUESTS = 3


def register(app: typer.Typer) -> None:  # noqa: ARG001 - its commands belong to the group of app.cli.match
    match.command("lifts")(show_lifts)
    match.command("unmet")(show_unmet)
    match.command("evenness")(show_evenness)


def show_lifts(
    context: typer.Context,
    event: EventOption,
    supplier: Annotated[str, typer.Option(help="Code, id or name of the supplier.")],
    k: DepthOption = 10,
    limit: Annotated[int, typer.Option(help="Most changes to show.", min=1, max=50)] = 10,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show what would lift a supplier over all requests of an event: each change tried on every request."""
    from app.services import matching
    from app.services.participants import find_organisation

    state = session_of(context, as_json)
    with state.database.read() as session, state.progress("scoring") as report:
        actor, row = organiser_and_event(session, tenant, event)
        owner = find_organisation(session, actor, supplier)
        found = matching.supplier_lifts(session, actor, row, owner.id, k=k, limit=limit, lang=lang, report=report)
    state.answer(found, lambda: _print_lifts(state, found, lang))


def show_unmet(
    context: typer.Context,
    event: EventOption,
    probability: Annotated[
        float,
        typer.Option(help="What the best supplier must reach for a request to be served well.", min=0.01, max=0.99),
    ] = 0.5,
    k: DepthOption = 10,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the requests nobody serves well, by product, why, and what would open them; and what nobody asks for."""
    from app.services import matching

    state = session_of(context, as_json)
    with state.database.read() as session, state.progress("scoring") as report:
        actor, row = organiser_and_event(session, tenant, event)
        found = matching.unmet_demand(session, actor, row, probability=probability, k=k, lang=lang, report=report)
    state.answer(found, lambda: _print_unmet(state, found, lang))


def show_evenness(
    context: typer.Context,
    event: EventOption,
    k: DepthOption = 10,
    lang: LangOption = "en",
    tenant: TenantOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Show how evenly the lists show the suppliers, and what score a more even hand would give up; changes nothing."""
    from app.services import matching

    state = session_of(context, as_json)
    with state.database.read() as session, state.progress("scoring") as report:
        actor, row = organiser_and_event(session, tenant, event)
        found = matching.evenness_curve(session, actor, row, k=k, report=report)
    state.answer(found, lambda: _print_evenness(state, found, lang))


def _print_evenness(state: Session, found: dict[str, Any], lang: str) -> None:
    from app.core.i18n import format_number, format_share, text

    say = _saying(state)
    say(escape(text("evenness.head", lang, **{name: found[name] for name in ("requests", "suppliers", "k", "places")})))
    for one in found["dial"]:
        shown = {
            "evenness": format_number(one["evenness"], lang, 2),
            "gini": format_number(one["gini"], lang, 3),
            "kept": format_share(one["kept"], lang, 1),
        }
        say("  " + escape(text("evenness.setting", lang, **shown, idle=one["idle"], moved=one["moved"])))


def _print_lifts(state: Session, found: dict[str, Any], lang: str) -> None:
    from app.core.i18n import format_number, text

    say = _saying(state)
    say(f"[bold]{escape(firm(found['supplier'], lang))}[/]")
    shown = {name: found[name] for name in ("requests", "passes", "listed", "k")}
    say(text("lifts.standing", lang, **shown, meetings=format_number(found["meetings"], lang, 1)))
    if not found["lifts"]:
        say(text("lifts.none", lang))
    for place, lift in enumerate(found["lifts"], 1):
        effort = text(f"lifts.effort.{lift['effort']}", lang)
        say(f"\n{place:>2}. {escape(lift['change'])}  [dim]({escape(effort)})[/]")
        brings = [text("lifts.meetings", lang, count=format_number(lift["meetings"], lang, 2))]
        brings += [
            text(f"lifts.{name}", lang, count=lift[name], k=found["k"])
            for name in ("opens", "enters", "ranks")
            if lift[name]
        ]
        say(f"    [green]{escape(' · '.join(brings))}[/]")
        for one in lift["requests"][:_REQUESTS]:
            told = f"{_move(one, lang)}  {_wish(one, lang)}"
            say(f"      [cyan]{escape(one['request']['code'])}[/] {escape(told)}")
        rest = lift["concerns"] - len(lift["requests"][:_REQUESTS])
        if rest > 0:
            say(f"      [dim]{escape(text('lifts.more', lang, count=rest))}[/]")


def _print_unmet(state: Session, found: dict[str, Any], lang: str) -> None:
    from app.core.i18n import format_share, text

    say = _saying(state)
    share = format_share(found["probability"], lang, 0)
    say(text("unmet.head", lang, requests=found["requests"], unmet=found["unmet"], probability=share))
    for product in found["products"]:
        counts = text("unmet.counts", lang, asked=product["asked"], suppliers=product["suppliers"])
        say(f"\n[bold]{escape(product['label'])}[/]  [dim]{escape(counts)}[/]")
        for one in product["requests"]:
            say(f"  [cyan]{escape(one['request']['code'])}[/] {escape(_wish(one, lang))}")
            say(f"      {escape(one['because'])}")
            if one["nearest"] is not None:
                _print_nearest(say, one["nearest"], lang)
    for name, names in (
        ("unmet.unasked", [f"{one['label']} ({len(one['suppliers'])})" for one in found["unasked"]]),
        ("unmet.idle", [firm(one, lang) for one in found["idle"]]),
    ):
        if names:
            say(
                "\n"
                + escape(text(name, lang, names=("、" if lang.startswith("zh") else ", ").join(names), k=found["k"]))
            )


def _print_nearest(say: Any, nearest: dict[str, Any], lang: str) -> None:
    from app.core.i18n import format_number, text

    score = format_number(nearest["score"], lang, 1)
    say(f"      {escape(text('unmet.nearest', lang, supplier=firm(nearest['supplier'], lang), score=score))}")
    for lift in nearest["lifts"]:
        score = format_number(lift["score"], lang, 1)
        where = text("unmet.rank", lang, rank=lift["rank"], score=score) if lift["rank"] else text("unmet.closed", lang)
        say(f"        [green]→ {escape(lift['change'])}[/]  [dim]{escape(where)}[/]")


def _move(one: dict[str, Any], lang: str) -> str:
    from app.core.i18n import format_share, text

    before, after = (
        text("lifts.out", lang) if one[name] is None else text("lifts.rank", lang, rank=one[name])
        for name in ("rank", "rank_after")
    )
    return f"{before} → {after} ({format_share(one['probability_after'], lang, 0)})"


def _wish(one: dict[str, Any], lang: str) -> str:
    return f"{firm(one['buyer'], lang)}: {one['request']['title']}"


def _saying(state: Session) -> Any:
    return lambda line: state.out.print(line, soft_wrap=True)
