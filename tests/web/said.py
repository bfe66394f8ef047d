"""Every English text that pages say, found in templates and views; run it to see those without a translation.

python -m tests.web.said
"""

from __future__ import annotations

import ast
import csv
import sys
from pathlib import Path

from jinja2 import nodes

from app.web import words
from app.web.templates import environment

_WEB = Path(__file__).parents[2] / "app" / "web"


def _in_template(file: Path) -> set[str]:
    tree = environment().parse(file.read_text(encoding="utf-8"))
    found = set()
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        count = {"_": 1, "n_": 2}.get(name, 0)
        found |= {str(each.value) for each in call.args[:count] if isinstance(each, nodes.Const)}
    return found


def _in_module(file: Path) -> set[str]:
    found = set()
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, (ast.Attribute, ast.Name)):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id
        count = {"say": 1, "say_count": 2, "text_of": 1}.get(name, 0)
        found |= {
            each.value for each in call.args[:count] if isinstance(each, ast.Constant) and isinstance(each.value, str)
        }
    return found


def said() -> dict[str, str]:
    """English text → the file that says it."""
    found: dict[str, str] = {}
    for file in sorted(_WEB.rglob("*.html")):
        found |= dict.fromkeys(_in_template(file), file.relative_to(_WEB).as_posix())
    for file in sorted(_WEB.rglob("*.py")):
        found |= dict.fromkeys(_in_module(file), file.relative_to(_WEB).as_posix())
    return found


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for text, place in sorted(said().items(), key=lambda each: (each[1], each[0])):
        if text not in words.catalogue():
            writer.writerow([text, "", "", place])
