"""A model as the judge that `rewards.score` may ask, where a reward runs beside the pipeline."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack

from webscale_rl_dagster.config import EngineConfig, S3Config
from webscale_rl_dagster.errors import RequestFailed
from webscale_rl_dagster.inference.dispatch import Dispatcher, Policy
from webscale_rl_dagster.inference.engines import open_engine
from webscale_rl_dagster.inference.journal import Journal, JournalPlace
from webscale_rl_dagster.inference.progress import Progress
from webscale_rl_dagster.inference.protocol import CompletionRequest, Failed, Sampling
from webscale_rl_dagster.inference.structured import ask_object
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.prompts.library import load_template, on_one_line
from webscale_rl_dagster.prompts.schemas import equivalence_schema
from webscale_rl_dagster.storage.connected import connect

PLACE = JournalPlace("rewards", "equivalent")
LONGEST = 400
"""Characters of a response that are judged; longer ones are no short answers."""
_SAMPLING = Sampling(max_tokens=160)


class ModelJudge:
    """Whether a response says the same as the gold: a `rewards.Judge`. Use as a context manager.

    Threads may call it at once; each waits for its own answer. Judgements are journalled under
    `storage`, so that what was judged before costs nothing, in this process or a later one.
    """

    def __init__(self, config: EngineConfig, storage: str, *, s3: S3Config = S3Config()) -> None:
        self._config = config
        self._objects = connect(storage, s3)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="judge", daemon=True)
        self._open = AsyncExitStack()

    def __enter__(self) -> ModelJudge:
        self._thread.start()
        try:
            self._dispatcher = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._open.aclose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __call__(self, question: str, gold: str, response: str) -> bool:
        """False also for what the model cannot be got to judge, and for a long response.

        Raises:
            RequestFailed: the call failed to the end; a reward of 0 would be a guess.
            EngineUnavailable: the engine cannot work at all.
        """
        if len(response) > LONGEST:
            return False
        judged = self._judge(question, gold, response)
        return asyncio.run_coroutine_threadsafe(judged, self._loop).result()

    async def _start(self) -> Dispatcher:
        engine = open_engine(self._config)
        self._open.push_async_callback(engine.aclose)
        journal = await self._open.enter_async_context(Journal(self._objects, PLACE))
        policy = Policy(
            self._config.request_deadline_s, self._config.attempts, self._config.max_failed_share
        )
        dispatcher = Dispatcher(engine, journal, policy, _Silent())
        self._open.push_async_callback(dispatcher.aclose)
        return dispatcher

    async def _judge(self, question: str, gold: str, response: str) -> bool:
        template = load_template("equivalent")
        asked = {"question": question, "answer": gold, "response": response}
        request = CompletionRequest(
            messages=template.render_alone(
                **{name: on_one_line(value) for name, value in asked.items()}
            ),
            sampling=_SAMPLING,
            template=template.ref,
            role="checker",
            document_id="",
            schema=equivalence_schema(),
        )
        verdict = await ask_object(self._dispatcher.complete, request)
        if isinstance(verdict, Failed):
            raise RequestFailed(f"the judge could not be asked: {verdict.error}")
        return isinstance(verdict, dict) and bool(verdict["equivalent"])


class _Silent(Progress):
    def started(self, stage: str, shard: str, rows: int) -> None: ...

    def advanced(self, usage: Usage, *, rows: int = 0) -> None: ...

    def finished(self, usage: Usage) -> None: ...
