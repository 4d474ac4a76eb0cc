"""Runs a table's suite over one shard. Knows nothing of Dagster."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations import (
    candidate_qa,
    checked_qa,
    classified_documents,
    dataset_release,
    filtered_documents,
    raw_documents,
    verified_qa,
)
from webscale_rl_dagster.expectations.claims import Severity
from webscale_rl_dagster.expectations.facts import Batches, Facts
from webscale_rl_dagster.schemas import TABLES

SUITES: Mapping[str, ModuleType] = {
    "raw_documents": raw_documents,
    "filtered_documents": filtered_documents,
    "classified_documents": classified_documents,
    "candidate_qa": candidate_qa,
    "checked_qa": checked_qa,
    "verified_qa": verified_qa,
    "dataset_release": dataset_release,
}
FAILING_ROWS = 10
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class FailedExpectation:
    """One expectation that the data does not meet."""

    name: str
    column: str | None
    severity: Severity
    observed: str
    expected: str
    failing_rows: list[dict[str, Any]] = field(default_factory=list)
    """The first ten, by id; empty where the whole table is at fault."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What a suite found in one shard."""

    evaluated: int
    failed: list[FailedExpectation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    """Expectations that could not be evaluated: the suite is at fault or its input unreadable,
    which says nothing about the data and shuts the gate all the same."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Rows by what became of them: `kept`, or the reason they were not."""
    result: Mapping[str, Any] | None = None
    """Great Expectations' own, as JSON; None if the suite could not be run at all."""

    @property
    def passed(self) -> bool:
        """No critical expectation failed and none crashed."""
        return not self.errors and not self.shut_by

    @property
    def shut_by(self) -> list[str]:
        """Names of the critical expectations that failed."""
        return [found.name for found in self.failed if found.severity == "critical"]

    @classmethod
    def crashed(cls, error: Exception) -> Validation:
        """The suite could not be run at all."""
        return cls(evaluated=0, errors=[f"{type(error).__name__}: {error}"])


def validate(table: str, batches: Batches, *, facts: Facts, gates: GatesConfig) -> Validation:
    """Judge one shard of a table; Great Expectations is imported by the first call.

    It sees a few bytes a row. A second pass over the table looks up the ids of rows that failed.
    """
    import great_expectations as gx

    suite = SUITES[table]
    outcomes: Counter[str] = Counter()
    columns: pl.DataFrame = suite.columns(_counted(batches(None), outcomes), facts)
    batch = _batches(table).get_batch(batch_parameters={"dataframe": columns.to_pandas()})
    report = batch.validate(
        gx.ExpectationSuite(name=table, expectations=suite.expectations(gates, facts)),
        result_format={
            "result_format": "SUMMARY",
            "include_unexpected_rows": False,
            "partial_unexpected_count": FAILING_ROWS,
        },
    )
    failures = [result for result in report.results if not result.success]
    rows = _rows(table, batches, [result for result in failures if result.result])
    return Validation(
        evaluated=len(report.results),
        failed=[_failed(table, result, rows) for result in failures if result.result],
        errors=[_error(result) for result in failures if not result.result],
        outcomes=dict(outcomes.most_common()),
        result=report.to_json_dict(),
    )


@functools.cache
def _batches(table: str) -> Any:
    """Where frames of one table enter Great Expectations: in memory, once per process.

    The suite itself is built per shard: that is cheap, and its row counts differ by shard.
    """
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = {"globally": False}
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset(table)
    return frames.add_batch_definition_whole_dataframe("shard")


def _rows(table: str, batches: Batches, failures: Iterable[Any]) -> Mapping[int, dict[str, Any]]:
    """The rows that failed, by their place in the table, with the columns that name them."""
    wanted = {place for result in failures for place in _places(result)}
    if not wanted:
        return {}
    names = dict.fromkeys(name for result in failures for name in _naming(table, result))
    found: dict[int, dict[str, Any]] = {}
    start = 0
    for batch in batches(list(names)):
        for place in wanted.intersection(range(start, start + batch.height)):
            found[place] = batch.row(place - start, named=True)
        start += batch.height
    return found


def _places(result: Any) -> list[int]:
    return [int(place) for place in result.result.get("partial_unexpected_index_list") or ()]


def _naming(table: str, result: Any) -> list[str]:
    """The suite's ids, and the column that was judged where it is one of the table's own."""
    ids = SUITES[table].IDS
    column = result.expectation_config.kwargs.get("column")
    return [*ids, column] if column in TABLES[table].keys() - set(ids) else [*ids]


def _failed(table: str, result: Any, rows: Mapping[int, dict[str, Any]]) -> FailedExpectation:
    configured = result.expectation_config
    names = _naming(table, result)
    return FailedExpectation(
        name=configured.meta["name"],
        column=configured.kwargs.get("column"),
        severity=configured.severity.value,
        observed=_observed(result.result),
        expected=configured.meta["expected"],
        failing_rows=[
            {name: _plain(rows[place][name]) for name in names} for place in _places(result)
        ],
    )


def _observed(found: Mapping[str, Any]) -> str:
    if "observed_value" in found:
        return str(found["observed_value"])
    return f"fails in {found['unexpected_count']} of {found['element_count']} rows"


def _error(result: Any) -> str:
    """Its name and the crash, which lies under an id per metric or at the top."""
    info = result.exception_info
    crashes = [info] if "exception_message" in info else info.values()
    messages = {str(crash["exception_message"]) for crash in crashes}
    return f"{result.expectation_config.meta['name']}: {'; '.join(sorted(messages))}"


def _plain(value: Any) -> Any:
    """A value that JSON can hold; documents are hostile, so none is longer than a line or two."""
    if value is None or isinstance(value, bool | int):
        return value
    return str(value)[:_LONGEST_VALUE]


def _counted(batches: Iterable[pl.DataFrame], into: Counter[str]) -> Iterator[pl.DataFrame]:
    """The batches as they are, their outcomes counted as they pass; a release's have none."""
    outcome = pl.when("kept").then(pl.lit("kept")).otherwise("reason").fill_null("unexplained")
    for batch in batches:
        if "kept" in batch.columns:
            counted = batch.select(outcome=outcome)["outcome"].value_counts()
            into.update(dict(counted.iter_rows()))
        yield batch
