"""Where the commands print: results to standard output, progress and errors beside it.

No markup: what is printed stems from documents, servers and paths, and a `[/b]` in it is text.
"""

from __future__ import annotations

from rich.console import Console

from webscale_rl_dagster.inference.usage import Usage

console = Console(highlight=False, markup=False)
errors = Console(stderr=True, highlight=False, markup=False)

FAILED, GATE_SHUT, INTERRUPTED = 1, 3, 130
"""Exit statuses beside 0 and Typer's own 2 for wrong usage."""


def summary(shards: int, usage: Usage) -> str:
    """What a command's model calls came to, on one line."""
    parts = [
        f"{counted(shards, 'shard')}",
        f"{counted(usage.requests, 'model call')} ({usage.reused:,} from the journal, "
        f"{usage.retries:,} retried, {usage.failures:,} failed)",
        f"{usage.prompt_tokens:,} prompt tokens ({_share(usage.cached_tokens, usage.prompt_tokens)}"
        f" cached), {usage.completion_tokens:,} generated, {usage.tokens_per_second:,.0f} a second",
        f"{usage.waiting_seconds:,.0f} s waiting for the engine, {usage.own_seconds:,.0f} s in our "
        "own code",
    ]
    if usage.dollars:
        parts.append(f"${usage.dollars:,.4f}")
    return "; ".join(parts)


def counted(number: int, thing: str) -> str:
    """The number with the word for as many."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole if whole else 0.0:.0%}"
