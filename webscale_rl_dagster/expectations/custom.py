"""The three expectations that Great Expectations lacks. Importing this module imports it: seconds.

All are about shares. The share of too few values is unknown rather than wrong, so they hold on an
empty column, where Great Expectations' own aggregates fail, and below `min_rows` values.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider


class ShareOfTrue(TableMetricProvider):  # type: ignore[misc]
    """How many values are not null, and True's share among them."""

    metric_name = "table.share_of_true"
    value_keys = ("column",)

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> tuple[int, float]:
        values = _values(execution_engine, metric_domain_kwargs, metric_value_kwargs).astype(bool)
        return len(values), float(values.sum()) / max(len(values), 1)


class Shares(TableMetricProvider):  # type: ignore[misc]
    """How many values are not null, and the share of each among them."""

    metric_name = "table.shares"
    value_keys = ("column",)

    @metric_value(engine=PandasExecutionEngine)  # type: ignore[untyped-decorator]
    def _pandas(
        cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, **_: Any
    ) -> tuple[int, dict[str, float]]:
        values = _values(execution_engine, metric_domain_kwargs, metric_value_kwargs)
        shares = values.astype(str).value_counts(normalize=True)
        return len(values), {str(value): float(share) for value, share in shares.items()}


class ExpectShareOfTrueToBeBetween(BatchExpectation):  # type: ignore[misc]
    """Of a boolean column's values, at least and at most these shares are true."""

    column: str
    min_share: float = 0.0
    max_share: float = 1.0
    min_rows: int = 1

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.share_of_true",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "table")
    success_keys: ClassVar[tuple[str, ...]] = ("column", "min_share", "max_share", "min_rows")

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        rows, share = metrics["table.share_of_true"]
        holds = rows < self.min_rows or self.min_share <= share <= self.max_share
        return {"success": holds, "result": {"observed_value": f"{share:.3f} of {rows}"}}


class ExpectLargestShareToBeAtMost(BatchExpectation):  # type: ignore[misc]
    """No single value of a column makes up more than this share of it."""

    column: str
    max_share: float
    min_rows: int = 1

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.shares",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "table")
    success_keys: ClassVar[tuple[str, ...]] = ("column", "max_share", "min_rows")

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        rows, shares = metrics["table.shares"]
        value, share = max(shares.items(), key=lambda one: one[1], default=("", 0.0))
        holds = rows < self.min_rows or share <= self.max_share
        return {"success": holds, "result": {"observed_value": f"{value}: {share:.3f} of {rows}"}}


class ExpectDriftToBeAtMost(BatchExpectation):  # type: ignore[misc]
    """At most this share of a column's values differs from how often each was seen before.

    That is the total variation distance: 0 for the same shares, 1 for no value in common.
    """

    column: str
    before: dict[str, float]
    max_drift: float
    min_rows: int = 1

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.shares",)
    domain_keys: ClassVar[tuple[str, ...]] = ("batch_id", "table")
    success_keys: ClassVar[tuple[str, ...]] = ("column", "before", "max_drift", "min_rows")

    def _validate(self, metrics: dict[str, Any], **_: Any) -> dict[str, Any]:
        rows, shares = metrics["table.shares"]
        values = shares.keys() | self.before.keys()
        drift = sum(abs(shares.get(one, 0.0) - self.before.get(one, 0.0)) for one in values) / 2
        holds = rows < self.min_rows or drift <= self.max_drift
        return {"success": holds, "result": {"observed_value": f"{drift:.3f} of {rows}"}}


def _values(engine: Any, domain: Any, arguments: Any) -> Any:
    frame, _, _ = engine.get_compute_domain(domain, domain_type=MetricDomainTypes.TABLE)
    return frame[arguments["column"]].dropna()
