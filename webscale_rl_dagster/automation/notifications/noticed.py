"""Events of Dagster's log, as the notices that people get of them."""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from webscale_rl_dagster.automation.failures import because_of_a_gate, failed_steps, message_of
from webscale_rl_dagster.config import NoticeKind
from webscale_rl_dagster.expectations.evaluation import shut_by
from webscale_rl_dagster.identity import ShardKey
from webscale_rl_dagster.notices.links import Links
from webscale_rl_dagster.notices.message import Notice, stable_id

_STEPS_NAMED, _STEPS_READ = 5, 100
_ADVICE = "Nothing after this gate is made of it until it is mended and judged again."


def changed(
    shut: dict[str, str], judged: dg.AssetCheckEvaluation
) -> tuple[NoticeKind | None, dict[str, str]]:
    """What a verdict changes, if anything, and what failed last in each check that fails now.

    A gate that fails again on the same data changes nothing, whatever run judged it.
    """
    check = _id_of(judged)
    before = shut.get(check)
    if judged.passed:
        if before is None:
            return None, shut
        rest = {other: version for other, version in shut.items() if other != check}
        return ("gate_opened" if judged.blocking else None), rest
    if not judged.blocking and judged.asset_key.to_user_string() != "raw_documents":
        return None, shut
    version = _version(judged) if judged.blocking else ""
    if version == before:
        return None, shut
    return ("gate_shut" if judged.blocking else "corpus_stopped"), shut | {check: version}


def verdict_notice(
    kind: NoticeKind, judged: dg.AssetCheckEvaluation, entry: dg.EventLogEntry, links: Links
) -> Notice:
    """Of a verdict that changed something."""
    asset, key = judged.asset_key.to_user_string(), judged.partition
    corpus = _corpus_of(judged)
    titles: dict[NoticeKind, str] = {
        "gate_shut": f"Gate shut: {asset} of {key}",
        "gate_opened": f"Gate open again: {asset} of {key}",
        "corpus_stopped": f"Corpus stopped arriving: {corpus or key or judged.check_name}",
    }
    said = [judged.description] if judged.description else []
    return Notice(
        kind=kind,
        id=stable_id(kind, _id_of(judged), entry.run_id, str(entry.timestamp)),
        title=titles[kind],
        lines=(*said, *([_ADVICE] if kind == "gate_shut" else [])),
        links=links.run(entry.run_id)
        | (links.partition(asset, key) if key else {})
        | links.shard(key if _shard_corpus(key) else None),
        time=_time(entry),
        corpus=corpus,
        asset=asset,
        shard=key,
        run_id=entry.run_id or None,
        failed=shut_by(judged),
    )


def failure_notice(
    instance: dg.DagsterInstance, entry: dg.EventLogEntry, links: Links
) -> Notice | None:
    """Of a failed run; None if a shut gate is all that failed it, of which the verdict tells."""
    run = instance.get_run_by_id(entry.run_id)
    if run is None:
        return None
    steps = failed_steps(instance, run.run_id, _STEPS_READ)
    broken = [step for step in steps if not because_of_a_gate(step)]
    if steps and not broken:
        return None
    shard = _shards(run)
    retried = run.tags.get("dagster/will_retry") == "true"
    said = [message_of(step) for step in broken[:_STEPS_NAMED]] or [_without_a_step(entry)]
    return Notice(
        kind="failed_run",
        id=stable_id("failed_run", run.run_id),
        title=f"Run failed: {_work(run)}{f' of {shard}' if shard else ''}",
        lines=(*said, *(["Dagster runs it again by itself."] if retried else [])),
        links=links.run(run.run_id) | links.shard(shard if _shard_corpus(shard) else None),
        time=_time(entry),
        corpus=run.tags.get("webscale_rl/corpus") or _shard_corpus(shard),
        shard=shard,
        run_id=run.run_id,
    )


def _version(judged: dg.AssetCheckEvaluation) -> str:
    """Of what was judged: the files' hashes, or else the materialization."""
    files = getattr(judged.metadata.get("files"), "value", None)
    if isinstance(files, dict) and files:
        return stable_id(*(f"{name}={sha}" for name, sha in sorted(files.items())))[:16]
    target = judged.target_materialization_data
    return str(target.storage_id) if target else "unknown"


def _id_of(judged: dg.AssetCheckEvaluation) -> str:
    asset = judged.asset_key.to_user_string()
    return stable_id(asset, judged.check_name, judged.partition or "")[:16]


def _corpus_of(judged: dg.AssetCheckEvaluation) -> str | None:
    """As the check says, or as the shard's key does."""
    named = getattr(judged.metadata.get("corpus"), "value", None)
    return named if isinstance(named, str) else _shard_corpus(judged.partition)


def _shard_corpus(key: str | None) -> str | None:
    try:
        return ShardKey.parse(key or "").corpus
    except ValueError:
        return None


def _shards(run: dg.DagsterRun) -> str | None:
    """A shard, a release's name, or the ends of a range."""
    tags = run.tags
    one = tags.get("webscale_rl/shard") or tags.get("dagster/partition")
    first = tags.get("dagster/asset_partition_range_start")
    last = tags.get("dagster/asset_partition_range_end")
    return one or (f"{first} … {last}" if first and last else None)


def _work(run: dg.DagsterRun) -> str:
    if not run.job_name.startswith("__ASSET_JOB"):
        return run.job_name
    chosen = sorted(key.to_user_string() for key in run.asset_selection or ())
    return ", ".join(chosen) or "assets"


def _without_a_step(entry: dg.EventLogEntry) -> str:
    """What whoever ended the run says: run monitoring, the launcher, or the run itself."""
    event = entry.get_dagster_event()
    error = getattr(event.event_specific_data, "error", None)
    said = [event.message, getattr(error, "message", None)]
    return " ".join(part.strip() for part in said if part) or "its process ended"


def _time(entry: dg.EventLogEntry) -> str:
    return datetime.fromtimestamp(entry.timestamp, UTC).isoformat()
