"""`make bench DATA=FOLDER`: every benchmark in turn, on the development data in FOLDER."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NAMES = ("fabric_fair", "ranking", "scheduling")


def main() -> int:
    """Run each benchmark in a process of its own; return 1 if one failed."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("usage: make bench DATA=FOLDER    (the folder with the development data)", file=sys.stderr)
        return 2
    failed = 0
    for name in NAMES:
        print(f"\n== {name} ==", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"benchmarks.{name}", sys.argv[1]], check=False).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
