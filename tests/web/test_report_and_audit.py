"""The report and the audit trail of an edition, as pages."""

from __future__ import annotations

import pytest

from tests.web.conftest import EVENT, Site


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK"), ("html", b"<!doctype html>")])
def test_the_report_comes_as_a_file(site: Site, form: str, begins: bytes) -> None:
    with site.client() as client:
        answer = client.get(f"/events/{EVENT}/report.{form}")
        assert answer.content.lower().startswith(begins.lower())
        assert f"report-{EVENT}.{form}" in answer.headers["content-disposition"]
        assert client.get(f"/events/{EVENT}/report.doc").status_code == 404


def test_the_trail_begins_with_the_newest_and_can_be_walked_to_its_end(site: Site) -> None:
    with site.client() as client:
        page = client.get(f"/events/{EVENT}/audit", params={"deed": "schedule.started"}).text
        assert page.count("<tr>") == 2  # the head and the one build
        address, seen = f"/events/{EVENT}/audit", 0
        while address:
            text = client.get(address).text
            seen += text.count('scope="row"')
            address = (
                text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
                if 'rel="next"' in text
                else ""
            )
            address = address.replace("&amp;", "&")
    assert seen > 20
    assert "Edition created" in text
