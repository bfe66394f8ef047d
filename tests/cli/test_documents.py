"""Every command shown in README.md and docs/ is run, in the order of its document, in one folder.

Commands stand in fences marked `bash` or `console` (there after "$ "), and in the running text between backticks.
A document's folder holds links to the sources and a PROBLEM.json, and its database has the demonstration in it.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import Shell
from tests.cli.conftest import Demo
from tests.cli.test_commands import _commands as _known
from tests.cli.test_commands import _problem
from tests.operation.live import serving
from tests.processes import ROOT

DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
#: what is not run here, and why it cannot be
NOT_RUN = {
    "make demo": "installs into .venv; what it runs then, `fairmatch demo`, has tests of its own",
    "make test": "is this very run",
    "make coverage": "is this very run again",
    "make lint": "checks the whole tree; tests/house runs its parts",
    "make bench": "takes minutes",
    "make format": "would rewrite the sources",
    "make lock": "needs the network",
    "make torture": "takes hours",
    "make pictures": "would rewrite the pictures",
    "make serve": "does not end by itself; the service has tests of its own",
    "fairmatch serve": "does not end by itself; the service has tests of its own",
}
#: files that documents speak of; here they hold a small problem
PROBLEMS = ("PROBLEM.json", "problem.json", "fair_a.json", "fair_b.json", "big.json")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`((?:fairmatch|make) [^`\n]+)`")


def _commands(text: str) -> list[str]:
    """The commands of a document, in order; lines that end in a backslash go on."""
    found = []
    for part in re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        fence = _FENCE.match(part)
        if fence is None:
            found += _INLINE.findall(part)
        elif fence[1] in ("bash", "console", "sh"):
            lines = fence[2].replace("\\\n", " ").splitlines()
            if fence[1] == "console":
                lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
            found += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return found


def _programs(text: str) -> list[tuple[str, list[str]]]:
    """Each Python fence with the commands that stand before it."""
    seen: list[str] = []
    out = []
    for part in re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL):
        fence = _FENCE.match(part)
        if fence is not None and fence[1] == "python":
            out.append((fence[2], list(seen)))
        else:
            seen += _commands(part)
    return out


def _single(commands: list[str]) -> list[str]:
    """`make one two NAME=value` is two commands."""
    out = []
    for command in commands:
        program, *words = command.split()
        out += [f"make {word}" for word in words if "=" not in word] if program == "make" else [command]
    return out


def _is_name(command: str) -> bool:
    """Whether it only names a command of ours that cannot run without more, as in a sentence about it."""
    complete = {("db", "upgrade"), ("doctor",), ("event", "list")}
    return tuple(command.split()[1:]) in {*_known(), *((name[0],) for name in _known())} - complete


def _is_run(command: str) -> bool:
    """Not what NOT_RUN lists, nor names, nor synopses: brackets, ellipses, bars, an argument in capitals."""
    if command in NOT_RUN or _is_name(command) or command.startswith("fairmatch serve "):
        return False
    return not re.search(r"[\[\]…|<>]|\s[A-Z]{3,}(\s|$)", command)


@pytest.fixture
def place(demo: Demo, tmp_path: Path) -> Shell:
    """A folder like a clone after `make demo`."""
    for name in ("app", "docs", "scoring", "Makefile", "README.md"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name in PROBLEMS:
        (tmp_path / name).write_text(json.dumps(_problem()), encoding="utf-8")
    return demo.copy(tmp_path)


def _shown(path: Path) -> list[str]:
    return _single(_commands(path.read_text(encoding="utf-8")))


def test_the_documents_show_commands() -> None:
    run = [command for path in DOCUMENTS for command in _shown(path) if _is_run(command)]
    assert len(run) >= 10
    for group in ("import", "match", "schedule", "export", "solve", "verify", "key"):
        assert any(command.replace("--json ", "").startswith(f"fairmatch {group}") for command in run), group


def test_what_is_not_run_is_shown_or_could_not_be() -> None:
    """The list is no hiding place: each entry is a target of the Makefile, or the one command that does not end."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {command for command in NOT_RUN if command.startswith("make ")} <= {f"make {target}" for target in targets}
    assert {command for command in NOT_RUN if not command.startswith("make ")} == {"fairmatch serve"}
    shown = {command for path in DOCUMENTS for command in _shown(path)}
    assert {c for c in shown if c.startswith("make ")} <= {f"make {target}" for target in targets}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_runs(place: Shell, path: Path) -> None:
    for command in filter(_is_run, _shown(path)):
        if _is_plain(command):
            place.run(*shlex.split(command)[1:])
        else:
            _in_a_shell(place, command)


def _is_plain(command: str) -> bool:
    """Whether it is only a command of ours and its words: nothing that a shell would have to see to."""
    return command.startswith("fairmatch ") and not re.search(r"[*?$~=;&`\\]", command)


def _in_a_shell(place: Shell, command: str) -> None:
    process = subprocess.run(
        ["bash", "-c", command], cwd=place.folder, env=place.environment, capture_output=True, text=True, timeout=300
    )
    assert process.returncode == 0, f"{command}: {process.stderr}"
    assert "Traceback" not in process.stderr


def _readme() -> list[tuple[str, list[str]]]:
    return _programs((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", range(len(_readme())))
def test_every_program_of_the_readme_runs(place: Shell, number: int) -> None:
    """Against the live service, with the key that the command before it made."""
    program, before = _readme()[number]
    environment = dict(place.environment)
    if "KEY" in program:
        made = next(command for command in reversed(before) if "key create" in command)
        environment["KEY"] = place.run(*made.split()[1:]).data["key"]
        with serving(place) as live:
            answer = _run(program, place.folder, environment | {"FAIRMATCH_URL": live.address})
    else:
        answer = _run(program, place.folder, environment)
    assert answer.strip()


def _run(program: str, folder: Path, environment: dict[str, str]) -> str:
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert process.returncode == 0, process.stderr
    return process.stdout
