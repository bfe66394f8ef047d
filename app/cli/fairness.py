"""`fairmatch fairness`: value against a floor under everybody's meetings, as a curve to choose from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console

from app.cli.console import session_of
from app.cli.files import AsJson, ProblemFile, check_folder, check_outputs, load, refuse, write
from app.core.errors import AppError, InvalidInputError

if TYPE_CHECKING:
    from app.domain.scheduling import FairnessPoint

Curve = Annotated[Path, typer.Option("--output", "-o", help="Where the curve is written.", metavar="CURVE.json")]
Plans = Annotated[
    Path | None, typer.Option(help="A folder for the plan and the problem of each floor.", metavar="FOLDER")
]
SideOption = Annotated[
    Literal["first", "second", "both"],
    typer.Option(help="Whose meetings get the floor: the first of each pair, the second, or both."),
]
Floors = Annotated[list[int] | None, typer.Option("--floor", min=0, help="A floor to try; may be given several times.")]
TimeLimit = Annotated[float, typer.Option(min=0.1, help="Seconds for each plan.")]
Steps = Annotated[int | None, typer.Option(min=1, help="Moves for each plan instead of a time limit.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of all random choices.")]

#: names of the files of a floor
_KEPT = re.compile(r"(plan|problem)-\d+\.json")


def _row(point: FairnessPoint) -> str:
    first, second = point.first, point.second
    lacking = f"   {point.missed} short" if point.missed else ""
    return (
        f"{point.floor:>5}  {point.plan.objective:>12,}  {point.given_up:>10,.6g}  "
        f"{first.least:>3}–{first.most:<3} {first.gini:.3f}   {second.least:>3}–{second.most:<3} {second.gini:.3f}"
        f"   {point.plan.status}{lacking}"
    )


def fairness(
    context: typer.Context,
    problem: ProblemFile,
    output: Curve,
    plans: Plans = None,
    side: SideOption = "both",
    floor: Floors = None,
    time_limit: TimeLimit = 10.0,
    steps: Steps = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Show what a minimum of meetings for everybody costs in value, floor by floor."""
    from app.domain.scheduling import fairness_curve, read_problem
    from app.domain.scheduling.fairness import FAIRNESS_FORMAT

    as_json = session_of(context, as_json).json
    try:
        _check(problem, output, plans)
        read = read_problem(load(problem))
        with Console(stderr=True).status("floor 0") as status:
            curve = fairness_curve(
                read,
                side=side,
                floors=floor,
                time_limit=time_limit,
                steps=steps,
                seed=seed,
                seen=lambda k, plan: status.update(f"floor {k}: objective {plan.objective:,}"),
            )
        data = {"format": FAIRNESS_FORMAT, "side": side, "points": [point.as_dict() for point in curve]}
        write(output, data)
        for point in curve if plans else ():
            _keep(plans, point)
    except AppError as error:
        raise refuse(error, as_json) from error
    if as_json:
        typer.echo(json.dumps({**data, "output": str(output)}, ensure_ascii=False))
    else:
        head = (
            f"{'floor':>5}  {'objective':>12}  {'given up':>10}  {'first':>7} {'gini':>5}   {'second':>7} {'gini':>5}"
        )
        typer.echo("\n".join([head, *map(_row, curve), f"written to {output}"]))


def _check(problem: Path, output: Path, plans: Path | None) -> None:
    """Refuses outputs in each other's place, of whatever floors the curve will have."""
    check_outputs([problem], [output])
    check_folder(plans)
    if plans is None:
        return
    for path in (problem.resolve(), output.resolve()):
        if path.parent == plans.resolve() and _KEPT.fullmatch(path.name):
            raise InvalidInputError(f"{path} has the name of a file that --plans writes; name another file or folder.")


def _keep(folder: Path | None, point: FairnessPoint) -> None:
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InvalidInputError(f"{folder} cannot be made: {error.strerror or error}") from error
        write(folder / f"plan-{point.floor}.json", point.plan.as_dict())
        write(folder / f"problem-{point.floor}.json", point.problem.model_dump(mode="json", by_alias=True))


def register(app: typer.Typer) -> None:
    """Adds the command to the root application."""
    app.command("fairness")(fairness)
