"""Every benchmark with its peers, each in a process of its own, and the page that shows the figures.

    python -m benchmarks FOLDER [--only NAME ...] [--page docs/benchmarks.md]      (make bench DATA=FOLDER)

FOLDER holds the development data. A benchmark that is left out with --only keeps the tables it had on the page.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.tables import Table

NAMES = ("text", "languages", "learning", "two_sided", "scale", "events", "fairs", "service", "repairs", "pages")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_HEAD = """# Benchmarks

Made by `make bench DATA=FOLDER`, ours and the peers in the same run. FOLDER is the development data; it is not part of
this project. Times depend on the machine and on what else it does: read their ratios. Figures on development data are
for learning; they are not what unseen data will give.
"""
_MARK = "<!-- benchmark: {} -->"


def main() -> int:
    """Run the benchmarks, write the page; return 1 if one failed."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    arguments.add_argument("--page", type=Path, default=PAGE)
    arguments.add_argument("--collect", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if not options.folder.is_dir():
        arguments.error(f"{options.folder} is not a folder")
    if options.collect:
        return _collect(options.only[0], options.folder, options.collect)
    sections = sections_of(options.page)
    failed = 0
    for name in options.only:
        print(f"\n== {name} ==", flush=True)
        found = _run(name, options.folder)
        failed |= found is None
        if found is not None:
            sections[name] = f"{_machine()}\n\n{found}"
            print(found, flush=True)
    write(options.page, sections)
    return failed


def _run(name: str, folder: Path) -> str | None:
    """The tables of one benchmark as Markdown, run in a process of its own; None if it failed."""
    with tempfile.TemporaryDirectory() as scratch:
        out = Path(scratch) / "tables.json"
        command = [sys.executable, "-m", "benchmarks", str(folder), "--only", name, "--collect", str(out)]
        if subprocess.run(command, check=False).returncode:
            return None
        return "\n".join(Table(**table).markdown() for table in json.loads(out.read_text(encoding="utf-8")))


def _collect(name: str, folder: Path, out: Path) -> int:
    tables = [asdict(table) for table in import_module(f"benchmarks.{name}").tables(folder)]
    out.write_text(json.dumps(tables), encoding="utf-8")
    return 0


def _machine() -> str:
    names = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy", "scikit-learn"))
    return f"Python {platform.python_version()}, {names}; {os.cpu_count()} processors, shared with other work."


def sections_of(page: Path) -> dict[str, str]:
    """What stands on the page, by benchmark."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    parts = re.split(_MARK.format("(.*?)"), text)[1:]
    return dict(zip(parts[::2], (part.strip() + "\n" for part in parts[1::2]), strict=True))


def write(page: Path, sections: dict[str, str]) -> None:
    body = "\n".join(f"{_MARK.format(name)}\n\n{sections[name]}" for name in NAMES if name in sections)
    page.write_text(f"{_HEAD}\n{body}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
