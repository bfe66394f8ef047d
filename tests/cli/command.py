"""Run commands with a database and an output folder of their own: here, or in a process where only that shows it."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.processes import ROOT, Process


@dataclass
class Result:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The answer as JSON; the whole of standard output must be one document."""
        return json.loads(self.out)


@dataclass
class Shell:
    """A folder to work in and the settings that commands run with."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMATCH_")}
        return kept | {
            "FAIRMATCH_DATABASE_URL": self.database_url,
            "FAIRMATCH_OUT": str(self.folder / "out"),
            "PYTHONPATH": str(ROOT),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
        } | self.settings  # fmt: skip

    def start(self, *arguments: str) -> Process:
        return Process("app.cli:main", *arguments, cwd=self.folder, env=self.environment)

    def process(self, *arguments: str, code: int = 0, told: str | None = None) -> Result:
        """Run a command in a process of its own; it must end with `code`, and never with a traceback."""
        process = self.start(*arguments)
        out, err = process.communicate(told, timeout=300)
        assert "Traceback" not in out + err, err
        return _ended(arguments, Result(process.wait(), out, err), code)

    def run(self, *arguments: str, code: int = 0, told: str = "") -> Result:
        """Run a command to its end in this process, which saves starting one; it must end with `code`.

        What it cannot handle comes out of here as an exception.
        """
        out, err, ended = io.StringIO(), io.StringIO(), 0
        with self._inside(arguments, told), redirect_stdout(out), redirect_stderr(err):
            try:
                main()
            except SystemExit as exit_:
                ended = int(exit_.code or 0)
        return _ended(arguments, Result(ended, out.getvalue(), err.getvalue()), code)

    @contextmanager
    def _inside(self, arguments: tuple[str, ...], told: str) -> Iterator[None]:
        """As if this process had been started in the folder, with the environment and with these arguments."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["fairmatch", *arguments])
            patch.setattr(sys, "stdin", io.StringIO(told))
            for name in os.environ.keys() - self.environment.keys():
                patch.delenv(name)
            for name, value in self.environment.items():
                patch.setenv(name, value)
            yield

    def json(self, *arguments: str, code: int = 0) -> Any:
        return self.run("--json", *arguments, code=code).data


def _ended(arguments: tuple[str, ...], result: Result, code: int) -> Result:
    assert result.code == code, f"fairmatch {' '.join(arguments)} ended with {result.code}: {result.out}{result.err}"
    return result
