from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from benchmarks.deduplication import made_questions
from webscale_rl_dagster.deduplication import release
from webscale_rl_dagster.deduplication.questions import QuestionIndex
from webscale_rl_dagster.deduplication.release import repeated_questions


@pytest.fixture(scope="module")
def made() -> list[tuple[str, str, str]]:
    return [(each.qa_id, each.question, each.answer) for each in made_questions(5000, 1)]


def test_a_release_is_judged_as_one_question_after_the_other(
    made: list[tuple[str, str, str]],
) -> None:
    index = QuestionIndex()
    one_by_one = [(pair[0], index.add(*pair)) for pair in made]
    expected = [(qa_id, earlier) for qa_id, earlier in one_by_one if earlier is not None]
    assert len(expected) > 100
    assert list(repeated_questions(made, processes=1)) == expected
    assert list(repeated_questions(made, processes=2)) == expected


def test_planted_repeats_are_found_and_other_entities_are_not() -> None:
    planted = list(made_questions(20_000, 2))
    pairs = [(each.qa_id, each.question, each.answer) for each in planted]
    found = dict(repeated_questions(pairs, processes=1))
    for kind, least, most in (("near", 0.98, 1), ("reworded", 1, 1), ("entity", 0, 0.01)):
        ids = [each.qa_id for each in planted if each.kind == kind]
        share = sum(qa_id in found for qa_id in ids) / len(ids)
        assert least <= share <= most, kind


def test_who_repeats_whom_depends_on_the_order_but_what_is_alike_does_not(
    made: list[tuple[str, str, str]],
) -> None:
    """Of two alike the first stays, whichever that is."""
    found = list(repeated_questions(made, processes=1))
    texts = {qa_id: (question, answer) for qa_id, question, answer in made}
    for repeat, first in random.Random(3).sample(found, 50):
        pair = [(repeat, *texts[repeat]), (first, *texts[first])]
        assert list(repeated_questions(pair, processes=1)) == [(first, repeat)]


def test_the_stream_is_read_a_few_batches_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_BATCH", 10)
    taken = 0

    def stream() -> Iterator[tuple[str, str, str]]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield str(number), "Who won?", "A"

    repeats = repeated_questions(stream(), processes=2)
    assert next(repeats) == ("1", "0")
    assert taken <= 60
    repeats.close()
