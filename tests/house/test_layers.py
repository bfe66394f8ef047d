"""Who may import whom: the contracts of pyproject.toml, and that they say what was designed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, Any]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        found = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {contract["name"]: contract for contract in found}


def test_imports_run_downward_only() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_the_contracts_are_those_of_the_architecture(contracts: dict[str, dict[str, Any]]) -> None:
    layers = contracts["layers"]["layers"]
    flat = [part.strip(" ()") for layer in layers for part in layer.split("|")]
    assert flat == [
        "app.cli", "app.main", "app.web", "app.api", "app.jobs", "app.services", "app.db", "app.io", "app.domain",
        "app.core",
    ]  # fmt: skip
    alone = contracts["the ranking engine stands alone"]
    assert set(alone["forbidden_modules"]) >= {"app", "fastapi", "sqlalchemy", "pydantic", "httpx", "dbos"}
    pure = contracts["the domain does no input or output"]
    assert set(pure["forbidden_modules"]) >= {"sqlalchemy", "fastapi", "httpx", "typer", "fpdf", "icalendar"}


def test_the_ranking_engine_has_three_doors() -> None:
    """Only matching, the vocabulary's doorway and what compiles the timetables' kernels import `scoring`."""
    single = {"app/domain/vocabulary.py", "app/domain/scheduling/compiling.py"}
    users = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "app").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("import scoring", "from scoring"))
    }
    assert users
    assert single <= users
    assert all(user.startswith("app/services/matching/") for user in users - single)


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("app.cli.root", ["sqlalchemy", "numpy", "sklearn", "fastapi", "dbos"]),
        ("scoring", ["app", "numpy", "sklearn"]),
        ("app.domain.scheduling.verify", ["sqlalchemy", "fastapi", "ortools", "numba"]),
        ("app.domain.participants", ["sqlalchemy", "numpy"]),
    ],
)
def test_what_is_not_needed_is_not_loaded(module: str, without: list[str]) -> None:
    """So that help is quick, and a solver needs no database."""
    code = f"import sys, {module}; print([name for name in {without!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
