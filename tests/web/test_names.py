"""Firms by the name that the reader knows them by: their own in Chinese, the one in Latin letters elsewhere."""

from __future__ import annotations

import pytest

from tests.web.conftest import ENTERPRISE, EVENT, ORGANISER, Site

_OWN, _LATIN = "江西雪岭羽绒制衣有限公司", "Jiangxi Xueling Down Garments Co., Ltd."
_AT = f"/events/{EVENT}"


@pytest.mark.parametrize(
    ("email", "page"),
    [
        (ORGANISER, f"{_AT}/participants?q={{}}"),
        (ORGANISER, f"{_AT}/ranking?by=supplier&q={{}}"),
        (ORGANISER, f"{_AT}/schedule?view=participants&q={{}}"),
        (ORGANISER, f"{_AT}/schedule/difference?q={{}}"),
        (ORGANISER, f"{_AT}/schedule/book?qa={{}}"),
        (ORGANISER, f"{_AT}/live/repair?kind=no_show&q={{}}"),
        (ORGANISER, f"{_AT}/check-in?q={{}}"),
        (ENTERPRISE, "/my"),
    ],
)
def test_a_firm_has_its_own_name_in_chinese_and_is_found_by_both(site: Site, email: str, page: str) -> None:
    for lang, shown, word in (("zh", _OWN, "雪岭"), ("zh", _OWN, "xueling"), ("en", _LATIN, "雪岭")):
        with site.client(email, lang) as client:
            answer = client.get(page.format(word))
        assert answer.status_code == 200
        assert shown in answer.text, (lang, word)
