"""Files in and out: an import is all or nothing, an export comes back the same, and files are nobody else's."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select, update

from app.core.clock import utc_now
from app.core.errors import InvalidInputError, NotFoundError
from app.db.engine import Database
from app.db.models import Attendee, ImportedFile, Organisation, StoredFile
from app.services import jobs
from app.services.files import plain_name
from tests.api.checked import CheckedClient
from tests.api.conftest import Fair

E = "/api/v1/events/e-2025"
LIST = "name,kind,products,moq\nÉlan,manufacturer,polo shirts,300\n春服饰,manufacturer,T恤,600\n"
BAD = "name,kind,products,moq\nÉlan,manufacturer,polo shirts,many\n春服饰,manufacturer,T恤,600\n"


def _import(
    client: CheckedClient, fair: Fair, database: Database, content: str | bytes, **query: Any
) -> dict[str, Any]:
    """Send a file and do the work, as a worker would."""
    body = content.encode() if isinstance(content, str) else content
    asked = {"filename": "exhibitors.csv"} | query
    started = client.post(f"{E}/imports", params=asked, headers=fair.key(), content=body)
    assert started.status_code == 202, started.text
    assert started.headers["location"] == started.json()["status_url"]
    jobs.execute(database, UUID(started.json()["id"]))
    done: dict[str, Any] = client.get(started.json()["status_url"], headers=fair.key()).json()
    return done


def _export(client: CheckedClient, fair: Fair, database: Database, **asked: Any) -> dict[str, Any]:
    started = client.post(f"{E}/exports", headers=fair.key(), json=asked)
    assert started.status_code == 202, started.text
    jobs.execute(database, UUID(started.json()["id"]))
    done: dict[str, Any] = client.get(started.json()["status_url"], headers=fair.key()).json()
    return done


def _names(database: Database) -> set[str]:
    with database.read() as session:
        return set(session.scalars(select(Organisation.name)))


def test_a_list_comes_in(client: CheckedClient, fair: Fair, database: Database) -> None:
    dry = _import(client, fair, database, LIST, dry_run=True)
    assert (dry["state"], dry["result"]["written"], dry["result"]["errors"]) == ("done", False, 0)
    assert dry["result"]["tables"][0]["rows"] == 2
    assert "春服饰" not in _names(database)
    done = _import(client, fair, database, LIST)
    assert (done["state"], done["kind"], done["result"]["written"]) == ("done", "import", True)
    assert done["result"]["tables"][0]["written"] == 2
    assert {"春服饰", "Élan"} <= _names(database)
    jobs.execute(database, UUID(done["id"]))  # a worker that takes it up again finds it done
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportedFile)) == 1


def test_what_is_wrong_is_told_by_cell_and_nothing_is_written(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    failed = _import(client, fair, database, BAD)
    assert (failed["state"], failed["result"]["written"]) == ("done", False)
    problem = failed["result"]["tables"][0]["problems"][0]
    assert (problem["cell"], problem["field"], problem["found"]) == ("D2", "moq", "many")
    assert not {"春服饰", "Élan"} & _names(database)
    good = _import(client, fair, database, BAD, good_rows=True)
    assert good["result"]["written"] is True
    assert "春服饰" in _names(database)
    assert "Élan" not in _names(database)


def test_a_form_brings_several_files_that_belong_together(
    client: CheckedClient, fair: Fair, database: Database
) -> None:
    wishes = "organisation,code,products,quantity\nÉlan,w-1,polo shirts,500\n"
    parts = [("file", ("list.csv", LIST.encode())), ("file", ("list.csv", wishes.encode()))]
    started = client.post(f"{E}/imports", headers=fair.key(), files=parts)
    assert started.status_code == 202, started.text
    jobs.execute(database, UUID(started.json()["id"]))
    done = client.get(started.json()["status_url"], headers=fair.key()).json()
    assert (done["result"]["written"], done["result"]["file"]) == (True, "list.csv, list.csv")
    assert [table["kind"] for table in done["result"]["tables"]] == ["exhibitors", "requests"]
    assert [table["written"] for table in done["result"]["tables"]] == [2, 1]
    for wrong in ([("list", ("list.csv", b"x"))], [*parts, ("other", (None, b"x"))], parts * 11):
        assert client.post(f"{E}/imports", headers=fair.key(), files=wrong).status_code == 422
    assert client.post(f"{E}/imports", headers=fair.key(), files=[("file", ("a.exe", b"x"))]).status_code == 422


def test_headers_that_mislead_can_be_mapped(client: CheckedClient, fair: Fair, database: Database) -> None:
    text = "name,kind,goods in short,moq\nÉlan,manufacturer,polo shirts,300\n"
    done = _import(client, fair, database, text, kind="exhibitors", columns='{"goods in short": "products"}')
    columns = {c["header"]: c["field"] for c in done["result"]["tables"][0]["columns"]}
    assert columns["goods in short"] == "products"
    assert done["result"]["written"] is True


@pytest.mark.parametrize(
    ("query", "content", "headers", "status"),
    [({}, b"x", {}, 422), ({"filename": "list.exe"}, b"x", {}, 422), ({"filename": "list.csv"}, b"", {}, 422),
     ({"filename": "list.csv", "kind": "people"}, b"x", {}, 422),
     ({"filename": "list.csv", "columns": "[1]"}, b"x", {}, 422),
     ({"filename": "list.csv", "columns": "{"}, b"x", {}, 422),
     ({"filename": "list.csv"}, b"{}", {"content-type": "application/json"}, 415),
     ({"filename": "list.csv"}, b"x", {"content-type": "multipart/mixed; boundary=x"}, 415),
     ({}, b"x", {"content-type": "multipart/form-data; boundary=x"}, 422),
     ({}, b"x", {"content-type": "multipart/form-data"}, 422),
     ({"filename": "list.csv"}, b"x" * 10_000_001, {}, 413)],
    ids=["no name", "no list", "empty", "no kind", "no mapping", "no JSON", "JSON", "a mixture", "no form",
         "no boundary", "too large"],
)  # fmt: skip
def test_what_is_no_list_is_refused_at_once(
    client: CheckedClient, fair: Fair, query: dict[str, str], content: bytes, headers: dict[str, str], status: int
) -> None:
    refused = client.post(f"{E}/imports", params=query, headers=fair.key() | headers, content=content)
    assert refused.status_code == status
    assert client.get("/api/v1/jobs", headers=fair.key()).json()["items"] == []


def test_a_file_that_cannot_be_read_fails_in_words(client: CheckedClient, fair: Fair, database: Database) -> None:
    started = client.post(
        f"{E}/imports", params={"filename": "list.xlsx"}, headers=fair.key(), content=b"this is no workbook"
    ).json()
    with pytest.raises(InvalidInputError, match="header"):
        jobs.execute(database, UUID(started["id"]))
    failed = client.get(started["status_url"], headers=fair.key()).json()
    assert failed["state"] == "failed"
    assert "looks like a header" in failed["error"]


def test_what_is_exported_comes_back_the_same(
    client: CheckedClient, fair: Fair, rival: Fair, database: Database
) -> None:
    _import(client, fair, database, LIST)
    done = _export(client, fair, database, what="lists", format="xlsx")
    (file,) = done["result"]["files"]
    assert (file["name"], file["url"]) == ("e-2025-lists.xlsx", f"/api/v1/files/{file['id']}")
    fetched = client.get(file["url"], headers=fair.key())
    assert fetched.headers["content-type"] == file["media_type"]
    assert len(fetched.content) == file["size"]
    assert fetched.headers["content-disposition"] == (
        "attachment; filename=\"e-2025-lists.xlsx\"; filename*=UTF-8''e-2025-lists.xlsx"
    )
    before = _lists(client, fair, database)
    again = _import(client, fair, database, fetched.content, filename="lists.xlsx")
    assert (again["result"]["written"], again["result"]["errors"]) == (True, 0)
    assert _lists(client, fair, database) == before

    for who in (rival.key(),):
        assert client.get(file["url"], headers=who).status_code == 404
    assert client.get(file["url"], headers=fair.key("b1")).status_code == 403
    assert client.get(f"/api/v1/exports/{again['id']}", headers=fair.key()).status_code == 404
    assert client.get(f"/api/v1/imports/{done['id']}", headers=fair.key()).status_code == 404
    with database.write() as session:
        session.execute(update(StoredFile).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert client.get(file["url"], headers=fair.key()).status_code == 404


def _lists(client: CheckedClient, fair: Fair, database: Database) -> str:
    done = _export(client, fair, database, what="lists", format="json")
    return str(client.get(done["result"]["files"][0]["url"], headers=fair.key()).text)


def test_all_forms_in_one_archive(client: CheckedClient, fair: Fair, database: Database) -> None:
    pair = [str(fair.organisations["s1"]), str(fair.organisations["b1"])]
    client.post(f"{E}/meetings", headers=fair.key(), json={"organisations": pair, "slot": "s01"})
    done = _export(client, fair, database, what="timetables")
    (file,) = done["result"]["files"]
    assert file["name"] == "e-2025-timetables.zip"
    names = zipfile.ZipFile(io.BytesIO(client.get(file["url"], headers=fair.key()).content)).namelist()
    assert {"timetable.xlsx", "timetable.pdf", "participants/s1.ics"} <= set(names)
    calendar = _export(client, fair, database, what="timetables", format="ics")["result"]["files"]
    assert [one["name"] for one in calendar] == ["e-2025-timetables.ics"]
    started = client.post(f"{E}/exports", headers=fair.key(), json={"what": "matches"}).json()
    with pytest.raises(NotFoundError, match="match run"):
        jobs.execute(database, UUID(started["id"]))
    assert "match run" in client.get(started["status_url"], headers=fair.key()).json()["error"]


def test_badges_carry_the_codes_that_the_desk_scans(client: CheckedClient, fair: Fair, database: Database) -> None:
    started = client.post(f"{E}/exports", headers=fair.key(), json={"what": "badges", "format": "pdf", "lang": "fr"})
    jobs.execute(database, UUID(started.json()["id"]))
    done = client.get(started.json()["status_url"], headers=fair.key()).json()
    (file,) = done["result"]["files"]
    content = client.get(file["url"], headers=fair.key()).content
    assert content.startswith(b"%PDF")
    assert "demo b1" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    with database.read() as session:
        codes = list(session.scalars(select(Attendee.code).where(Attendee.event_id == fair.event_id)))
    assert len(codes) == len(set(codes)) == 5
    seen = client.post(f"{E}/check-ins", headers=fair.key("desk"), json={"code": codes[0]})
    assert seen.status_code in (200, 201)


def test_a_report_is_an_export_like_others(client: CheckedClient, fair: Fair, database: Database) -> None:
    done = _export(client, fair, database, what="report", lang="fr")
    (file,) = done["result"]["files"]
    archive = zipfile.ZipFile(io.BytesIO(client.get(file["url"], headers=fair.key()).content))
    assert sorted(archive.namelist()) == ["report.html", "report.json", "report.pdf", "report.xlsx"]
    page = _export(client, fair, database, what="report", format="html", lang="fr")["result"]["files"][0]
    fetched = client.get(page["url"], headers=fair.key())
    assert (page["name"], fetched.headers["content-type"]) == ("e-2025-report.html", "text/html")
    shown = client.get(f"{E}/report.html?lang=fr", headers=fair.key())
    assert fetched.text == shown.text == archive.read("report.html").decode()


def test_templates(client: CheckedClient, fair: Fair) -> None:
    whole = client.get("/api/v1/templates/all.xlsx?lang=zh&example=true", headers=fair.key("b1"))
    assert whole.content.startswith(b"PK")
    text = client.get("/api/v1/templates/buyers.csv?lang=fr", headers=fair.key())
    assert text.headers["content-type"].startswith("text/csv")
    for name in ("buyers.pdf", "people.xlsx", "all.csv"):
        assert client.get(f"/api/v1/templates/{name}", headers=fair.key()).status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd.csv", "passwd.csv"), ("C:\\lists\\买家.xlsx", "买家.xlsx"), ("..", "file"),
     ('a"b\r\n.csv', "ab.csv"), ("x" * 300 + ".csv", ("x" * 300 + ".csv")[-200:])],
)  # fmt: skip
def test_names_of_files(given: str, kept: str) -> None:
    assert plain_name(given) == kept


def test_the_kinds_of_job_are_known_to_every_worker() -> None:
    from app.jobs import workflows

    assert workflows.jobs is jobs
    assert {"import", "export"} <= set(jobs.KINDS)


def test_a_form_with_a_key_is_taken_once(client: CheckedClient, fair: Fair) -> None:
    form = {"Content-Type": "multipart/form-data; boundary=between"}  # the same bytes both times
    headers = fair.key() | form | {"Idempotency-Key": "the-lists"}
    files = [("file", ("exhibitors.csv", b"Id,Company name\nX1,One\n", "text/csv"))]
    said = [client.post(f"{E}/imports", files=files, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in said] == [202, 202], said[0].text
    assert said[0].json() == said[1].json()


@pytest.mark.parametrize("columns", ["[" * 10_000, "1" * 5_000, "[1]"])
def test_a_mapping_that_is_none_is_refused(client: CheckedClient, fair: Fair, columns: str) -> None:
    path = f"{E}/imports"
    asked = {"filename": "exhibitors.csv", "columns": columns}
    answer = client.post(path, params=asked, content=b"Id,Company name\nX1,One\n", headers=fair.key())
    assert answer.status_code == 422, answer.text
