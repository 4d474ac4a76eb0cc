"""Repeated questions of a whole release: one index in this process, questions read in others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from webscale_rl_dagster.deduplication.questions import QuestionIndex, ReadQuestion, read_question

Question = tuple[str, str, str]
"""qa_id, question, answer."""

_BATCH = 2000
_Batch = list[tuple[str, ReadQuestion]]


def repeated_questions(
    questions: Iterable[Question], *, processes: int = 2
) -> Iterator[tuple[str, str]]:
    """`(qa_id, duplicate_of)` of each question that repeats an earlier one of the stream.

    What `QuestionIndex.add` says of each in turn, whatever the number of processes. The stream's
    order decides which question stays, so give it sorted. It is read as the answers are taken, a
    few batches ahead; memory holds the index alone.
    """
    index = QuestionIndex()
    for batch in _read(_batches(questions), processes):
        for qa_id, question in batch:
            if (earlier := index.add_read(qa_id, question)) is not None:
                yield qa_id, earlier


def _read(batches: Iterator[list[Question]], processes: int) -> Iterator[_Batch]:
    if processes == 1:
        yield from map(_read_batch, batches)
        return
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))
    under_way: deque[Future[_Batch]] = deque()
    try:
        for batch in batches:
            under_way.append(pool.submit(_read_batch, batch))
            if len(under_way) > 2 * processes:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _read_batch(batch: Sequence[Question]) -> _Batch:
    return [(qa_id, read_question(question, answer)) for qa_id, question, answer in batch]


def _batches(questions: Iterable[Question]) -> Iterator[list[Question]]:
    stream = iter(questions)
    while batch := list(islice(stream, _BATCH)):
        yield batch
