"""Why what is named is not ingested, in the same words for folders and buckets."""

from __future__ import annotations

from collections.abc import Mapping

from webscale_rl_dagster.corpora.folders import SUFFIXES, Format
from webscale_rl_dagster.errors import IngestError

_KNOWN = ", ".join(SUFFIXES)


def unknown_suffix(place: object) -> IngestError:
    """Of a file that is named itself."""
    return IngestError(f"{place}: unknown suffix; known are {_KNOWN}. Else name the format")


def nothing_to_read(
    place: object, wanted: Format | None, patterns: tuple[str, ...] | None
) -> IngestError:
    """In a folder or under a prefix."""
    expected = "a file to read" if wanted is None else f"a {wanted} file"
    where = "" if patterns is None else f" that matches {' or '.join(patterns)}"
    return IngestError(f"{place} does not hold {expected}{where}; known are {_KNOWN}")


def several_formats(place: object, first: Mapping[Format, str]) -> IngestError:
    """Where a file may be a document or hold many; `first` has the name of one of each format."""
    names = " and ".join(f"{kind} ({name})" for kind, name in first.items())
    return IngestError(f"{place} holds both {names}: name the format to ingest")


def refuse_choice(place: object, choice: str | None) -> None:
    """IngestError if a subset or split is chosen where there is no card that names any."""
    if choice is not None:
        raise IngestError(
            f"{place} has no README.md with a dataset card, so there is no {choice!r} to choose"
        )
