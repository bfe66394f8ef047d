"""Run the real command in a process of its own, with a database and an output folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


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

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "app", *arguments], cwd=self.folder, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, code: int = 0) -> Result:
        """Run a command to its end; it must end with `code`, and never with a traceback."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert "Traceback" not in out + err, err
        assert process.returncode == code, (
            f"fairmatch {' '.join(arguments)} ended with {process.returncode}: {out}{err}"
        )
        return Result(process.returncode, out, err)

    def json(self, *arguments: str, code: int = 0) -> Any:
        return self.run("--json", *arguments, code=code).data
