"""Takes a finished release elsewhere: to another storage root, or to a Hugging Face repository."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.gate import require_open
from webscale_rl_dagster.releases.layout import MANIFEST, PLOTS, key_of
from webscale_rl_dagster.releases.reading import Release
from webscale_rl_dagster.storage.objects import Objects

_COPIED = 1 << 20


def push_to_storage(release: Release, target: Objects) -> str:
    """The address of the copy, a release like any other; its manifest is written last.

    Raises:
        ReleaseError: its gate is shut, or a release of that name is there.
    """
    require_open(release)
    if target.exists(key_of(release.name, MANIFEST)):
        raise ReleaseError(f"release {release.name} is in {target.root} already and never changes")
    *files, manifest = release.paths()
    for path in files:
        with _downloaded(release, [path]) as folder:
            target.put_file(key_of(release.name, path), folder / path)
    key = key_of(release.name, manifest)
    if not target.put_new(key, release.objects.get(key)):
        raise ReleaseError(f"release {release.name} came to {target.root} meanwhile: compare them")
    return target.uri(key_of(release.name))


def push_to_hub(
    release: Release, repository: str, *, private: bool = True, endpoint: str | None = None
) -> str:
    """The address of the dataset: one commit, whose tag is the release's name.

    What an earlier release has there and this one has not is removed; its tag keeps it. The
    repository is made if it is new.

    Args:
        release: It is copied to the local disk first.
        repository: `owner/name`.
        private: Heeded where the repository is new.
        endpoint: Of another hub.

    Raises:
        ReleaseError: its gate is shut, there is no token, the tag is there, or the hub refuses.
    """
    require_open(release)
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, get_token

    if get_token() is None:
        raise ReleaseError("there is no token for the hub: set HF_TOKEN, or run `hf auth login`")
    api = HfApi(endpoint=endpoint)
    try:
        url = api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
        refs = api.list_repo_refs(repository, repo_type="dataset")
        taken = release.name in [tag.name for tag in refs.tags]
        if not taken:
            paths = release.paths()
            there = api.list_repo_files(repository, repo_type="dataset")
            gone = [path for path in there if path not in paths and _is_of_a_release(path)]
            with _downloaded(release, paths) as folder:
                commit = api.create_commit(
                    repository,
                    [
                        *(CommitOperationAdd(path, folder / path) for path in paths),
                        *(CommitOperationDelete(path) for path in gone),
                    ],
                    commit_message=f"Release {release.name}",
                    repo_type="dataset",
                )
            api.create_tag(repository, tag=release.name, revision=commit.oid, repo_type="dataset")
    except Exception as error:  # of the client and its transport, which share no base
        raise ReleaseError(f"cannot push to {repository}: {error}") from error
    if taken:
        raise ReleaseError(f"{repository} has a tag {release.name} already: releases never change")
    return str(url)


def _is_of_a_release(path: str) -> bool:
    return path.endswith(".parquet") or path.startswith(f"{PLOTS}/")


@contextmanager
def _downloaded(release: Release, paths: list[str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="webscale-rl-push-") as temporary:
        folder = Path(temporary)
        for path in paths:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            with (folder / path).open("wb") as file:
                source = release.objects.open(key_of(release.name, path))
                shutil.copyfileobj(source, file, _COPIED)
        yield folder
