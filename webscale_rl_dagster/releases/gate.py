"""The verdict on a release, kept beside it: it travels with every copy, and the lock asks it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import orjson

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.files import content_sha256
from webscale_rl_dagster.releases.layout import VERDICT, key_of
from webscale_rl_dagster.releases.reading import Release, open_release, release_names
from webscale_rl_dagster.releases.withdrawal import withdrawal_of
from webscale_rl_dagster.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the suite of `dataset_release` judged a release."""

    passed: bool
    content_sha256: str
    """Of the data that was judged; empty if it could not be read."""
    failed: tuple[str, ...] = ()
    """Expectations that do not hold, and why; warnings are none of them."""


def record_verdict(objects: Objects, name: str, verdict: Verdict) -> None:
    """Replaces an earlier one."""
    objects.put(key_of(name, VERDICT), orjson.dumps(asdict(verdict), option=orjson.OPT_INDENT_2))


def verdict_on(release: Release) -> Verdict | None:
    """The newest one; None if there is none, or if it passed other data than the manifest's."""
    key = key_of(release.name, VERDICT)
    if not release.objects.exists(key):
        return None
    found = orjson.loads(release.objects.get(key))
    verdict = Verdict(bool(found["passed"]), found["content_sha256"], tuple(found["failed"]))
    same = verdict.content_sha256 == release.manifest["content_sha256"]
    return verdict if same or not verdict.passed else None


def is_open(release: Release) -> bool:
    """By its newest verdict; `require_open` asks the data too."""
    verdict = verdict_on(release)
    return verdict is not None and verdict.passed


def latest_open(objects: Objects) -> str | None:
    """The name of the release that was made last of those whose gates are open."""
    names = [name for name in release_names(objects) if withdrawal_of(objects, name) is None]
    releases = [open_release(objects, name) for name in names]
    made = [(release.manifest["created"], release.name) for release in releases if is_open(release)]
    return max(made)[1] if made else None


def behind_a_shut_gate(objects: Objects, name: str) -> Release | None:
    """A release that was made and may be judged again; None if there is none of that name.

    Raises:
        ReleaseError: it is there, and its gate is open, or it was withdrawn.
    """
    if name not in release_names(objects):
        return None
    release = open_release(objects, name)
    if is_open(release):
        raise ReleaseError(f"release {name} exists and never changes: take another name")
    return release


def require_open(release: Release) -> None:
    """Refuse a release that its gate does not let pass, or whose data was changed since.

    Raises:
        ReleaseError: it says which expectations failed, or that none was asked.
    """
    verdict = verdict_on(release)
    if verdict is None:
        raise ReleaseError(
            f"release {release.name} was not judged: `webscale-rl release --name {release.name}` "
            "does that"
        )
    if not verdict.passed:
        raise ReleaseError(
            f"the gate of release {release.name} is shut: {'; '.join(verdict.failed)}. Mend the "
            "data and make another release, or change `gates` in pipeline.yaml and have this one "
            f"judged again by `webscale-rl release --name {release.name}`"
        )
    if content_sha256(release.digests()) != verdict.content_sha256:
        raise ReleaseError(
            f"the files of release {release.name} were changed since it was judged: restore them "
            "from a copy, or make another release"
        )
