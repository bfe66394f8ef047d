"""Entity tags: the same answer need not be sent twice (RFC 9110, sections 8.8.3 and 13.1.2)."""

from __future__ import annotations

import re

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def quoted(tag: str) -> str:
    """A strong entity tag as a header holds it."""
    return f'"{tag}"'


def unchanged(if_none_match: str | None, tag: str) -> bool:
    """Whether the client says that it has the answer with this (quoted) tag already; compares weakly."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)
