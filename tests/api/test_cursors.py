"""Cursors that were made elsewhere are refused, whatever they hold; ours come back as they were."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import pytest

from app.core.errors import InvalidInputError
from app.core.paging import decode_place, encode_place

_ID = UUID(int=7)


@pytest.mark.parametrize("value", ["南昌 & Cie", "", 0, 99])
def test_a_place_comes_back(value: str | int) -> None:
    assert decode_place(encode_place(value, _ID), type(value)) == (value, _ID)


@pytest.mark.parametrize(
    "held",
    [
        "[" * 100_000, "7", "{}", "[]", json.dumps([1, 2, 3]), json.dumps([True, str(_ID)]),
        json.dumps(["a", str(_ID)]), json.dumps([2**31, str(_ID)]), json.dumps([1, 7]), json.dumps([1, "x"]),
        "[1, null]",
    ],
)  # fmt: skip
def test_no_other_place_of_a_number_is_taken(held: str) -> None:
    _refused(held, int)


@pytest.mark.parametrize("value", ["a\0", "\ud800", 7, None])
def test_no_other_place_of_a_text_is_taken(value: Any) -> None:
    _refused(json.dumps([value, str(_ID)]), str)


def _refused(held: str, kind: type[Any]) -> None:
    cursor = base64.urlsafe_b64encode(held.encode()).decode().rstrip("=")
    with pytest.raises(InvalidInputError):
        decode_place(cursor, kind)
