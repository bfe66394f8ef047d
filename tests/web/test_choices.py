"""What a form lets choose among is in the reader's language."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import BUYER, ENTERPRISE, Site


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
