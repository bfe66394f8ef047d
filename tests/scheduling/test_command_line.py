"""`fairmatch solve` and `fairmatch verify`: files in and out, exit codes, messages."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli import fairness, repair, solve
from tests.scheduling.build import Json, problem, random_problem
from tests.scheduling.test_solve import INFEASIBLE

EVENTS = {"format": "fairmatch/events@1", "events": [{"kind": "no_show", "participant": "a"}]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def run(*arguments: Any) -> Result:
    app = typer.Typer()
    solve.register(app)
    repair.register(app)
    fairness.register(app)
    return CliRunner().invoke(app, [str(a) for a in arguments])


def saved(folder: Path, data: Any, name: str = "problem.json") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return path


def test_solve_writes_a_plan_that_verify_passes(folder: Path) -> None:
    path, out = saved(folder, problem()), folder / "plan.json"
    result = run("solve", path, "-o", out)
    assert result.exit_code == 0, result.output
    assert "optimal (proven): 4 meetings held" in result.stdout
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert list(plan) == [
        "format", "status", "missing_required", "shortfall", "value", "breaks", "objective", "bound", "gap", "seed",
        "seconds", "meetings", "unscheduled",
    ]  # fmt: skip
    assert plan["value"] == plan["bound"] == 14
    checked = run("verify", path, out, "--json")
    assert checked.exit_code == 0
    assert json.loads(checked.stdout)["legal"] is True
    assert sorted(p.name for p in folder.iterdir()) == ["plan.json", "problem.json"]


def test_solve_prints_json_without_anything_around_it(folder: Path) -> None:
    result = run("solve", saved(folder, problem()), "-o", folder / "plan.json", "--json", "--steps", 1000, "--seed", 7)
    told = json.loads(result.stdout)
    assert (told["status"], told["meetings"], told["seed"]) == ("optimal", 4, 7)


def test_verify_reports_each_violation_and_exits_with_1(folder: Path) -> None:
    plan = {"format": "fairmatch/plan@1", "meetings": [{"id": m, "slot": "s1"} for m in ("ax", "ay", "bx")]}
    result = run("verify", saved(folder, problem()), saved(folder, plan, "plan.json"))
    assert result.exit_code == 1
    assert "3 violations" in result.stdout
    assert "double_booked: a has 2 meetings in s1" in result.stdout


@pytest.mark.parametrize("data", INFEASIBLE)
def test_strict_exits_with_3_when_refuted(folder: Path, data: Json) -> None:
    out = folder / "plan.json"
    result = run("solve", saved(folder, data), "-o", out, "--strict", "--time-limit", 5)
    assert result.exit_code == 3, result.output
    assert json.loads(out.read_text(encoding="utf-8"))["meetings"] == []


def test_without_strict_a_partial_plan_is_written(folder: Path) -> None:
    path, out = saved(folder, INFEASIBLE[1]), folder / "plan.json"
    assert run("solve", path, "-o", out, "--time-limit", 3).exit_code == 0
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert (plan["status"], plan["missing_required"], len(plan["meetings"])) == ("infeasible", 1, 1)


BAD = [
    ("{", "is not JSON"),
    ('{"format": "fairmatch/problem@1", "format": "x"}', 'the field "format" is given twice'),
    ("[]", "must be a JSON object"),
    (json.dumps(problem(tables=1)), "$.tables is not a known field"),
    ("[" * 100_000, "nested too deeply"),
]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_bad_input_exits_with_2_and_says_what_and_where(folder: Path, text: str, message: str) -> None:
    result = run("solve", saved(folder, text), "-o", folder / "plan.json")
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (folder / "plan.json").exists()


def test_bad_input_as_json_lists_the_paths(folder: Path) -> None:
    result = run("solve", saved(folder, problem(tables=1)), "-o", folder / "plan.json", "--json")
    told = json.loads(result.stdout)
    assert told["problems"] == [{"path": "$.tables", "message": "is not a known field"}]


def test_files_that_cannot_be_read_or_written_are_bad_input(folder: Path) -> None:
    missing = run("solve", folder / "none.json", "-o", folder / "plan.json")
    assert (missing.exit_code, "cannot be read" in missing.stderr) == (2, True)
    (folder / "latin.json").write_bytes(b'{"format": "\xe9"}')
    assert "is not UTF-8" in run("solve", folder / "latin.json", "-o", folder / "plan.json").stderr
    nowhere = run("solve", saved(folder, problem()), "-o", folder / "latin.json" / "plan.json")
    assert (nowhere.exit_code, "latin.json is a file, where a folder is wanted" in nowhere.stderr) == (2, True)


def test_a_plan_that_cannot_be_written_is_refused_before_the_search(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(folder, problem())
    monkeypatch.setattr("app.domain.scheduling.solve", lambda *_, **__: pytest.fail("minutes of search for nothing"))
    for command in ("solve", "fairness"):
        result = run(command, path, "-o", path / "plan.json")
        assert (result.exit_code, "is a file, where a folder is wanted" in result.stderr) == (2, True)
    assert "is no file" in run("solve", path, "-o", os.devnull).stderr
    assert not Path(os.devnull).is_file()


def test_a_disk_that_is_full_is_said_and_leaves_the_plan_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = saved(folder, problem()), folder / "plan.json"
    out.write_text("the plan before")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", full)
    result = run("solve", path, "-o", out)
    assert (result.exit_code, "No space left on device. Make room there" in result.stderr) == (2, True)
    assert out.read_text() == "the plan before"
    assert sorted(file.name for file in folder.iterdir()) == ["plan.json", "problem.json"]


@pytest.mark.parametrize("output", [".", "..", "/"])
def test_a_folder_is_no_plan_and_nothing_is_left_beside_it(folder: Path, output: str) -> None:
    path = saved(folder, problem())
    result = run("solve", path, "-o", folder / output)
    assert (result.exit_code, "is a folder" in result.stderr) == (2, True)
    assert "is a folder" in run("fairness", path, "-o", folder / output).stderr
    assert [p.name for p in folder.iterdir()] == ["problem.json"]


def test_no_output_takes_the_place_of_an_input_or_of_another_output(folder: Path) -> None:
    path, out, day = saved(folder, problem()), folder / "plan.json", saved(folder, EVENTS, "events.json")
    before = path.read_bytes()
    (folder / "sub").mkdir()
    (folder / "linked.json").symlink_to(path)
    for same in (path, folder / "sub" / ".." / "problem.json", folder / "linked.json"):
        result = run("solve", path, "-o", same)
        assert (result.exit_code, "is read by this command" in result.stderr) == (2, True)
        assert run("fairness", path, "-o", same).exit_code == 2
    assert run("solve", path, "-o", out).exit_code == 0
    plan = out.read_bytes()
    for more in (["-o", out], ["-o", day], ["-o", folder / "new.json", "--problem-output", path]):
        assert "is read by this command" in run("repair", path, out, day, *more).stderr
    twice = run("repair", path, out, day, "-o", folder / "new.json", "--problem-output", folder / "new.json")
    assert (twice.exit_code, "is written to already" in twice.stderr) == (2, True)
    assert (path.read_bytes(), out.read_bytes(), (folder / "new.json").exists()) == (before, plan, False)


def test_the_plans_of_floors_need_a_folder_and_spare_the_problem(folder: Path) -> None:
    path = saved(folder, problem(), "problem-0.json")
    file = saved(folder, "", "file")
    result = run("fairness", path, "-o", folder / "curve.json", "--plans", file)
    assert (result.exit_code, "is a file" in result.stderr) == (2, True)
    result = run("fairness", path, "-o", folder / "curve.json", "--plans", folder)
    assert (result.exit_code, "problem-0.json" in result.stderr) == (2, True)
    under = run("fairness", path, "-o", folder / "curve.json", "--plans", file / "plans", "--steps", 10)
    assert (under.exit_code, "where a folder is wanted" in under.stderr) == (2, True)


@pytest.mark.parametrize("command", ["solve", "advise", "repair"])
def test_a_language_that_we_do_not_write_is_refused(folder: Path, command: str) -> None:
    files = {"solve": ["x", "-o", "y"], "advise": ["x", "y"], "repair": ["x", "y", "z", "-o", "a"]}[command]
    for wrong in ("xx", "pt", ""):
        result = run(command, *files, "--lang", wrong)
        assert (result.exit_code, "en, zh, fr, de, it" in result.stderr) == (2, True)


def test_a_language_may_name_its_country(folder: Path) -> None:
    crowded = problem(slots=[{"id": "s1"}], places=1)
    told = [
        run(
            "solve", saved(folder, crowded), "-o", folder / "plan.json", "--steps", 100, "--json", "--lang", lang
        ).stdout
        for lang in ("de", "de_DE", "de-DE")
    ]
    assert len({str(json.loads(text)["advice"]) for text in told}) == 1


def test_a_byte_order_mark_is_no_obstacle(folder: Path) -> None:
    path = folder / "bom.json"
    path.write_text(json.dumps(problem()), encoding="utf-8-sig")
    assert run("solve", path, "-o", folder / "plan.json").exit_code == 0


def test_the_package_loads_no_heavy_library_and_no_database_until_it_solves() -> None:
    code = (
        "import sys, app.cli.solve, app.domain.scheduling\n"
        "heavy = {'numpy', 'scipy', 'numba', 'ortools', 'sqlalchemy', 'fastapi', 'dbos'} & set(sys.modules)\n"
        "print(*sorted(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_repair_writes_the_new_plan_and_tells_the_difference(folder: Path) -> None:
    path, out, new, now = (folder / f"{name}.json" for name in ("problem", "plan", "new", "now"))
    saved(folder, problem())
    assert run("solve", path, "-o", out).exit_code == 0
    arguments = (path, out, saved(folder, EVENTS, "events.json"), "-o", new, "--problem-output", now)
    result = run("repair", *arguments, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert sorted(c["id"] for c in told["cancelled"]) == ["ax", "ay"]
    assert told["moved"] == told["added"] == []
    assert run("verify", now, new).exit_code == 0
    text = run("repair", *arguments)
    assert "2 cancelled" in text.stdout
    assert "a is not there" in text.stdout


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "共 4 场会谈"), ("fr", "4 rendez-vous"), ("de", "4 Gespräche"), ("it", "4 incontri")]
)
def test_solve_speaks_the_language_that_was_asked_for(folder: Path, lang: str, words: str) -> None:
    told = run("solve", saved(folder, problem()), "-o", folder / "plan.json", "--lang", lang).stdout
    assert words in told
    for english in ("optimal: ", "meetings", "held", "objective ", "bound ", "gap ", "breaks", "seed", "written"):
        assert english not in told


@pytest.mark.parametrize(("lang", "words"), [("zh", "取消 2 场"), ("fr", "annulés : 2"), ("it", "annullati: 2")])
def test_repair_speaks_the_language_that_was_asked_for(folder: Path, lang: str, words: str) -> None:
    path, out = saved(folder, problem()), folder / "plan.json"
    assert run("solve", path, "-o", out).exit_code == 0
    told = run(
        "repair", path, out, saved(folder, EVENTS, "events.json"), "-o", folder / "new.json", "--lang", lang
    ).stdout
    assert words in told
    for english in ("moved", "cancelled", "added", "pairs", "meetings", "objective ", "written"):
        assert english not in told


def test_repair_refuses_events_that_name_nobody(folder: Path) -> None:
    path, out = saved(folder, problem()), folder / "plan.json"
    assert run("solve", path, "-o", out).exit_code == 0
    happened = {"format": "fairmatch/events@1", "events": [{"kind": "no_show", "participant": "nobody"}]}
    result = run("repair", path, out, saved(folder, happened, "events.json"), "-o", folder / "new.json")
    assert result.exit_code == 2
    assert "$.events[0].participant" in result.stderr


def test_fairness_writes_the_curve_and_the_plan_of_each_floor(folder: Path) -> None:
    path, out = saved(folder, problem(slots=[{"id": "s1"}, {"id": "s2"}], places=1)), folder / "curve.json"
    arguments = (path, "-o", out, "--side", "first", "--floor", 1, "--plans", folder / "plans")
    told = json.loads(run("fairness", *arguments, "--json").stdout)
    assert [(p["floor"], p["objective"], p["given_up"]) for p in told["points"]] == [(0, 9, 0), (1, 8, 1)]
    assert json.loads(out.read_text(encoding="utf-8"))["points"] == told["points"]
    assert run("verify", folder / "plans" / "problem-1.json", folder / "plans" / "plan-1.json").exit_code == 0
    assert "given up" in run("fairness", *arguments).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a child cannot be interrupted alone there")
def test_an_interruption_writes_the_best_plan_so_far(folder: Path) -> None:
    path, out = saved(folder, random_problem(4, people=60, slots=20, meetings=3_500)), folder / "plan.json"
    program = "import app.cli; app.cli.main()"
    child = subprocess.Popen(
        [sys.executable, "-c", program, "solve", str(path), "-o", str(out), "--time-limit", "300"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    time.sleep(15)
    child.send_signal(signal.SIGINT)
    said, complained = child.communicate(timeout=200)
    assert child.returncode == 0, complained
    assert "written to" in said
    assert run("verify", path, out).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a child cannot be interrupted alone there")
def test_a_second_interruption_ends_at_once_and_writes_nothing(folder: Path) -> None:
    path, out = saved(folder, random_problem(4, people=60, slots=20, meetings=3_500)), folder / "plan.json"
    program = (  # a search that does not hear that it is to stop
        "import time, app.cli, app.domain.scheduling as engine\n"
        "engine.solve = lambda *_, **__: (print('searching', flush=True), time.sleep(300))\n"
        "app.cli.main()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, "solve", str(path), "-o", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stderr is not None
    assert child.stdout.readline() == "searching\n"
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    assert "Stopping" in child.stderr.readline()
    child.send_signal(signal.SIGINT)
    assert child.wait(20) == 130
    child.communicate()
    assert not out.exists()
