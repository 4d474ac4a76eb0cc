"""An OpenAI-compatible chat server that answers at once, or fails in every way servers fail.

    python -m tests.servers.openai_server --port 8000 --latency 0.05 --fault-share 0.3

Plain HTTP/1.1 with keep-alive on asyncio, so that it is never the slow part of a measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

Reply = Callable[[dict[str, Any]], str]
"""Makes the completion's text from the request's body."""

FAULTS = (
    "too_many_requests",
    "server_error",
    "reset",
    "half_body",
    "malformed_json",
    "wrong_schema",
    "garbage_utf8",
    "silence",
)


@dataclass
class Script:
    """How the server behaves, and what it saw."""

    reply: Reply = field(default=lambda body: minimal_answer(schema_of(body)))
    latency_s: float = 0.0
    gather: int = 0
    """Replies are held back until so many requests are under way at once, or for `gather_s`."""
    gather_s: float = 30.0
    faults: list[str] = field(default_factory=list)
    """Taken one a request, in order, before `fault_share` rules."""
    fault_share: float = 0.0
    silence_s: float = 3600.0
    api_key: str | None = None
    seed: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    prompts: Counter[str] = field(default_factory=Counter)
    """How often each messages-and-seed was asked: 2 means it was paid twice."""
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._now = 0
        self._first = self._last = 0.0
        self._gathered = asyncio.Event()

    def begin(self, asked: dict[str, Any]) -> None:
        self._first = self._first or perf_counter()
        self.requests.append(asked)
        self.prompts[json.dumps([asked["messages"], asked.get("seed")])] += 1
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        if self._now >= self.gather:
            self._gathered.set()

    async def hold(self) -> None:
        if not self._gathered.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gathered.wait(), self.gather_s)
        if self.latency_s:
            await asyncio.sleep(self.latency_s)

    def end(self) -> None:
        self._last = perf_counter()
        self._now -= 1

    def stats(self) -> dict[str, Any]:
        """What was asked since the start, or since `forget`."""
        return {
            "requests": len(self.requests),
            "distinct": len(self.prompts),
            "most_at_once": self.most_at_once,
            "seconds": self._last - self._first,
        }

    def forget(self) -> None:
        self.requests.clear()
        self.prompts.clear()
        self.most_at_once = self._now
        self._first = self._last = 0.0

    def next_fault(self) -> str | None:
        if self.faults:
            fault = self.faults.pop(0)
            return fault if fault != "none" else None
        if self._random.random() < self.fault_share:
            return self._random.choice(FAULTS)
        return None


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema that a request asks for."""
    wanted = body.get("response_format") or {}
    return wanted.get("json_schema", {}).get("schema")


def minimal_answer(schema: dict[str, Any] | None) -> str:
    """The shortest text that satisfies the schema."""
    return "an answer" if schema is None else json.dumps(_example(schema))


def _example(schema: dict[str, Any]) -> Any:
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"]
    if kind == "object":
        return {name: _example(part) for name, part in schema["properties"].items()}
    if "prefixItems" in schema:
        return [_example(part) for part in schema["prefixItems"]]
    if kind == "array":
        return [_example(schema["items"]) for _ in range(max(1, schema.get("minItems", 1)))]
    return {"string": "x" * max(3, schema.get("minLength", 3)), "boolean": True}.get(kind, 1)


async def serve(script: Script, port: int = 0) -> asyncio.Server:
    """Start the server on loopback; port 0 takes a free one."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _exchange(script, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(client, "127.0.0.1", port, limit=1 << 24)


async def _exchange(
    script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    if script.api_key and headers.get("authorization") != f"Bearer {script.api_key}":
        return _send(writer, 401, {"error": {"message": "invalid api key"}})
    keep = headers.get("connection", "").lower() != "close"
    match request_line.split()[:2]:
        case ["GET", "/v1/stats"]:
            return _send(writer, 200, script.stats()) and keep
        case ["DELETE", "/v1/stats"]:
            script.forget()
            return _send(writer, 200, script.stats()) and keep
        case ["GET", _]:
            models = {"object": "list", "data": [{"id": "test-model", "object": "model"}]}
            return _send(writer, 200, models) and keep
    asked = json.loads(body)
    script.begin(asked)
    try:
        await script.hold()
        return await _answer(script, asked, writer) and keep
    finally:
        script.end()
        if not writer.is_closing():
            await writer.drain()


async def _answer(script: Script, asked: dict[str, Any], writer: asyncio.StreamWriter) -> bool:
    match script.next_fault():
        case "too_many_requests":
            return _send(writer, 429, {"error": {"message": "slow down"}}, "retry-after: 0.05\r\n")
        case "server_error":
            return _send(writer, 500, {"error": {"message": "out of memory"}})
        case "bad_request":
            return _send(writer, 400, {"error": {"message": "maximum context length exceeded"}})
        case "reset":
            writer.transport.abort()
            return False
        case "half_body":
            whole = json.dumps(_completion(script.reply(asked))).encode()
            writer.write(_head(200, len(whole)) + whole[: len(whole) // 2])
            await writer.drain()
            return False
        case "malformed_json":
            return _send(writer, 200, _completion('{"reason": "unfinished'))
        case "wrong_schema":
            return _send(writer, 200, _completion('{"verdict": 42}'))
        case "garbage_utf8":
            garbage = b'{"choices": [{"message": {"content": "\xff\xfe\xc3("}}]}'
            writer.write(_head(200, len(garbage)) + garbage)
            return True
        case "silence":
            await asyncio.sleep(script.silence_s)
            return False
        case _:
            return _send(writer, 200, _completion(script.reply(asked)))


def _completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    tokens = max(1, len(text) // 4)
    return {
        "id": "chatcmpl-0",
        "object": "chat.completion",
        "created": 0,
        "model": "test-model",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 100,
            "completion_tokens": tokens,
            "total_tokens": 100 + tokens,
        },
    }


def _send(writer: asyncio.StreamWriter, status: int, body: Any, extra: str = "") -> bool:
    data = json.dumps(body).encode()
    writer.write(_head(status, len(data), extra) + data)
    return True


def _head(status: int, length: int, extra: str = "") -> bytes:
    return (
        f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n"
        f"content-length: {length}\r\n{extra}\r\n"
    ).encode()


@contextmanager
def running(script: Script) -> Iterator[str]:
    """The server on a thread and an event loop of its own; yields its base URL."""
    started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def until_stopped() -> None:
        server = await serve(script)
        stop = asyncio.Event()
        port = server.sockets[0].getsockname()[1]
        started.set_result((port, asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()

    thread = threading.Thread(target=asyncio.run, args=(until_stopped(),), daemon=True)
    thread.start()
    port, loop, stop = started.result(timeout=60)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=60)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--fault-share", type=float, default=0.0)
    chosen = parser.parse_args()

    async def forever() -> None:
        script = Script(latency_s=chosen.latency, fault_share=chosen.fault_share)
        server = await serve(script, chosen.port)
        async with server:
            await server.serve_forever()

    asyncio.run(forever())


if __name__ == "__main__":
    main()
