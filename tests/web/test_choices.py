"""What a form lets choose among is in the reader's language."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import BUYER, ENTERPRISE, EVENT, ORGANISER, Site


@pytest.mark.parametrize(
    ("email", "field", "lang", "choices"),
    [
        (ENTERPRISE, "moq_per", "zh", ["款", "颜色", "面料"]),
        (ENTERPRISE, "moq_per", "fr", ["modèle", "coloris", "tissu"]),
        (ENTERPRISE, "smart_level", "fr", ["0", "1", "2", "3", "4", "5"]),
        (BUYER, "price_tier", "zh", ["入门", "中档", "高档", "奢侈"]),
        (BUYER, "price_tier", "fr", ["entrée de gamme", "moyen", "haut de gamme", "luxe"]),
    ],
)
def test_choices_of_a_profile(site: Site, email: str, field: str, lang: str, choices: list[str]) -> None:
    with site.client(email, lang) as client:
        page = client.get("/my/profile").text
    offered = page.partition(f'name="{field}"')[2].partition("</select>")[0]
    assert [text for text in re.findall(r"<option[^>]*>([^<]*)<", offered) if text not in ("–", "")] == choices


def test_headings_say_what_stands_below_them(site: Site) -> None:
    """A person's name stood under 名称, the name of a thing; two numbers of pairs stood under one label."""
    with site.client(BUYER, "zh") as client:
        people = client.get("/my/people").text
    assert ">姓名</th>" in people
    assert ">名称</th>" not in people
    with site.client() as client:
        overview, report = client.get(f"/events/{EVENT}").text, client.get(f"/events/{EVENT}/report").text
        suppliers = client.get(f"/events/{EVENT}/ranking", params={"by": "supplier"}).text
    assert "Pairs looked at" in overview
    assert "Ranked pairs" in report
    assert re.search(r"Among the first 10 on the lists of \d+ requests\.", suppliers)


def test_who_is_left_out_is_told_in_french_grammar(site: Site) -> None:
    with site.client(ORGANISER, "fr") as client:
        address = re.findall(
            rf'href="(/events/{EVENT}/ranking/[0-9a-f-]+)"', client.get(f"/events/{EVENT}/ranking").text
        )
        pages = [client.get(one).text for one in dict.fromkeys(address)]
    assert any("Écartés, alors qu’ils seraient bien classés" in page for page in pages)
    assert not any("bien qu’ils seraient" in page for page in pages)
