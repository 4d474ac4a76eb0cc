"""Documents longer than the models' window through every asset and gate."""

from __future__ import annotations

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.identity import document_id

LONG = "\n\n".join(town(number) for number in range(40))
TOWNS = [town(number) for number in range(40, 44)]


def test_a_long_document_is_published_in_parts_and_reconciled(pipeline: Pipeline) -> None:
    engine = pipeline.settings["models"]["default"] | {"context_tokens": 2048}
    pipeline.configure(models={"default": engine})
    pipeline.ingest("towns.jsonl", [TOWNS[0], LONG, *TOWNS[1:]])
    pipeline("run", "--all")
    [shard] = pipeline.status()["shards"]
    assert shard["reconciled"] is True
    assert shard["gate"] == {"open": True, "failed": []}
    of_long = [
        row
        for row in pipeline.tables.rows("filtered_documents", shard["shard"])
        if row["document_id"] == document_id(LONG)
    ]
    assert len(of_long) >= 3
    assert "".join(LONG[row["window_start"] : row["window_end"]] for row in of_long) == LONG
    texts = {document_id(text): text for text in (LONG, *TOWNS)}
    pairs = pipeline.verified().to_dicts()
    for pair in pairs:
        text = texts[pair["document_id"]]
        assert text[pair["evidence_start"] : pair["evidence_end"]] == pair["answer"]
    late = of_long[-1]["window_start"]
    assert any(
        pair["evidence_start"] >= late for pair in pairs if pair["document_id"] == document_id(LONG)
    )
