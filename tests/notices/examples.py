"""Notices, plain and hostile."""

from __future__ import annotations

from webscale_rl_dagster.notices.message import Notice, stable_id

HOSTILE = (
    "x\r\nBcc: thief@example.org\r\n\r\n<!channel> <http://evil.example|pay> @everyone "
    "[click](http://evil.example) *b* _i_ `c` ~s~ \x1b[2J\u202etxt\x00\ud800</b>"
)


def notice(number: int = 0, **changes: object) -> Notice:
    known: dict[str, object] = {
        "kind": "gate_shut",
        "id": stable_id("gate", str(number)),
        "title": f"Gate shut: checked_qa of wiki/0123456789/{number:05d}",
        "lines": ("failed: acceptance_rate (0.01)", "Mend it – soon."),
        "links": {"run": "http://127.0.0.1:3000/runs/r1?a=b&c=d_e"},
        "corpus": "wiki",
        "asset": "checked_qa",
        "shard": f"wiki/0123456789/{number:05d}",
        "run_id": "r1",
        "failed": ("acceptance_rate",),
    }
    return Notice(**(known | changes))  # type: ignore[arg-type]


def hostile() -> Notice:
    return notice(
        title=HOSTILE, lines=(HOSTILE,) * 60, corpus=HOSTILE, shard=HOSTILE, failed=(HOSTILE,)
    )
