"""The guide's example runs and its table tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

from scoring.terms.catalogue import BUYER_WEIGHTS, SUPPLIER_WEIGHTS, terms

GUIDE = (Path(__file__).parents[2] / "docs" / "ranking.md").read_text(encoding="utf-8")


def test_the_example_prints_what_it_says(capsys):
    code = re.search(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    assert code is not None
    exec(code.group(1), {})
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "[['A', 'C']]"
    assert lines[-2:] == ["True", "certificates"]
    assert any("Daunenjacken" in line for line in lines)


def table():
    """Points and neutral value of each term, as the guide has them."""
    found = {}
    for row in re.findall(
        r"^\| (\w[\w, ]*) \| (.*?) \| (.*) \| ([\d., ]+ / [\d., ]+) \| ([^|]+) \| .* \|$", GUIDE, re.MULTILINE
    ):
        names = row[0].split(", ")
        supplier, buyer = ([float(n) for n in side.split(",")] for side in row[3].split("/"))
        for at, name in enumerate(names):
            found[name] = (supplier[at], buyer[at], row[4].strip())
    return found


def test_the_table_has_the_weights_and_neutral_values_of_the_code():
    shown = table()
    assert shown.keys() == SUPPLIER_WEIGHTS.keys()
    for name, (supplier, buyer, _) in shown.items():
        assert (supplier, buyer) == (SUPPLIER_WEIGHTS[name], BUYER_WEIGHTS[name]), name
    for term in terms():
        assert float(shown[term.name][2]) == term.neutral, term.name
