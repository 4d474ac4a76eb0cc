"""People's marks through the commands: into the card, and out as cases for the rules' benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import quality
from tests.pipeline import Kitchen, Pipeline, town
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.rules import RULES

pytestmark = pytest.mark.slow

LOOSE = {"acceptance_rate": [0.0, 1.0], "min_kept_documents": 0.0, "max_domain_share": 1.0}
HOSTILE = "[/b] \x1b[2J\u202e <script>"


@pytest.fixture
def made(kitchen: Kitchen) -> Iterator[Pipeline]:
    with kitchen.made_by(six_towns) as pipeline:
        yield pipeline


def six_towns(pipeline: Pipeline) -> None:
    pipeline.configure(gates=LOOSE)
    pipeline.ingest("towns.jsonl", [town(number) for number in range(6)])
    pipeline("run", "--all")


def mark(pipeline: Pipeline, row: Row, *options: str, by: str = "Ann") -> str:
    return str(pipeline("mark", row["qa_id"], *options, "--by", by).stdout)


def judged(pipeline: Pipeline) -> tuple[list[Row], list[Row]]:
    """Accepted rows and rejected ones."""
    rows = list(pipeline.tables.rows("checked_qa", pipeline.shards[0]))
    return [row for row in rows if row["kept"]], [row for row in rows if not row["kept"]]


def candidate(pipeline: Pipeline, qa_id: str) -> Row:
    rows = pipeline.tables.rows("candidate_qa", pipeline.shards[0])
    return next(row for row in rows if row["qa_id"] == qa_id)


def told(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pipeline("marks", "--json").stdout)
    return found


def test_marks_are_listed_with_the_figures(made: Pipeline) -> None:
    accepted, rejected = judged(made)
    assert mark(made, accepted[0], "--good").strip().endswith(f"{accepted[0]['qa_id']}  Ann")
    mark(made, accepted[1], "--bad", "--note", f"two answers\nare right {HOSTILE}")
    mark(made, rejected[0], "--bad")
    mark(made, accepted[1], "--bad", by="Bob")
    shown = made("marks").stdout
    assert "3 pairs marked: 1 good, 2 bad, 0 contested" in shown
    assert "people agree with the pipeline        2 of 3  20.8% to 93.9%" in shown
    assert "several people agree with each other  1 of 1  20.7% to 100.0%" in shown
    assert r"Ann: two answers are right [/b] \x1b[2J\u202e <script>" in shown
    found = told(made)
    assert [one["by"] for one in found["marks"]].count("Ann") == 3
    precision = found["agreement"]["precision"]
    assert (precision["part"], precision["whole"], precision["share"]) == (1, 2, 0.5)


def test_what_cannot_be_marked_is_said(made: Pipeline) -> None:
    accepted, _ = judged(made)
    known = accepted[0]["qa_id"]
    wrong = f"{known[:-1]}{'0' if known[-1] != '0' else '1'}"
    assert known in made("mark", wrong, "--good", "--by", "Ann", exit_code=1).stderr
    assert "needs the name" in str(
        made("mark", known, "--good", "--by", " ", exit_code=1).exception
    )
    made("mark", known, "--by", "Ann", exit_code=2)
    made("mark", known, "--good", exit_code=2)
    assert told(made)["marks"] == []
    assert "0 pairs marked" in made("marks").stdout


def test_a_release_says_what_people_said_of_its_pairs(made: Pipeline) -> None:
    accepted, rejected = judged(made)
    made("release", "--name", "v1")
    unread = made.tables.objects.get("releases/v1/README.md").decode()
    assert "Nobody read the pairs" in unread
    assert "Read by people" not in unread
    assert json.loads(made.tables.objects.get("releases/v1/RELEASE.json"))["measures"]["human"] is (
        None
    )
    for row in accepted[:3]:
        mark(made, row, "--good")
    mark(made, accepted[3], "--bad", "--note", HOSTILE, by=HOSTILE)
    mark(made, rejected[0], "--good")
    made("release", "--name", "v2")
    manifest = json.loads(made.tables.objects.get("releases/v2/RELEASE.json"))
    human = manifest["measures"]["human"]
    counts = ("marked", "good", "bad", "contested")
    assert [human["release"][name] for name in counts] == [4, 3, 1, 0]
    assert [human["all"][name] for name in counts] == [5, 4, 1, 0]
    assert human["all"]["with_pipeline"]["part"] == 3
    assert "Ann" not in json.dumps(manifest)
    read = made.tables.objects.get("releases/v2/README.md").decode()
    assert f"People read 4 of {manifest['pairs']} pairs; 1 that they call bad are in here" in read
    assert "| rejected candidates that people call good | 1 | 1 | 100.0% |" in read
    assert "good, of 4 that people read" in read
    assert "Nobody read" not in read
    assert "Read by people" in made.tables.objects.get("releases/v2/card.html").decode()


def test_cases_are_read_by_the_benchmark_of_the_rules(
    made: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    accepted, rejected = judged(made)
    good, bad, named, torn = *accepted[:2], rejected[0], accepted[2]
    mark(made, good, "--good", "--note", "clear")
    mark(made, bad, "--bad", "--note", "I know another answer")
    mark(made, named, "--bad", "--note", "answer_leaked, I think")
    mark(made, torn, "--good")
    mark(made, torn, "--bad", by="Bob")
    folder = tmp_path / "cases"
    said = made("marks", "--cases", str(folder)).stderr
    assert "3 cases in" in said
    assert "1 contested, 0 whose pair or text is gone" in said

    cases = {case.candidate.question: case for case in quality.load(folder)}
    assert len(cases) == 3
    documents = {row["text"] for row in made.tables.rows("raw_documents", made.shards[0])}
    for row, defects, also in (
        (good, set(), set()),
        (bad, {"unnamed"}, set(RULES)),
        (named, {"answer_leaked"}, set()),
    ):
        pair = candidate(made, row["qa_id"])
        case = cases[pair["question"]]
        assert (case.defects, case.also) == (defects, also)
        assert case.candidate.answer == pair["answer"]
        assert case.candidate.style == pair["style"]
        assert case.candidate.aliases == tuple(row["answer_aliases"] or ())
        assert case.domain == pair["domain"]
        assert case.candidate.document in documents
        assert case.candidate.title
        assert case.held_back is quality.is_held_back(pair["question"], pair["answer"])
    lines = {line["qa_id"]: line for line in quality.lines("cases.jsonl", folder)}
    assert lines[bad["qa_id"]]["note"] == "I know another answer"
    assert lines[bad["qa_id"]]["verdict"] == "bad"
    assert lines[named["qa_id"]]["marks"][0]["by"] == "Ann"
    assert lines[named["qa_id"]]["reason"] == named["reason"]

    monkeypatch.setattr("sys.argv", ["quality", str(folder)])
    quality.main()
    assert "3 pairs over" in capsys.readouterr().out


def test_a_pair_whose_text_is_gone_is_no_case(made: Pipeline, tmp_path: Path) -> None:
    accepted, _ = judged(made)
    mark(made, accepted[0], "--good")
    [shard] = made.shards
    rows = made.tables.read("raw_documents", shard)
    gone = [
        row | {"text": None} if row["document_id"] == accepted[0]["document_id"] else row
        for row in rows.iter_rows(named=True)
    ]
    with made.tables.writer("raw_documents", shard) as writer:
        for row in gone:
            writer.add(row)
    said = made("marks", "--cases", str(tmp_path / "cases")).stderr
    assert "0 cases" in said
    assert "1 whose pair or text is gone" in said
    assert (tmp_path / "cases" / "cases.jsonl").read_text() == ""
