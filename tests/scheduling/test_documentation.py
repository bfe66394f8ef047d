"""What `docs/scheduling.md` shows is run, and the codes it lists are those the engine gives."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(example, "docs/scheduling.md", "exec"), {})


def test_every_code_of_a_reason_is_documented() -> None:
    source = (ROOT / "app" / "domain" / "scheduling" / "reasons.py").read_text(encoding="utf-8")
    listed = re.search(r"Codes: (.*?)\.\n", source, re.DOTALL)
    assert listed is not None
    codes = set(re.findall(r"[a-z_]+", listed[1]))
    assert codes
    assert {code for code in codes if f"`{code}`" not in TEXT} == set()
