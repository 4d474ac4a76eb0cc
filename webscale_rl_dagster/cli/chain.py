"""A pair's provenance as a tree for the terminal."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from rich.tree import Tree

from webscale_rl_dagster.audit.text import excerpt, visible

_GOOD, _BAD, _QUIET = "green", "red", "dim"
_HEAD = 100
"""Characters of a completion that are shown; `--json` has all."""


def chain_tree(found: dict[str, Any]) -> Tree:
    """Of what `audit.provenance` found; each line is text, never markup."""
    tree = Tree(_line("", found["question"] or "no question was written", "bold"))
    tree.add(_line("answer", f"{_or(found['answer'])} ({_type(found)}, {_or(found['style'])})"))
    tree.add(_line("qa_id", found["qa_id"]))
    tree.add(_line("persona", f"{_or(found['persona'])}; domain {_or(found['domain'])}"))
    tree.add(_released(found))
    tree.add(_stages(found))
    tree.add(_verdicts(found["verdicts"]))
    for item in found["demonstrations"]:
        tree.add(_line("shown", f"{item['id']}: {_or(item['question'])} {_or(item['answer'])}"))
    tree.add(_calls(found["calls"]))
    if gone := found["removed"]:
        said = f"{gone['time'][:10]} by {gone['kind']}: {gone['reason']}"
        tree.add(_line("document removed", said, _BAD))
    tree.add(_document(found["document"]))
    return tree


def _released(found: dict[str, Any]) -> Tree:
    gate = found["gate"]
    said = "published" if found["published"] else "not published"
    why = "; ".join(gate["failed"])
    node = Tree(_line(said, "", _GOOD if found["published"] else _BAD))
    node.add(_line("gate", "open" if gate["open"] else f"shut {why}"))
    for place in found["releases"]:
        kept = f"in {place['split']}" if place["split"] else f"left out: {place['reason']}"
        twin = f", repeats {place['duplicate_of']}" if place["duplicate_of"] else ""
        because = "; ".join(place["failed"]) or "not judged"
        shut = "" if place["open"] else f", which its gate holds back: {because}"
        node.add(_line("release", f"{place['release']}, {kept}{twin}{shut}"))
    return node


def _stages(found: dict[str, Any]) -> Tree:
    node = Tree(_line("shard", found["shard"]))
    for stage, row in found["stages"].items():
        said = "kept" if row["kept"] else f"{_or(row['reason'])} {row['error'] or ''}".strip()
        line = _line(stage, said, _GOOD if row["kept"] else _BAD)
        run = f"  run {_or(row['run_id'])}, code {_or(row['code_version'])}"
        node.add(line.append(visible(run), style=_QUIET))
    return node


def _verdicts(verdicts: dict[str, str | None]) -> Tree:
    """Those that were passed in one line, for they are many."""
    passed = [name for name, said in verdicts.items() if said == "passed"]
    asked = [name for name, said in verdicts.items() if said is not None]
    node = Tree(_line("verdicts", f"{len(passed)} of {len(asked)} passed"))
    for name in asked:
        if name not in passed:
            node.add(Text(name, style=_BAD))
    if passed:
        node.add(Text(", ".join(passed), style=_QUIET))
    return node


def _calls(calls: list[dict[str, Any]]) -> Tree:
    node = Tree(_line("model calls", str(len(calls))))
    for call in calls:
        model = f"{call['model']} {call['revision']}".strip()
        tokens = f"{call['prompt_tokens']} + {call['completion_tokens']} tokens"
        prompt = f"{call['template']}.{call['template_version']}"
        aside = "" if call["current"] is not False else ", of an earlier prompt"
        line = _line(call["role"], f"{prompt} to {model}, {tokens}{aside}")
        said = " ".join(call["completion"].split())
        node.add(line.append(f"\n{visible(said[:_HEAD])}", style=_QUIET))
    return node


def _document(document: dict[str, Any]) -> Tree:
    node = Tree(_line("document", document["document_id"]))
    place = f"{_or(document['source_uri'])}, row {document['source_row']}"
    node.add(_line("source", place))
    if document["file"]:
        node.add(_line("file sha256", document["file"]["sha256"]))
    for name in ("title", "url", "licence"):
        node.add(_line(name, _or(document[name])))
    span = document["evidence"] or document["answer_span"]
    if document["text"] and span:
        before, shown, after = excerpt(document["text"], span)
        said = _line("evidence" if document["evidence"] else "answer span", str(span))
        node.add(said.append(f"\n{before}").append(shown, style="black on yellow").append(after))
    return node


def _type(found: dict[str, Any]) -> str:
    return _or((found["check"] or {}).get("answer_type"))


def _or(value: object) -> str:
    return "none" if value is None else str(value)


def _line(name: str, value: str, style: str = "") -> Text:
    head = Text(f"{name}  " if name and value else name, style=_QUIET if value else style)
    return head.append(visible(value), style=style or "default")
