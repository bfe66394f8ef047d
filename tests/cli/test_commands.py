"""Every command by its real name: what it answers, in words and in JSON, and how it ends."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.auth import KeysSeen
from app.cli.root import app as root
from app.db.migrate import newest
from tests.cli.command import Shell
from tests.cli.conftest import Demo
from tests.operation.live import serving

_EVENT = ("-e", "paris-2025")


def _commands() -> list[tuple[str, ...]]:
    """Every command there is, as one types it."""
    names = [(info.name or info.callback.__name__,) for info in root.registered_commands if info.callback]
    for group in root.registered_groups:
        assert group.name is not None
        assert group.typer_instance is not None
        for info in group.typer_instance.registered_commands:
            assert info.callback is not None
            names.append((group.name, info.name or info.callback.__name__))
    return sorted(names)


def test_the_commands_are_those_that_were_designed() -> None:
    assert {" ".join(name) for name in _commands()} >= {
        "demo", "serve", "worker", "db upgrade", "db backup", "db restore", "db copy",
        "import", "match run", "match show", "match explain",
        "match evaluate", "match lifts", "match unmet", "match evenness", "schedule build",
        "schedule show", "solve", "verify", "export timetables", "export matches", "key create",
        "key list", "key revoke", "user create", "user list", "user revoke", "doctor",
        "event create", "template", "tenant create",
    }  # fmt: skip


@pytest.mark.parametrize("name", _commands(), ids=" ".join)
def test_every_command_has_help_and_takes_json(shell: Shell, name: tuple[str, ...]) -> None:
    told = shell.run(*name, "--help")
    assert f"fairmatch {' '.join(name)}" in told.out
    if name not in (("serve",), ("worker",)):
        assert "--json" in told.out


def test_without_a_command_one_is_told_what_there_is(shell: Shell) -> None:
    process = shell.start()
    out, err = process.communicate(timeout=60)
    assert "Usage: fairmatch" in out + err
    assert "demo" in out + err


@pytest.mark.parametrize(
    "wrong", [("fly",), ("demo", "--nonsense"), ("schedule", "build"), ("match", "explain", "-e", "x")], ids=" ".join
)
def test_a_wrong_command_ends_with_two(shell: Shell, wrong: tuple[str, ...]) -> None:
    assert shell.run(*wrong, code=2).err


def test_upgrade_creates_the_database_and_then_has_nothing_to_do(both: Shell) -> None:
    assert both.json("db", "upgrade") == {"before": None, "after": newest()}
    assert both.json("db", "upgrade") == {"before": newest(), "after": newest()}
    assert str(newest()) in both.run("db", "upgrade").out


def test_a_backup_is_restored_and_copied(both: Shell) -> None:
    both.run("db", "upgrade")
    both.run("tenant", "create", "one", "--name", "One")
    saved = both.json("db", "backup", "all.backup")
    assert saved["tables"]["tenant"]["rows"] == 1
    both.run("tenant", "create", "two", "--name", "Two")
    assert "--force" in both.run("db", "restore", "all.backup", code=2).err
    assert both.json("db", "restore", "all.backup", "--force") == saved
    copied = both.json("db", "copy", "--to", "sqlite:///copy.db")
    assert copied == saved
    assert saved["sha256"] in both.run("db", "backup", "again.backup").out
    assert "no backup" in both.run("db", "restore", "copy.db", "--force", code=2).err
    assert "--to" in both.run("db", "copy", "--to", "nowhere", code=2).err


def test_before_the_upgrade_one_is_told_to_upgrade(both: Shell) -> None:
    answer = both.run("event", "list", code=5)
    assert "fairmatch db upgrade" in answer.err
    assert both.json("event", "list", code=5)["error"] == "not-ready"


def test_a_database_that_is_not_there(shell: Shell) -> None:
    gone = Shell(shell.folder, "postgresql+psycopg://nobody@127.0.0.1:9/none")
    assert "cannot be reached" in gone.run("event", "list", code=5).err
    assert "cannot be reached" in gone.run("db", "upgrade", code=5).err
    findings = gone.json("doctor", code=1)
    assert next(f for f in findings if f["check"] == "database")["state"] == "wrong"


def test_a_file_that_is_no_database(shell: Shell) -> None:
    (shell.folder / "list.json").write_text("[]" * 5000)
    wrong = Shell(shell.folder, f"sqlite:///{shell.folder / 'list.json'}")
    for command in (("match", "show", "-e", "x"), ("db", "upgrade"), ("demo",)):
        told = wrong.run(*command, code=5).err
        assert "file is not a database" in told
        assert "FAIRMATCH_DATABASE_URL" in told


def test_a_backup_does_not_take_the_place_of_its_database(shell: Shell) -> None:
    shell.run("db", "upgrade")
    assert "is read by this command" in shell.run("db", "backup", "fairmatch.db", code=2).err
    assert shell.json("db", "upgrade")["before"] == newest()


@pytest.mark.parametrize(
    "command",
    [
        ("match", "show", "-e", "x"), ("match", "explain", "-e", "x", "--request", "r", "--supplier", "s"),
        ("match", "lifts", "-e", "x", "--supplier", "s"), ("match", "unmet", "-e", "x"), ("demo",), ("report", "x"),
        ("schedule", "show", "-e", "x"), ("export", "timetables", "-e", "x"), ("template", "t.xlsx"),
        ("template", "t.csv", "--kind", "suppliers"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_language_that_we_do_not_write_is_refused(shell: Shell, command: tuple[str, ...]) -> None:
    for wrong in ("xx", "pt"):
        assert "en, zh, fr, de, it" in shell.run(*command, "--lang", wrong, code=2).err
    assert not list(shell.folder.iterdir())


def test_a_template_in_the_language_of_a_country(shell: Shell) -> None:
    shell.run("template", "t.xlsx", "--lang", "de_DE")
    assert (shell.folder / "t.xlsx").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAIRMATCH_DATABASE_URL", "no address"),
        ("FAIRMATCH_DATABASE_URL", "mysql://host/db"),
        ("FAIRMATCH_LOG_LEVEL", "LOUD"),
        ("FAIRMATCH_MAX_BODY_MB", "0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(shell: Shell, name: str, value: str) -> None:
    shell.settings[name] = value
    assert name in shell.run("event", "list", code=2).err


def test_events_are_made_and_listed(shell: Shell) -> None:
    shell.run("db", "upgrade")
    assert shell.json("tenant", "create", "one", "--name", "One")["slug"] == "one"
    assert "'one' already" in shell.run("tenant", "create", "one", "--name", "Again", code=2).err
    (shell.folder / "e.toml").write_text(
        'code = "e1"\nname = "One"\nzone = "Europe/Paris"\nstarts_on = 2025-09-15\nends_on = 2025-09-15\n'
    )
    made = shell.json("event", "create", "e.toml")
    assert made["code"] == "e1"
    assert [event["code"] for event in shell.json("event", "list")] == ["e1"]
    assert "e1" in shell.run("event", "list").out
    assert "'e1' already" in shell.run("event", "create", "e.toml", code=2).err
    assert "e1" in shell.run("match", "show", "-e", "other", code=2).err
    assert "fairmatch schedule build" in shell.run("schedule", "show", "-e", "e1", code=2).err
    assert "no supplier" in shell.run("match", "run", "-e", "e1", code=2).err
    shell.run("tenant", "create", "two", "--name", "Two")
    assert "one, two" in shell.run("event", "list", code=2).err
    assert shell.json("event", "list", "--tenant", "two") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "code"),
        ("code = ", "e.toml"),
        ('code = "e1"\nname = "One"\nzone = "Mars/Base"\nstarts_on = 2025-09-15\nends_on = 2025-09-15\n', "Mars/Base"),
        ('code = "e1"\nname = "One"\nzone = "Europe/Paris"\nstarts_on = 2025-09-15\nends_on = 2025-09-01\n', "before"),
        ('code = "e1"\nname = "One"\nzone = "UTC"\nstarts_on = 2025-09-15\nends_on = 2025-09-15\nhats = 3\n', "hats"),
    ],
)
def test_an_edition_that_cannot_be_used(demo: Demo, text: str, words: str) -> None:
    (demo.shell.folder / "e.toml").write_text(text, encoding="utf-8")
    assert words in demo.shell.run("event", "create", "e.toml", code=2).err


def test_matches_are_shown_and_explained(demo: Demo) -> None:
    shell, which = demo.shell, (*_EVENT, "--request", "R07")
    (one,) = shell.json("match", "show", *which, "--limit", "3", "--lang", "de")
    assert [item["rank"] for item in one["items"]] == [1, 2, 3]
    told = shell.run("match", "show", *which, "--lang", "de").out
    assert one["items"][0]["terms"][0]["because"] in " ".join(told.split())
    pair = shell.json("match", "explain", *which, "--supplier", "QSH-02")
    assert pair["rank"] == 1
    assert sum(term["points"] for term in pair["terms"]) == pytest.approx(pair["score"])
    words = shell.run("match", "explain", *which, "--supplier", "QSH-02").out
    points = [float(found) for found in re.findall(r"^ +(-?\d+\.\d\d)  ", words, re.MULTILINE)]
    assert len(points) == len(pair["terms"])
    assert sum(points) == pytest.approx(pair["score"], abs=0.005 * len(points))
    out = one["left_out"][0]
    answer = shell.run("match", "explain", *which, "--supplier", out["supplier"]["name"], code=2)
    assert out["gate"] in answer.err


@pytest.mark.parametrize("lang", ["zh", "fr", "de", "it"])
def test_no_english_stands_among_the_words_of_another_language(demo: Demo, lang: str) -> None:
    """Fields, gates and what the command says itself; names and titles are as their owners wrote them."""
    english = (" points", " rank ", "gate ", "unknown", "passed", "would lift", "not known", "left out", "to confirm")
    allowed = {"fr": (" points", " rank ")}.get(lang, ())
    which = (*_EVENT, "--request", "R07", "--lang", lang)
    shown = demo.shell.run("match", "show", *which).out
    told = demo.shell.run("match", "explain", *which, "--supplier", "QSH-02").out
    for words in english:
        assert words in allowed or words not in shown + told, words
    pair = demo.shell.json("match", "explain", *which, "--supplier", "QSH-02")
    raw = {term["name"] for term in pair["terms"]} | {gate["name"] for gate in pair["gates"]} | {*pair["unknown"]}
    assert not {name for name in raw if "_" in name and name in shown + told}
    named = {"zh": "产品", "fr": "produits", "de": "Produkte", "it": "prodotti"}[lang]
    assert named in told
    if lang != "zh":
        assert f"{pair['score']:.2f}".replace(".", ",") in told


def test_chinese_readers_see_the_own_names_of_firms(demo: Demo) -> None:
    which = (*_EVENT, "--supplier", "QSH-05", "--lang", "zh")
    party = demo.shell.json("match", "lifts", *which)["supplier"]
    assert party["name_local"]
    assert demo.shell.run("match", "lifts", *which).out.startswith(party["name_local"])
    assert demo.shell.run("match", "lifts", *which[:-1], "fr").out.startswith(party["name"])
    (one,) = demo.shell.json("match", "show", *_EVENT, "--request", "R07")
    first = one["items"][0]["supplier"]
    told = demo.shell.run("match", "show", *_EVENT, "--request", "R07", "--lang", "zh").out
    assert first["name_local"] in told
    assert first["name"] not in told


def test_what_would_lift_a_supplier_and_what_nobody_serves(demo: Demo) -> None:
    which = (*_EVENT, "--supplier", "QSH-05", "--limit", "5")
    found = demo.shell.json("match", "lifts", *which)
    assert found["requests"] >= found["passes"] >= found["listed"]
    assert any(lift["change"].startswith("Renew OEKO-TEX") for lift in found["lifts"])
    told = " ".join(demo.shell.run("match", "lifts", *which).out.split())
    assert all(lift["change"] in told for lift in found["lifts"])
    chinese = demo.shell.run("match", "lifts", *which, "--lang", "zh").out
    assert "预计会面" in chinese
    assert "expected" not in chinese
    found = demo.shell.json("match", "unmet", *_EVENT, "--probability", "0.6")
    told = " ".join(demo.shell.run("match", "unmet", *_EVENT, "--probability", "0.6").out.split())
    assert found["products"]
    for product in found["products"]:
        assert product["label"] in told
        assert all(one["because"] in told for one in product["requests"])
    assert "需求" in demo.shell.run("match", "unmet", *_EVENT, "--lang", "zh").out
    assert "QSH-99" in demo.shell.run("match", "lifts", *_EVENT, "--supplier", "QSH-99", code=2).err


def test_how_even_the_lists_are_and_what_it_would_cost(demo: Demo) -> None:
    found = demo.shell.json("match", "evenness", *_EVENT, "--k", "3")
    told = demo.shell.run("match", "evenness", *_EVENT, "--k", "3").out
    assert (found["requests"], found["suppliers"], len(found["dial"])) == (37, 15, 5)
    assert all(f"Gini {one['gini']:.3f}".rstrip("0") in told for one in found["dial"])
    assert "基尼系数" in demo.shell.run("match", "evenness", *_EVENT, "--lang", "zh").out


def test_an_evened_run_says_what_it_gave_up(demo: Demo) -> None:
    assert "Gini" not in demo.shell.run("match", "show", *_EVENT, "--limit", "1").out
    run = demo.shell.json("match", "run", *_EVENT, "--evenness", "1")
    assert run["evenness"] == 1.0
    told = demo.shell.run("match", "show", *_EVENT, "--limit", "1").out
    assert f"Gini {run['given_up']['gini']:.3f}".rstrip("0") in " ".join(told.split())
    assert f"{run['given_up']['moved']} places given to others" in " ".join(told.split())
    again = demo.shell.json("match", "run", *_EVENT)
    assert (again["evenness"], again["given_up"]) == (0.0, None)


def test_files_are_written_where_one_says(demo: Demo) -> None:
    for what, count in (("timetables", 9 + 2 * 27), ("matches", 3)):
        files = demo.shell.json("export", what, *_EVENT, "--out", f"own-{what}", "--lang", "zh")["files"]
        assert len(files) == count
        assert all((demo.shell.folder / file).stat().st_size for file in files)
    told = demo.shell.run("export", "matches", *_EVENT, "--out", "own-matches")
    assert told.out.split() == ["own-matches/matches.xlsx", "own-matches/matches.csv", "own-matches/matches.json"]


def test_the_doctor_is_content(demo: Demo) -> None:
    assert {finding["state"] for finding in demo.shell.json("doctor")} == {"ok"}
    assert demo.shell.run("doctor").out.count("ok ") >= 8


# solve and verify ----------------------------------------------------------------------------------------------------
def _problem(**more: Any) -> dict[str, Any]:
    return {
        "format": "fairmatch/problem@1", "slots": [{"id": "s1"}, {"id": "s2"}], "places": 1,
        "participants": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
        "meetings": [
            {"id": "ab", "participants": ["a", "b"], "value": 3},
            {"id": "ac", "participants": ["a", "c"], "value": 2},
            {"id": "bc", "participants": ["b", "c"], "value": 1},
        ],
    } | more  # fmt: skip


def _write(shell: Shell, name: str, data: Any) -> None:
    (shell.folder / name).write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")


def test_solve_and_verify(shell: Shell) -> None:
    _write(shell, "problem.json", _problem())
    told = shell.json("solve", "problem.json", "-o", "plan.json", "--steps", "2000")
    assert (told["status"], told["objective"], told["bound"]) == ("optimal", 5, 5)
    plan = json.loads((shell.folder / "plan.json").read_text())
    assert plan["unscheduled"][0]["id"] == "bc"
    assert shell.json("verify", "problem.json", "plan.json")["legal"] is True
    again = shell.folder / "again.json"
    shell.run("solve", "problem.json", "-o", "again.json", "--steps", "2000")
    both = [
        {k: v for k, v in json.loads(text).items() if k != "seconds"} for text in (again.read_text(), json.dumps(plan))
    ]
    assert both[0] == both[1]
    plan["meetings"][0]["slot"] = plan["meetings"][1]["slot"]
    _write(shell, "plan.json", plan)
    assert "violations" in shell.run("verify", "problem.json", "plan.json", code=1).out
    assert shell.json("verify", "problem.json", "plan.json", code=1)["legal"] is False


def test_solve_knows_nothing_of_a_database(shell: Shell) -> None:
    shell.database_url = "nonsense"
    _write(shell, "problem.json", _problem())
    shell.run("solve", "problem.json", "-o", "plan.json", "--steps", "100")


def test_what_cannot_be_held_under_strictness(shell: Shell) -> None:
    meetings = [m | {"required": True} for m in _problem()["meetings"]]
    _write(shell, "problem.json", _problem(meetings=meetings))
    shell.run("solve", "problem.json", "-o", "plan.json", "--strict", "--steps", "2000", code=3)
    shell.run("solve", "problem.json", "-o", "plan.json", "--steps", "2000")
    assert json.loads((shell.folder / "plan.json").read_text())["missing_required"] == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("{", "line 1"),
        ("[]", "problem.json"),
        (_problem(hats=3), "hats"),
        (_problem(places=-1), "places"),
        (_problem(meetings=[{"id": "x", "participants": ["a", "z"]}]), "z"),
        ({"format": "fairmatch/problem@1"}, "slots"),
    ],
)
def test_a_problem_that_cannot_be_read(shell: Shell, data: Any, words: str) -> None:
    _write(shell, "problem.json", data)
    answer = shell.run("solve", "problem.json", "-o", "plan.json", code=2)
    assert words in answer.err or data == "[]"
    assert answer.err.strip()
    assert not (shell.folder / "plan.json").exists()


def test_files_that_are_not_there(shell: Shell) -> None:
    assert "none.json" in shell.run("solve", "none.json", "-o", "plan.json", code=2).err
    _write(shell, "problem.json", _problem())
    assert "none.json" in shell.run("verify", "problem.json", "none.json", code=2).err


# the service ---------------------------------------------------------------------------------------------------------
def test_the_three_calls_against_the_live_service(demo: Demo, tmp_path: Path) -> None:
    shell = demo.copy(tmp_path)
    keys = {
        role: shell.json("key", "create", "--tenant", "demo", "--role", role, *more)["key"]
        for role, more in (
            ("organiser", ()),
            ("enterprise", ("--organisation", "QSH-01")),
            ("buyer", ("--organisation", "FR-GRANDSUD")),
        )
    }
    with serving(shell) as served:

        def client(role: str) -> httpx.Client:
            return httpx.Client(
                base_url=f"{served.address}/api/v1", headers={"Authorization": f"Bearer {keys[role]}"}, timeout=60
            )

        with client("enterprise") as me:
            (own,) = me.get("organisations").raise_for_status().json()["items"]
            said = me.put(
                f"organisations/{own['id']}/capabilities",
                json={
                    "products": ["down jackets", "a thing nobody knows"], "moq": 250, "capacity_per_month": 50000,
                    "certificates": [{"code": "RDS", "valid_to": "2026-03-31", "evidence": "documented"}],
                },
            ).raise_for_status().json()  # fmt: skip
            assert said["revision"] == 2
            assert said["organisation_id"] == own["id"]
            assert "a thing nobody knows" in said["unresolved"]
            assert 0 <= said["completeness"] <= 100
        with client("buyer") as me:
            requests = me.get("sourcing-requests").raise_for_status().json()["items"]
            assert {row["code"] for row in requests} == {"R07", "R08", "R09", "R10"}
            stored = me.get(f"sourcing-requests/{requests[0]['id']}/suppliers", params={"limit": 5, "lang": "fr"})
            assert stored.raise_for_status().headers["etag"]
            assert [item["rank"] for item in stored.json()["items"]] == [1, 2, 3, 4, 5]
            event = shell.json("event", "list")[0]["id"]
            live = me.post(
                "rank", json={"event_id": event, "request": {"products": ["羽绒服"], "quantity": 5000}, "lang": "zh"}
            ).raise_for_status().json()  # fmt: skip
            best = live["items"][0]
            assert best["supplier"]["name"].startswith("Jiangxi Xueling")
            assert sum(term["points"] for term in best["terms"]) == pytest.approx(best["score"])
        with client("organiser") as me:
            started = me.post(f"events/{event}/schedules", json={"seed": 1, "steps": 3000})
            assert started.status_code == 202
            limit = time.monotonic() + 120
            while (plan := me.get(f"schedules/{started.json()['id']}").json())["value"] is None:
                assert plan["status"] != "failed", plan
                assert time.monotonic() < limit
                time.sleep(0.2)
            assert plan["bound"] >= plan["value"]
            assert len(plan["meetings"]) <= 99
            shell.run("key", "revoke", keys["buyer"])
            time.sleep(KeysSeen.SECONDS)
        with client("buyer") as me:
            assert me.get("sourcing-requests").status_code == 401


def test_serve_before_the_upgrade(shell: Shell) -> None:
    assert "fairmatch db upgrade" in shell.run("serve", code=5).err


def test_a_worker_does_what_a_service_without_workers_leaves(demo: Demo, tmp_path: Path) -> None:
    shell = demo.copy(tmp_path)
    key = shell.json("key", "create", "--tenant", "demo", "--role", "organiser")["key"]
    event = shell.json("event", "list")[0]["id"]
    idle = Shell(shell.folder, shell.database_url, {"FAIRMATCH_WORKERS_IN_PROCESS": "false"})
    with serving(idle) as served:
        me = httpx.Client(base_url=f"{served.address}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=60)
        started = me.post(f"events/{event}/match-runs", json={}).raise_for_status().json()
        worker = shell.start("worker")
        try:
            limit = time.monotonic() + 120
            while (run := me.get(f"match-runs/{started['id']}").json())["state"] in ("queued", "running"):
                assert worker.poll() is None, worker.communicate()
                assert time.monotonic() < limit
                time.sleep(0.2)
        finally:
            worker.terminate()
            _, err = worker.communicate(timeout=60)
            me.close()
    assert run["state"] == "done"
    assert worker.returncode == 0
    assert "Stop with Ctrl-C" in err


def test_an_interruption_says_what_becomes_of_what_was_begun(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("app.services.imports.bring_in", interrupted)
    written = demo.shell.run("import", "lists.csv", *_EVENT, code=130)
    assert written.err == "Stopped. What was not finished was not written.\n"
    monkeypatch.setattr("app.services.runs.wait", interrupted)
    begun = demo.shell.run("schedule", "build", *_EVENT, "--steps", "1000", code=130)
    assert begun.err == "Stopped. What was begun goes on with the next command or `fairmatch serve`.\n"
