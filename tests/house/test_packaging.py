"""Image, compose file, Makefile and CI script, as far as they can be checked without running them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    found = [tuple(line.split(None, 1)) for line in lines]
    return [(name, rest) for name, rest in found]


def _last_stage() -> list[tuple[str, str]]:
    found = _instructions()
    start = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def _ignored(name: str) -> bool:
    """As .dockerignore decides: the last pattern that fits, `!` lets in."""
    out = False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.strip().lstrip("!").rstrip("/")
        if pattern and not line.startswith("#") and (fnmatch(name, pattern) or name.startswith(f"{pattern}/")):
            out = not line.startswith("!")
    return out


def test_the_image_does_not_run_as_root() -> None:
    users = [rest for name, rest in _last_stage() if name == "USER"]
    assert users
    assert users[-1] not in {"root", "0"}
    after = [name for name, _ in _last_stage()]
    assert "RUN" not in after[after.index("USER") :]


def test_whatever_the_image_copies_is_there_and_let_in() -> None:
    copied = [rest for name, rest in _instructions() if name == "COPY" and "--from=" not in rest]
    assert copied
    for rest in copied:
        for source in shlex.split(rest)[:-1]:
            assert (ROOT / source).exists(), source
            assert not _ignored(source), source


def test_the_image_gets_what_the_package_needs_and_nothing_private() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    copied = " ".join(rest for name, rest in _instructions() if name == "COPY")
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        assert f" {package} " in f" {copied} "
    assert project["project"]["readme"] in copied
    for name in (".git", ".env", "var", "tests", ".venv"):
        assert _ignored(name), name


def test_the_image_installs_by_hash() -> None:
    installs = [rest for name, rest in _instructions() if name == "RUN" and "pip install" in rest]
    assert any("--require-hashes -r requirements.lock" in rest for rest in installs)
    assert all("--require-hashes" in rest or "--no-deps" in rest for rest in installs)


def test_the_command_of_the_image_exists() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        scripts = tomllib.load(file)["project"]["scripts"]
    command = next(rest for name, rest in reversed(_last_stage()) if name == "CMD")
    used = re.findall(r"\b(fairmatch) ([a-z]+)", command)
    assert {program for program, _ in used} == set(scripts) == {"fairmatch"}
    from app.cli.root import app

    known = {info.name or info.callback.__name__ for info in app.registered_commands if info.callback}
    known |= {str(group.name) for group in app.registered_groups}
    assert {first for _, first in used} <= known
    assert "HEALTHCHECK" in {name for name, _ in _last_stage()}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def test_compose_starts_the_service_and_postgresql(compose: dict[str, Any]) -> None:
    app, db = compose["services"]["app"], compose["services"]["db"]
    assert db["image"].startswith("postgres:18")
    assert app["build"] == "."
    assert app["environment"]["FAIRMATCH_DATABASE_URL"].startswith("postgresql+psycopg://")
    assert app["depends_on"]["db"]["condition"] == "service_healthy"
    assert app["read_only"] is True
    assert app["cap_drop"] == ["ALL"]
    assert {volume.split(":")[0] for service in (app, db) for volume in service["volumes"]} == set(compose["volumes"])


def test_compose_holds_no_password(compose: dict[str, Any]) -> None:
    assert "${FAIRMATCH_DB_PASSWORD:?" in compose["services"]["db"]["environment"]["POSTGRES_PASSWORD"]
    assert "${FAIRMATCH_DB_PASSWORD}" in compose["services"]["app"]["environment"]["FAIRMATCH_DATABASE_URL"]


def test_the_makefile_has_the_targets_of_the_design_and_explains_them() -> None:
    run = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    told = set(re.findall(r"make ([a-z]+)", run.stdout))
    assert told >= {"demo", "test", "serve", "lint", "bench", "help"}


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("demo", ["--require-hashes -r requirements.lock", "fairmatch demo"]),
        ("test", ["--require-hashes -r requirements-test.lock", "-m pytest"]),
        ("serve", ["fairmatch db upgrade", "fairmatch serve"]),
        ("lint", ["ruff check", "ruff format --check", "mypy", "lint-imports"]),
        ("bench", ["-m benchmarks"]),
    ],
)
def test_what_a_target_would_do(tmp_path: Path, target: str, words: list[str]) -> None:
    """In a fresh clone: nothing is installed there yet."""
    for name in (
        "Makefile",
        "pyproject.toml",
        "requirements.lock",
        "requirements-test.lock",
        "requirements-bench.lock",
    ):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    run = subprocess.run(["make", "-n", target], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "-m venv .venv" in run.stdout
    for word in words:
        assert word in run.stdout


def test_the_ci_script_runs_what_the_readme_says() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    for command in ("make lint", "make test", "docker build"):
        assert command in text
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
