"""Dates and times in forms are read as people type them, where they can be one only."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from app.web.forms import Form
from tests.web.conftest import ENTERPRISE, EVENT, Site


@pytest.mark.parametrize("lang", ["en", "zh", "fr"])
@pytest.mark.parametrize(
    "text",
    ["2027-01-31", "31/01/2027", "31.01.2027", "31.1.2027", "2027年1月31日", "２０２７年１月３１日", "31 janvier 2027",
     "31. Januar 2027", "31 gennaio 2027", "31 January 2027"],
)  # fmt: skip
def test_a_day_that_can_be_one_only(text: str, lang: str) -> None:
    form = Form({"on": [text]}, lang)
    assert form.day("on") == date(2027, 1, 31)
    assert form["on"] == "2027-01-31"  # as a date field shows it, should the form be shown again
    assert form.right


@pytest.mark.parametrize("text", ["31/02/2027", "2027-02-31", "2027-01", "2027年1月", "31/01", "soon", "0001-01-01"])
def test_what_is_no_day_is_answered_with_an_example(text: str) -> None:
    form = Form({"on": [text]}, "fr")
    assert form.day("on") is None
    assert form.faults == {"on": ["Écrivez-le comme 2025-09-15."]}
    assert form.status == 422


def test_a_day_that_can_be_two_is_answered_with_both() -> None:
    form = Form({"on": ["01/02/2027"], "at": ["1/2/2027 9:30"]})
    assert form.day("on") is form.moment("at") is None
    said = ["This may be 2027-02-01 or 2027-01-02; write it like one of these."]
    assert form.faults == {"on": said, "at": said}


@pytest.mark.parametrize(
    "text",
    ["2027-01-31T14:30", "31/01/2027 14:30", "31.01.2027, 14h30", "2027年1月31日 下午2:30", "31/01/2027 2:30 pm"],
)
def test_a_moment(text: str) -> None:
    form = Form({"at": [text]})
    assert form.moment("at") == datetime(2027, 1, 31, 14, 30)  # noqa: DTZ001 - local time
    assert form["at"] == "2027-01-31T14:30"


def test_a_moment_has_a_day_and_no_zone() -> None:
    for text in ("14:30", "2027-01-31T14:30Z", "2027-01-31T14:30+01:00"):
        assert Form({"at": [text]}).moment("at") is None


def test_a_time_of_day() -> None:
    for text in ("13:30", "13h30", "13.30", "1:30 pm", "下午1:30"):
        assert Form({"at": [text]}).clock("at") == time(13, 30), text
    for text in ("13:30Z", "25:00", "13", "noon", "31.01.2027"):
        assert Form({"at": [text]}).clock("at") is None, text


def test_certificates_and_sessions_are_dated_as_people_type_it(site: Site) -> None:
    with site.client(ENTERPRISE) as client:
        told = {"paper-0-code": "", "paper-1-code": "GRS", "confirmed": "yes", "products": "knitted T-shirts"}
        wrong = client.post("/my/profile", data=told | {"paper-1-valid_to": "01/02/2028"})
        assert wrong.status_code == 422
        assert 'id="paper-0-valid_to-fault"' in wrong.text  # in the row in which it is shown again
        assert "2028-02-01 or 2028-01-02" in wrong.text.replace("This may be ", "")
        saved = client.post("/my/profile", data=told | {"paper-1-valid_to": "31.01.2028"})
        assert saved.status_code == 303
        assert 'value="2028-01-31"' in client.get("/my/profile").text
    with site.client() as client:
        more = {"date": "15.09.2025", "starts": "18h30", "ends": "19.30"}
        assert client.post(f"/events/{EVENT}/settings/grid", data=more).status_code == 303
        assert "19:00" in client.get(f"/events/{EVENT}/settings/closed").text
