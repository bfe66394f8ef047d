"""What the commands on timetable files share: their arguments, reading, writing, refusing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from app.core.errors import AppError, InvalidInputError
from app.io.atomic import check_writable, write_bytes

BAD_INPUT = 2

ProblemFile = Annotated[Path, typer.Argument(help="A fairmatch/problem@1 file.", metavar="PROBLEM.json")]
PlanFile = Annotated[Path, typer.Argument(help="A fairmatch/plan@1 file.", metavar="PLAN.json")]
Out = Annotated[Path, typer.Option("--output", "-o", help="Where the plan is written.", metavar="PLAN.json")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a field that is given twice, which JSON readers otherwise pass over in silence."""
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise InvalidInputError(f'the field "{key}" is given twice in one object')
        out[key] = value
    return out


def load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except OSError as error:
        raise InvalidInputError(f"{path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{path} is not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise InvalidInputError(f"{path} is not JSON: {error.msg} in line {error.lineno}") from error
    except RecursionError as error:
        raise InvalidInputError(f"{path} is nested too deeply") from error
    except InvalidInputError as error:
        raise InvalidInputError(f"{path}: {error.message}") from error


def check_outputs(inputs: Iterable[Path], outputs: Iterable[Path | None]) -> None:
    """Refuses outputs that would replace an input or each other, and what cannot be written; before any work is done.

    Raises
    ------
    InvalidInputError
        It names the file.
    """
    taken = {path.resolve(): "is read by this command" for path in inputs}
    for output in outputs:
        if output is None:
            continue
        if output.is_dir():
            raise InvalidInputError(f"{output} is a folder; name a file in it to write to.")
        found = output.resolve()
        if found in taken:
            raise InvalidInputError(f"{output} {taken[found]}; name another file to write to.")
        check_writable(output)
        taken[found] = "is written to already"


def check_folder(folder: Path | None) -> None:
    """Refuses what is to be a folder and is a file, or nobody may write to."""
    if folder is not None and folder.exists() and not folder.is_dir():
        raise InvalidInputError(f"{folder} is a file, where a folder is wanted; name another one.")
    if folder is not None:
        check_writable(folder / "any")


def refuse(error: AppError, as_json: bool) -> typer.Exit:
    if as_json:
        typer.echo(json.dumps({"error": error.code, "message": error.message, **error.details}, ensure_ascii=False))
    else:
        typer.echo(error.message, err=True)
    return typer.Exit(BAD_INPUT)


def write(output: Path, data: dict[str, Any]) -> None:
    """Whole or not at all: a reader never sees half a file."""
    write_bytes(output, (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())
