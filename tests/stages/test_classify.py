"""The classifier stage: a domain of the ten, and the personas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.servers.openai_server import Script
from tests.stages.streams import dispatching, made, towns, whole
from webscale_rl_dagster.prompts.schemas import DOMAINS
from webscale_rl_dagster.stages.classify import classify_documents
from webscale_rl_dagster.storage.tables import Row


async def classified(
    folder: Path, script: Script, *, personas: int = 3, shortlist: int = 10
) -> Row:
    [found] = towns(1)
    async with dispatching(folder, script) as dispatcher:
        stage = classify_documents(
            [whole(found)], [found], dispatcher, personas=personas, shortlist=shortlist
        )
        [row] = await made("classified_documents", stage)
        return row


def saying(*personas: str, domain: str = DOMAINS[0]) -> Script:
    said = {"reason": "a town", "domain": domain, "personas": list(personas)}
    return Script(reply=lambda _: json.dumps(said))


async def test_personas_are_told_apart_whatever_their_spelling(tmp_path: Path) -> None:
    row = await classified(tmp_path, saying("local historian", "Local  Historian.", "a mason"))
    assert row["personas"] == ["local historian", "a mason"]
    assert (row["kept"], row["domain"], row["domain_by"]) == (True, DOMAINS[0], "model")


async def test_a_window_without_a_persona_is_dropped(tmp_path: Path) -> None:
    row = await classified(tmp_path, saying(" . "))
    assert (row["kept"], row["reason"], row["personas"]) == (False, "no_persona", [])


async def test_a_domain_of_its_own_making_is_malformed(tmp_path: Path) -> None:
    row = await classified(tmp_path, saying("a mason", domain="Astrology"))
    assert (row["reason"], row["domain"]) == ("malformed_wrong_schema", None)


async def test_with_one_domain_to_choose_the_lexicon_has_chosen(tmp_path: Path) -> None:
    script = Script()
    row = await classified(tmp_path, script, personas=2, shortlist=1)
    offered: dict[str, Any] = script.requests[0]["response_format"]["json_schema"]["schema"]
    assert row["domain_by"] == "lexicon"
    assert row["domain"] in DOMAINS
    assert len(row["personas"]) == 2
    assert row["domain"] in json.dumps(offered)
