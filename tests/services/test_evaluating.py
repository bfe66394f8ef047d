"""A match run is judged by what is known by now, on both databases."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from app.db.models import Meeting, Organisation, Participation, Preference
from app.io.judgements import read_judgements
from app.services import matching
from app.services.access import Actor
from tests.services.stage import Stage


def _judge(stage: Stage, **options: object) -> dict[str, object]:
    with stage.database.read() as session:
        return matching.evaluate_run(session, stage.actor, stage.event, **options)  # type: ignore[arg-type]


def _lists(stage: Stage) -> list[dict[str, object]]:
    with stage.database.read() as session:
        return matching.ranked_lists(session, stage.actor, stage.event, limit=100)


def _wish(stage: Stage, one: str, other: str, answer: str) -> None:
    """What one organisation wants of another, both by name, laid over what it wanted."""
    with stage.database.write() as session:
        parts = {
            name: key
            for key, name in session.execute(
                select(Participation.id, Organisation.name)
                .join(Organisation, Organisation.id == Participation.organisation_id)
                .where(Participation.event_id == stage.event.id)
            )
        }
        known = session.scalar(select(Preference).filter_by(from_id=parts[one], to_id=parts[other]))
        if known is not None:
            known.answer = answer
        else:
            session.add(
                Preference(
                    event_id=stage.event.id, from_id=parts[one], to_id=parts[other], answer=answer,
                    at=datetime(2025, 9, 1, tzinfo=UTC),
                )
            )  # fmt: skip


def _forget(stage: Stage) -> None:
    with stage.database.write() as session:
        for wish in session.scalars(select(Preference)):
            session.delete(wish)
        for meeting in session.scalars(select(Meeting).where(Meeting.status == "held")):
            meeting.status = "planned"


def test_wishes_of_both_sides_judge_the_lists_of_buyers(paris: Stage) -> None:
    _forget(paris)
    with paris.database.read() as session:
        best = matching.best_of_buyers(matching.ranked_lists(session, paris.actor, paris.event, limit=100), 5)[0]
    buyer, names = best["buyer"]["name"], [item["supplier"]["name"] for item in best["items"]]
    for name, answer in zip(names, ("no_thanks", "want", "neutral", "must_meet"), strict=False):
        _wish(paris, buyer, name, answer)
    _wish(paris, names[3], buyer, "want")
    _wish(paris, names[1], buyer, "blocked")
    found = _judge(paris)
    # the reverse wishes belong to no list of a buyer
    assert (found["lists_of"], found["lists"], found["pairs"], found["liked"]) == ("buyers", 1, 3, 2)
    gained = 1 / math.log2(3) + 2 / math.log2(4)
    assert found["ndcg"]["value"] == pytest.approx(gained / (2 + 1 / math.log2(3)))  # type: ignore[index]
    assert found["mutual_ndcg"]["value"] == pytest.approx(1 / math.log2(4))  # type: ignore[index]
    assert found["sources"] == {"wishes": 5, "meetings held": 0}
    assert 0 < found["brier"]["value"] < 1  # type: ignore[index]
    assert 0 < found["coverage"]["value"] <= 1  # type: ignore[index]


def test_meetings_that_were_held_count_for_both(paris: Stage) -> None:
    _forget(paris)
    with pytest.raises(InvalidInputError, match="--judgements"):
        _judge(paris)
    with paris.database.write() as session:
        meetings = list(session.scalars(select(Meeting).order_by(Meeting.id).limit(6)))
        for meeting in meetings:
            meeting.status = "held"
    found = _judge(paris)
    assert found["sources"] == {"wishes": 0, "meetings held": 6}
    assert found["pairs"] == found["liked"] == 6
    assert found["mutual_ndcg"] == found["ndcg"]


def test_a_file_judges_the_lists_of_requests(seen: Stage, tmp_path: Path) -> None:
    one = next(one for one in _lists(seen) if len(one["items"]) >= 3)  # type: ignore[arg-type]
    code = one["request"]["code"]  # type: ignore[index]
    with seen.database.read() as session:
        codes = {str(key): owner for key, owner in session.execute(select(Organisation.id, Organisation.code))}
    first, second, third = (codes[item["supplier"]["id"]] for item in one["items"][:3])  # type: ignore[index]
    path = tmp_path / "known.csv"
    path.write_text(f"request,supplier,label\n{code},{first},declined\n{code},{second},met\n{code},{third},0.5\n")
    found = _judge(seen, judgements=read_judgements(path), k=2)
    assert (found["lists_of"], found["lists"], found["pairs"], found["liked"]) == ("requests", 1, 3, 2)
    best = 1 + 0.5 / math.log2(3)
    assert found["ndcg"]["value"] == pytest.approx(1 / math.log2(3) / best)  # type: ignore[index]
    assert found["recall"]["value"] == pytest.approx(1 / 2)  # type: ignore[index]
    assert found["mutual_ndcg"] is None
    twin = tmp_path / "known.json"
    twin.write_text(f'[{{"request": "{code}", "supplier": "{second}", "label": 1}}]')
    assert _judge(seen, judgements=read_judgements(twin))["ndcg"]["value"] == 1.0  # type: ignore[index]


def test_labels_are_read_in_the_words_of_the_reader(tmp_path: Path) -> None:
    words = {
        2: "must meet,à rencontrer absolument,必见",
        1: "yes,oui,ja,sì,是,接受,angenommen,MET,1",
        0: "non,nein,拒绝,否",
    }
    lines = [(word, gain) for gain, said in words.items() for word in said.split(",")]
    path = tmp_path / "known.csv"
    path.write_text("request,supplier,label\n" + "".join(f"R,{n},{word}\n" for n, (word, _) in enumerate(lines)))
    assert [one.gain for one in read_judgements(path)] == [gain for _, gain in lines]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "request,supplier,label\nR01,QSH-01,perhaps\n", "row 2: label 'perhaps'"),
        ("a.csv", "request,supplier,label\nR01,QSH-01,x\n", "row 2: label 'x'"),
        ("a.csv", "request,supplier\nR01,QSH-01\n", "expected request, supplier, label"),
        ("a.csv", "", "no judgement"),
        ("a.json", "{", "no JSON"),
        ("a.csv", "request,supplier,label\nR01,A,yes\nR01,B,no\nR01,A,no\n", "R01 and A in row 2 and row 4"),
        (
            "a.json",
            '[{"request": "R01", "supplier": "A", "label": 1}, {"request": "R01", "supplier": "A", "label": 0}]',
            "R01 and A in entry 1 and entry 2",
        ),
        ("a.json", '[{"request": "R01", "supplier": "QSH-01", "label": -1}]', "label -1"),
        ("a.csv", "request,supplier,label\nR99,QSH-01,1\n", "no sourcing request 'R99'"),
        ("a.csv", "request,supplier,label\nR01,nobody,1\n", "no participant 'nobody'"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(seen: Stage, tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInputError, match=told):
        _judge(seen, judgements=read_judgements(tmp_path / name))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"])
def test_a_file_of_judgements_is_read_as_lists_are(tmp_path: Path, separator: str, encoding: str) -> None:
    supplier = "青山湖智能装备" if encoding == "gb18030" else "Société Générale d’Électricité"
    rows = (("Request", "supplier", "label", "note"), ("R01", supplier, "yes", ""), ("R01", "B", "0", "x"))
    path = tmp_path / "known.csv"
    path.write_bytes("\r\n".join(separator.join(row) for row in rows).encode(encoding))
    found = read_judgements(path)
    assert [(one.request, one.supplier, one.gain) for one in found] == [("R01", supplier, 1.0), ("R01", "B", 0.0)]
    assert found[1].where == "known.csv, row 3"


def test_only_finished_runs_of_this_event_and_organisers(seen: Stage, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no finished match run"):
        _judge(seen, run_id=uuid4())
    with pytest.raises(InvalidInputError, match="cannot be read"):
        read_judgements(tmp_path / "missing.csv")
    with seen.database.read() as session, pytest.raises(NotAllowedError):
        matching.evaluate_run(session, Actor(seen.actor.tenant_id, "buyer", UUID(int=1)), seen.event)
