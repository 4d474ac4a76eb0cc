"""The few kinds of claim that all suites are made of, each an expectation with a name.

The name is a stable token: what `status`, metadata and tests know a claim by. Great Expectations
takes seconds to import, so every function here imports it when called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal

import polars as pl

from webscale_rl_dagster.config import GatesConfig
from webscale_rl_dagster.expectations.facts import Facts
from webscale_rl_dagster.schemas import FAILED, frame_of

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

Severity = Literal["critical", "warning"]
"""A failed critical expectation shuts the gate; a failed warning is told in the metadata."""

_BATCHES_A_COPY = 16
_UNANSWERED = rf"^(?:{FAILED}$|malformed_)"


def every_row(claim: str, *, severity: Severity = "critical") -> Expectation:
    """The boolean column of that name is true in every row."""
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeInSet(
        column=claim, value_set=[True], severity=severity, meta=_named(claim, "true in every row")
    )


def unique(column: str, *, name: str) -> Expectation:
    """No value twice; nulls are left out."""
    import great_expectations.expectations as gxe

    return gxe.ExpectColumnValuesToBeUnique(column=column, meta=_named(name, "no value twice"))


def one_of(column: str, values: Iterable[str], *, name: str) -> Expectation:
    """Only these values; nulls are left out."""
    import great_expectations.expectations as gxe

    known = sorted(values)
    return gxe.ExpectColumnValuesToBeInSet(
        column=column, value_set=known, meta=_named(name, f"one of {', '.join(known)}")
    )


def share(
    column: str,
    *,
    name: str,
    low: float = 0.0,
    high: float = 1.0,
    min_rows: int = 1,
    severity: Severity = "critical",
) -> Expectation:
    """True's share of a boolean column lies in the band, ends included."""
    from webscale_rl_dagster.expectations.custom import ExpectShareOfTrueToBeBetween

    return ExpectShareOfTrueToBeBetween(
        column=column,
        min_share=low,
        max_share=high,
        min_rows=min_rows,
        severity=severity,
        meta=_named(name, f"{low:g} to {high:g}"),
    )


def mix(column: str, *, name: str, most: float, min_rows: int) -> Expectation:
    """No value makes up more than this share; nulls are left out."""
    from webscale_rl_dagster.expectations.custom import ExpectLargestShareToBeAtMost

    return ExpectLargestShareToBeAtMost(
        column=column, max_share=most, min_rows=min_rows, meta=_named(name, f"at most {most:g}")
    )


def drift(
    column: str, *, name: str, before: Mapping[str, int], most: float, min_rows: int
) -> Expectation:
    """The mix of this column is near to what was counted before; too few rows then are no mix."""
    from webscale_rl_dagster.expectations.custom import ExpectDriftToBeAtMost

    total = sum(before.values())
    return ExpectDriftToBeAtMost(
        column=column,
        before={value: count / total for value, count in before.items()} if total else {},
        max_drift=most if total >= min_rows else 1.0,
        min_rows=min_rows,
        meta=_named(name, f"at most {most:g}"),
    )


def reconciled(facts: Facts, *, rows: str | None = None) -> list[Expectation]:
    """As many rows as upstream sends on, each of them known there.

    Where only some rows stand for one of upstream's, the boolean column `rows` says which.
    """
    import great_expectations.expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    if facts.upstream is None:
        return []
    return [
        gxe.ExpectTableRowCountToEqual(
            value=facts.expected_rows,
            row_condition=None if rows is None else Column(rows) == True,  # noqa: E712  # a builder
            meta=_named("rows_reconciled", f"{facts.expected_rows} {rows or 'rows'}"),
        ),
        every_row("upstream_known"),
    ]


def outcomes(gates: GatesConfig) -> list[Expectation]:
    """Every row says what became of it, and few of them failed.

    A malformed answer is a verdict on the model, not an error: too many are told, and it is the
    shares of what is kept that shut the gate.
    """
    most = gates.max_failed_share
    return [
        every_row("outcome_complete"),
        share("failed", name="failed_share", high=most),
        share("unanswered", name="unanswered_share", high=most, severity="warning"),
    ]


def unanswered() -> pl.Expr:
    """Whether the model gave nothing that could be used for this row."""
    return pl.col("reason").fill_null("").str.contains(_UNANSWERED)


def outcome_columns() -> list[pl.Expr]:
    """What `outcomes` looks at; the contract is in `schemas`."""
    failed = (pl.col("reason") == FAILED).fill_null(False)
    complete = (pl.col("kept") == pl.col("reason").is_null()) & (
        failed == pl.col("error").is_not_null()
    )
    return [
        pl.col("kept"),
        failed.alias("failed"),
        unanswered().alias("unanswered"),
        complete.fill_null(False).alias("outcome_complete"),
    ]


def narrow(
    table: str, batches: Iterable[pl.DataFrame], columns: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """What a suite looks at in every batch, as one frame: all of a shard that memory holds.

    A column taken over as it is keeps the batch's own buffers alive, several times its size, until
    chunks are copied into one. That does not hold for strings: see `few`.
    """
    seen = map(columns, batches)
    parts = [columns(frame_of(table, []))]
    while some := list(islice(seen, _BATCHES_A_COPY)):
        parts.append(pl.concat(some, rechunk=True))
    return pl.concat(parts)


def few(column: str) -> pl.Expr:
    """A column of texts that are repeated over and over, as numbers of these texts."""
    return pl.col(column).cast(pl.Categorical())


def known(facts: Facts) -> pl.Expr:
    """Whether upstream sent the row of this `key` on; a row without a key is not known."""
    keys = pl.Series(dtype=pl.UInt64()) if facts.upstream is None else facts.upstream["key"]
    return pl.col("key").is_in(keys.implode()).fill_null(False).alias("upstream_known")


def present(columns: Sequence[str]) -> pl.Expr:
    """Whether all these texts hold something to read."""
    return pl.all_horizontal(
        pl.col(column).str.strip_chars().str.len_chars().fill_null(0) > 0 for column in columns
    )


def holds_if_kept(condition: pl.Expr, name: str) -> pl.Expr:
    """A claim about the rows that go on; the others satisfy it as they are."""
    return (~pl.col("kept").fill_null(True) | condition.fill_null(False)).alias(name)


def _named(name: str, expected: str) -> dict[str, str]:
    return {"name": name, "expected": expected}
