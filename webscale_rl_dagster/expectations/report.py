"""A validation in words: what the Dagster UI shows beside a verdict. Knows nothing of Dagster."""

from __future__ import annotations

from webscale_rl_dagster.card.markdown import plain
from webscale_rl_dagster.expectations.validation import Validation

_COLUMNS = ("expectation", "observed", "expected", "severity")


def failed_table(validation: Validation) -> str:
    """A Markdown table of what failed; values may stem from documents and are made inert."""
    if not validation.failed:
        return "every expectation holds" if validation.passed else "not evaluated"
    rows = [
        (found.name, found.observed, found.expected, found.severity) for found in validation.failed
    ]
    lines = [_COLUMNS, ("---",) * len(_COLUMNS), *(tuple(map(plain, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def headline(validation: Validation) -> str:
    """One line: what shut the gate, or what was said although it is open."""
    if validation.errors:
        return f"suite error, says nothing about the data: {'; '.join(validation.errors)}"
    if not validation.failed:
        return f"{validation.evaluated} expectations hold"
    named = ", ".join(f"{found.name} ({found.observed})" for found in validation.failed)
    return f"{'warned' if validation.passed else 'failed'}: {named}"


def shutting(validation: Validation) -> list[str]:
    """What shuts the gate, each on a line of its own."""
    named = [
        f"{found.name} ({found.observed}, expected {found.expected})"
        for found in validation.failed
        if found.severity == "critical"
    ]
    return [*named, *(f"suite error: {error}" for error in validation.errors)]
