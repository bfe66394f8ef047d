"""Walk every page that links lead to, one of each kind, as a browser shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Error, Page

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: another order, another stretch of a list, or where a page leads back to: no other page
_SAME = {"cursor", "next", "sort"}
#: where links lead, and forms that compare what is ticked, with two ticked
_LINKS = """() => [
  ...[...document.querySelectorAll('a[href]:not([download])')].map(link => link.href),
  ...[...document.querySelectorAll('form[action$="/compare"]')].map(form => {
    const boxes = [...form.elements].filter(each => each.type === 'checkbox').slice(0, 2)
    return form.action + '?' + new URLSearchParams(boxes.map(each => [each.name, each.value]))
  }),
]"""
_FILES = re.compile(r"\.(pdf|xlsx|csv|ics|html|json|zip)$|/(download|files|export)")


def kind_of(address: str, known: frozenset[str] = frozenset()) -> str:
    """The address with ids and codes taken out, and the names of its parameters: pages of one kind share it."""
    parts = urlsplit(address)
    path = "/".join("*" if part in known or _ID.fullmatch(part) else part for part in parts.path.split("/"))
    names = sorted({each.partition("=")[0] for each in parts.query.split("&") if each} - _SAME)
    return path + ("?" + "&".join(names) if names else "")


def walk(page: Page, url: str, start: str, known: frozenset[str], most: int = 120) -> Iterator[str]:
    """Open one page of each kind that links, or comparing, lead to from `start`, and give the kind while it is open.

    `known` are codes that stand in addresses, as of organisations. Files are not opened.
    """
    page.set_default_navigation_timeout(120_000)  # some pages work something out when they are opened
    waiting, seen = [urljoin(url, start)], set[str]()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        kind = kind_of(address, known)
        if kind in seen:
            continue
        seen.add(kind)
        try:
            page.goto(address)
        except Error as error:
            if "Download is starting" in str(error):  # a file after all
                continue
            raise
        yield kind
        for link in page.evaluate(_LINKS):
            plain = link.partition("#")[0]
            if plain.startswith(url) and not _FILES.search(urlsplit(plain).path) and kind_of(plain, known) not in seen:
                waiting.append(plain)
