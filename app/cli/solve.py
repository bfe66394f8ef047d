"""`fairmatch solve`, `fairmatch verify` and `fairmatch advise`: timetables from files, without a database.

Exit codes: 0 a plan with every required meeting (or not strict), 1 `verify` found violations, 2 bad input,
3 infeasible under `--strict`, 4 unknown under `--strict`.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from app.cli.console import LangOption, session_of
from app.cli.files import AsJson, Out, PlanFile, ProblemFile, check_outputs, load, refuse, write
from app.core.errors import AppError

if TYPE_CHECKING:
    from app.domain.scheduling import Plan, Progress, Verdict
    from app.domain.scheduling.plan import Unscheduled
    from app.domain.scheduling.review import Review

VIOLATIONS, INFEASIBLE, UNKNOWN, INTERRUPTED = 1, 3, 4, 130
_STOPPING = (
    "Stopping. The best plan so far is completed, explained, checked and written, which takes some seconds for a large "
    "fair. Ctrl-C once more ends at once and writes nothing."
)

TimeLimit = Annotated[float, typer.Option(min=0.1, help="Seconds for the whole run.")]
Steps = Annotated[
    int | None, typer.Option(min=1, help="Annealing moves instead of a time limit: the same plan on every machine.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of all random choices.")]
BoundOption = Annotated[
    Literal["flow", "deep"],
    typer.Option(help="Deep: a tighter bound from who is there when, and breaks counted; takes a processor's time."),
]
Strict = Annotated[bool, typer.Option("--strict", help="No partial plan: fail if a required meeting is missing.")]


def _line(seen: Progress) -> str:
    lacking = f", {seen.missing_required} required missing" if seen.missing_required else ""
    short = f", {seen.shortfall} short of minima" if seen.shortfall else ""
    figures = f"{seen.held} meetings, objective {seen.objective:,.6g}, bound {seen.bound:,.6g}, gap {seen.gap:.3%}"
    return f"{seen.seconds:6.1f} s  {seen.stage}: {figures}{lacking}{short}"


def _run(problem: Any, **options: Any) -> Plan:
    from app.domain.scheduling import read_problem, solve

    read, stop = read_problem(problem), threading.Event()
    with (
        Console(stderr=True).status("reading") as status,
        ThreadPoolExecutor(1) as beside,
        _heard(stop, status.console),
    ):
        plan = beside.submit(solve, read, progress=lambda seen: status.update(_line(seen)), stop=stop, **options)
        while not wait([plan], timeout=0.1).done:
            pass  # in short waits, because an interruption is only heard between them
        return plan.result()


@contextmanager
def _heard(stop: threading.Event, console: Console) -> Iterator[None]:
    """Ctrl-C ends the search, once more the process: its threads can only be waited for."""

    def interrupted(*_: object) -> None:
        if stop.is_set():
            os._exit(INTERRUPTED)
        stop.set()
        console.print(_STOPPING, soft_wrap=True)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _left_out(left: tuple[Unscheduled, ...], lang: str) -> list[str]:
    """How many pairs are left out for which reason, each with its first sentence."""
    from app.core.i18n import format_number, known

    by_code: dict[str, list[Unscheduled]] = {}
    for pair in left:
        by_code.setdefault(pair.code, []).append(pair)
    kinds = sorted(by_code.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    counted = [(format_number(len(pairs), lang), known("code", code, lang), pairs[0]) for code, pairs in kinds]
    return [f"{count:>6} × {kind}   ({one.id}: {one.said.words(lang)})" for count, kind, one in counted]


def _kind(plan: Plan) -> str:
    return f" ({plan.bound_kind.replace('_', '-')})" if plan.bound_kind else ""


def _summary(plan: Plan, output: Path, lang: str) -> str:
    from app.core.i18n import format_number, format_share, known, text

    counted = {name: format_number(getattr(plan, name), lang) for name in ("objective", "bound", "value", "breaks")}
    counted |= {name: format_number(getattr(plan, name), lang) for name in ("missing_required", "shortfall")}
    counted |= {"status": known("plan", plan.status, lang), "seconds": format_number(plan.seconds, lang, 3)}
    counted |= {"meetings": format_number(len(plan.meetings), lang), "left": format_number(len(plan.unscheduled), lang)}
    counted |= {"kind": _kind(plan), "gap": format_share(plan.gap, lang, 4)}
    lines = [
        *(
            text(f"solve.{line}", lang, **counted, seed=plan.seed)
            for line in ("held", "worth", "value", "short", "took")
        ),
        *_left_out(plan.unscheduled, lang),
        *(said.words(lang) for said in (*plan.conflict, *plan.advice)),
        *([] if plan.advice or not plan.unscheduled else [text("solve.advise", lang)]),
        text("repair.written", lang, file=output),
    ]
    return "\n".join(lines)


def solve(
    context: typer.Context,
    problem: ProblemFile,
    output: Out,
    time_limit: TimeLimit = 30.0,
    steps: Steps = None,
    seed: Seed = 0,
    strict: Strict = False,
    bound: BoundOption = "flow",
    lang: LangOption = "en",
    as_json: AsJson = False,
) -> None:
    """Build a timetable from a problem file and write the plan; Ctrl-C ends the search and writes the best so far."""
    as_json = session_of(context, as_json).json
    try:
        check_outputs([problem], [output])
        plan = _run(load(problem), time_limit=time_limit, steps=steps, seed=seed, strict=strict, bound=bound)
        write(output, plan.as_dict(lang))
    except AppError as error:
        raise refuse(error, as_json) from error
    if as_json:
        figures = {k: v for k, v in plan.as_dict().items() if k not in ("meetings", "unscheduled", "format")}
        counts = {"meetings": len(plan.meetings), "unscheduled": len(plan.unscheduled), "output": str(output)}
        typer.echo(json.dumps({**figures, **counts, **_said(plan, lang)}, ensure_ascii=False))
    else:
        typer.echo(_summary(plan, output, lang))
    if strict and plan.missing_required:
        raise typer.Exit(INFEASIBLE if plan.status == "infeasible" else UNKNOWN)


def _said(plan: Plan | Review, lang: str) -> dict[str, list[str]]:
    return {"advice": [s.words(lang) for s in plan.advice], "conflict": [s.words(lang) for s in plan.conflict]}


def _report(verdict: Verdict) -> str:
    counts = "   ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in verdict.counts.items())
    if verdict.legal:
        return f"legal   {counts}"
    lines = [f"{v.rule}: {v.message}" for v in verdict.violations]
    return "\n".join([f"{len(lines)} violations   {counts}", *lines])


def verify(context: typer.Context, problem: ProblemFile, plan: PlanFile, as_json: AsJson = False) -> None:
    """Hold a plan against its problem, rule by rule."""
    from app.domain.scheduling.verify import verify as check

    as_json = session_of(context, as_json).json
    try:
        verdict = check(load(problem), load(plan))
    except AppError as error:
        raise refuse(error, as_json) from error
    typer.echo(json.dumps(verdict.as_dict(), ensure_ascii=False) if as_json else _report(verdict))
    if not verdict.legal:
        raise typer.Exit(VIOLATIONS)


def advise(
    context: typer.Context, problem: ProblemFile, plan: PlanFile, lang: LangOption = "en", as_json: AsJson = False
) -> None:
    """Say why a plan leaves pairs out, what would let more in, and which required meetings contradict each other."""
    from app.domain.scheduling.review import review

    as_json = session_of(context, as_json).json
    try:
        seen = review(load(problem), load(plan))
    except AppError as error:
        raise refuse(error, as_json) from error
    checks = [said.words(lang) for said in seen.checks]
    if as_json:
        left = [{"id": u.id, "code": u.code, "reason": u.said.words(lang)} for u in seen.reasons]
        typer.echo(json.dumps({"checks": checks, **_said(seen, lang), "unscheduled": left}, ensure_ascii=False))
        return
    told = _said(seen, lang)
    for line in dict.fromkeys([*checks, *told["conflict"], *_left_out(seen.reasons, lang), *told["advice"]]):
        typer.echo(line)


def register(app: typer.Typer) -> None:
    """Adds the three commands to the root application."""
    app.command("solve")(solve)
    app.command("advise")(advise)
    app.command("verify")(verify)
