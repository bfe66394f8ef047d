"""From nothing to ranked pairs: an edition, its lists, how they were understood, what came of them."""

from __future__ import annotations

import re
import time

import httpx
import pytest

from app.services import access, events, overview
from app.services.sampling import TENANT
from app.web.forms import Form
from app.web.views.editions import interpreters_in
from tests.web.conftest import ENTERPRISE, Site

_EDITION = {
    "name": "Silk & Co <b>Lyon</b>", "starts_on": "2027-03-08", "zone": "Europe/Paris", "currency": "EUR",
    "language": "fr", "starts": "09:00", "ends": "17:00", "break_from": "12:00", "break_to": "14:00",
    "slot_minutes": "30", "tables": "3", "interpreters": "Zhang Min: zh fr",
}  # fmt: skip
_LIST = "Firma;Was sie machen;Land;Stückzahl\nAlpha Strick;Daunenjacken;DE;600\nBeta;T-Shirts;Atlantis;viele\n"


def followed(client: httpx.Client, answer: httpx.Response) -> httpx.Response:
    """The page that long work leads to, once it is done."""
    assert answer.status_code == 303, answer.text
    place, limit = answer.headers["location"], time.monotonic() + 60
    while True:
        answer = client.get(place)
        if answer.status_code == 303:
            place = answer.headers["location"]
            if not place.startswith("/progress/"):
                return client.get(place)
        assert time.monotonic() < limit, "the work does not end"
        time.sleep(0.1)


def _edition(client: httpx.Client, **other: str) -> str:
    answer = client.post("/events/new", data={**_EDITION, **other})
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/events/(.+)/import", answer.headers["location"]).group(1)  # type: ignore[union-attr]


def test_an_edition_is_made_of_a_few_answers(site: Site) -> None:
    with site.client() as client:
        code = _edition(client)
        shown = client.get(f"/events/{code}").text
        assert code == "silk-co-b-lyon-b-2027"
        assert "Silk &amp; Co &lt;b&gt;Lyon&lt;/b&gt;" in shown
        assert "12 slots · 3 tables" in shown
        assert _edition(client) == f"{code}-2"
        listed = client.get("/events").text
    places = [listed.index(f'"/events/{each}"') for each in (f"{code}-2", code, "paris-2025")]
    assert places == sorted(places), "the newest first"


@pytest.mark.parametrize(
    ("wrong", "field", "says"),
    [
        ({"starts_on": ""}, "starts_on", "This is needed."),
        ({"ends": "08:00"}, "ends", "Meetings end after they have begun."),
        ({"starts": "25:00"}, "starts", "Write it like 13:30."),
        ({"break_to": ""}, "break_to", "A break has both a beginning and an end, or neither."),
        (
            {"break_from": "18:00", "break_to": "19:00"},
            "break_from",
            "A break begins and ends while meetings are held.",
        ),
        (
            {"break_from": "13:00", "break_to": "12:00"},
            "break_from",
            "A break begins and ends while meetings are held.",
        ),
        ({"ends_on": "2027-05-08"}, "ends_on", "At most 31 days."),
        ({"zone": "Mars/North"}, "zone", "Choose one of those offered."),
        ({"ends_on": "2027-03-01"}, "", "before it starts"),
        ({"interpreters": "Zhang Min: zh"}, "interpreters", "at least 2 items"),
    ],
)
def test_what_is_wrong_with_an_edition_stands_at_its_field(
    site: Site, wrong: dict[str, str], field: str, says: str
) -> None:
    with site.client() as client:
        answer = client.post("/events/new", data={**_EDITION, **wrong})
    assert answer.status_code == 422
    assert says in answer.text
    assert not field or f'id="fault-{field}"' in answer.text
    assert "Silk &amp; Co" in answer.text, "what was entered is still there"


@pytest.mark.parametrize(
    ("line", "name", "tongues"),
    [
        ("Zhang Min: zh fr", "Zhang Min", ["zh", "fr"]),
        ("王芳：zh、de", "王芳", ["zh", "de"]),
        ("王芳 zh,fr", "王芳", ["zh", "fr"]),
        ("王芳（zh/fr）", "王芳", ["zh", "fr"]),
        ("Zhang Min, zh, fr", "Zhang Min", ["zh", "fr"]),
        ("Zhang Min", "Zhang Min", ["zh", "en"]),
        ("de", "de", ["zh", "en"]),
        ("Anne-Marie De Fr", "Anne-Marie De Fr", ["zh", "en"]),
    ],
)  # fmt: skip
def test_an_interpreters_line_is_read_with_or_without_a_colon(line: str, name: str, tongues: list[str]) -> None:
    assert interpreters_in(Form({"interpreters": [line]})) == [{"name": name, "languages": tongues}]


def test_lists_are_looked_at_corrected_and_written(site: Site) -> None:
    with site.client() as client:
        code = _edition(client, name="Strick")
        assert client.post(f"/events/{code}/import").status_code == 422
        sent = {"file": ("liste.csv", _LIST.encode(), "text/csv")}
        seen = followed(client, client.post(f"/events/{code}/import", files=sent))
        place = str(seen.url).removeprefix(site.url)
        assert "This is how your lists were understood" in seen.text
        assert "<code>C3</code>" in seen.text, "the cell with the unknown country"
        assert "Daunenjacken" in seen.text, "what stands in the first cells"
        told = client.get(f"/events/{code}").text
        assert ">0</b><span>Participants" in told, "nothing is written before it was seen"

        names = re.findall(r'<select name="(field-0-\d)" aria-label="([^"]+) is"', seen.text)
        assert [header for _, header in names] == ["Firma", "Was sie machen", "Land", "Stückzahl"]
        corrected = {"kind-0": "exhibitors", "field-0-0": "name", "field-0-1": "products"}  # the others as notes
        seen = followed(client, client.post(f"{place}/again", data=corrected))
        place = str(seen.url).removeprefix(site.url)
        assert "Every row can be used" in seen.text
        assert client.get(place).text.count('<option value="products" selected>') == 1

        written = followed(client, client.post(f"{place}/write"))
        assert "Your lists are in" in written.text
        assert "nobody who buys" in written.text
    with site.database.read() as session:
        actor = access.organiser_of(session, TENANT)
        told = overview.overview(session, events.find_event(session, actor, code))
    assert (told.participants, told.suppliers, told.buyers, told.next) == (2, 2, 0, "ranking")


def test_what_was_taken_for_no_list_can_be_made_one(site: Site) -> None:
    with site.client() as client:
        code = _edition(client, name="Kein Kopf")
        sent = {"file": ("liste.csv", b"Wer;Womit\nAlpha Strick;T-Shirts\n", "text/csv")}
        seen = followed(client, client.post(f"/events/{code}/import", files=sent))
        assert "Nothing in there was taken for a list." in seen.text
        assert "/write" not in seen.text
        place = str(seen.url).removeprefix(site.url)
        seen = followed(client, client.post(f"{place}/again", data={"list-0": "exhibitors"}))
        place = str(seen.url).removeprefix(site.url)
        assert seen.text.count('name="field-0-') == 2
        said = {"kind-0": "exhibitors", "field-0-0": "name", "field-0-1": "products"}
        seen = followed(client, client.post(f"{place}/again", data=said))
        place = str(seen.url).removeprefix(site.url)
        assert "Your lists are in" in followed(client, client.post(f"{place}/write")).text


def test_the_good_rows_can_go_alone(site: Site) -> None:
    with site.client() as client:
        code = _edition(client, name="Gute Zeilen")
        listed = "Name,Country\nAlpha Strick,DE\nBeta,Atlantis\n"
        sent = {"file": ("exhibitors.csv", listed.encode(), "text/csv")}
        seen = followed(client, client.post(f"/events/{code}/import", files=sent))
        assert "Import the 1 good row" in seen.text
        place = str(seen.url).removeprefix(site.url)
        refused = followed(client, client.post(f"{place}/write"))
        assert "Nothing was written" in refused.text
        assert "of 2 rows" in followed(client, client.post(f"{place}/write", data={"good_rows": "yes"})).text


def test_an_import_is_of_its_own_edition_and_for_those_who_run_it(site: Site) -> None:
    with site.client() as client:
        one, other = _edition(client, name="Eins"), _edition(client, name="Zwei")
        sent = {"file": ("exhibitors.csv", b"Name,Country\nA,DE\n", "text/csv")}
        seen = followed(client, client.post(f"/events/{one}/import", files=sent))
        place = str(seen.url).removeprefix(site.url).replace(one, other)
        assert client.get(place).status_code == 404
        assert client.post(f"{place}/write").status_code == 404
    with site.client(ENTERPRISE) as client:
        assert client.get(f"/events/{one}/import").status_code == 403
        assert client.post("/events/new", data=_EDITION).status_code == 403


def test_templates_are_in_the_readers_language(site: Site) -> None:
    with site.client(lang="zh") as client:
        listed = client.get("/events/paris-2025/import/templates/exhibitors")
        book = client.get("/events/paris-2025/import/templates/all")
        assert client.get("/events/paris-2025/import/templates/none").status_code == 404
    assert "名称" in listed.content.decode("utf-8-sig")
    assert book.content[:2] == b"PK"


def test_an_edition_is_copied(site: Site) -> None:
    with site.client() as client:
        told = {"source": "paris-2025", "first_day": "2026-09-14", "participants": "yes"}
        answer = client.post("/events/copy", data=told)
        assert answer.headers["location"] == "/events/nanchang-qingshanhu-meets-paris-2026"
        assert ">27</b><span>Participants" in client.get(answer.headers["location"]).text
        assert client.post("/events/copy", data={"source": "", "first_day": ""}).status_code == 422
