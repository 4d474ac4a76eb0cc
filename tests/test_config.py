"""The configuration file: defaults, clear mistakes, and its page in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel

from webscale_rl_dagster.config import (
    CONFIG_VARIABLE,
    Config,
    CorpusConfig,
    EngineConfig,
    FilterConfig,
    GatesConfig,
    GeneratorConfig,
    Price,
    S3Config,
    load_config,
)
from webscale_rl_dagster.errors import ConfigError, StorageError
from webscale_rl_dagster.storage.connected import connect

DOCS = Path(__file__).parents[1] / "docs" / "configuration.md"


def load(folder: Path, text: str) -> Config:
    path = folder / "pipeline.yaml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def test_an_empty_file_means_all_defaults(tmp_path: Path) -> None:
    config = load(tmp_path, "")
    assert config == Config(storage=str(tmp_path / ".webscale-rl"))


def test_a_folder_is_relative_to_the_file(tmp_path: Path) -> None:
    assert load(tmp_path, "storage: data").storage == str(tmp_path / "data")
    assert load(tmp_path, "storage: s3://b/p").storage == "s3://b/p"
    corpora = "corpora: [{name: a, uri: texts}, {name: b, uri: s3://b/p/}, {name: c, uri: ~/c}]"
    uris = [corpus.uri for corpus in load(tmp_path, corpora).corpora]
    assert uris == [str(tmp_path / "texts"), "s3://b/p/", str(Path.home() / "c")]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("gs://bucket/prefix", "is neither a path nor s3://bucket/prefix"),
        ("S3://bucket", "is neither a path nor s3://bucket/prefix"),
        ("s3:/bucket", "is neither a path nor s3://bucket/prefix"),
        ("file:///folder", "is neither a path nor s3://bucket/prefix"),
        ("s3://", "names no bucket"),
        ("s3:///prefix", "names no bucket"),
        ("s3://bucket//prefix", "has an empty part"),
        ("s3://bucket/a/../b", "has an empty part"),
    ],
)
def test_an_address_is_never_taken_for_a_folder(tmp_path: Path, place: str, said: str) -> None:
    for text in (f"storage: '{place}'", f"corpora: [{{name: a, uri: '{place}'}}]"):
        with pytest.raises(ConfigError, match=said):
            load(tmp_path, text)
    with pytest.raises(StorageError, match=said):
        connect(place, S3Config())


def test_a_role_may_have_an_engine_of_its_own(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "models:\n  default: {engine: llama_cpp}\n"
        "  checker: {engine: openai, base_url: http://x/v1, model: m}\n",
    )
    assert config.models.for_role("checker").engine == "openai"
    assert config.models.for_role("filter").engine == "llama_cpp"


def test_a_role_that_names_no_engine_changes_only_the_keys_it_gives(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        "models:\n"
        "  default: {engine: openai, base_url: http://x/v1, model: m, attempts: 2}\n"
        "  checker: {request_deadline_s: 60}\n"
        "  filter: {engine: llama_cpp}\n",
    )
    checker = config.models.for_role("checker")
    assert (checker.engine, checker.model, checker.attempts) == ("openai", "m", 2)
    assert checker.request_deadline_s == 60
    assert config.models.for_role("filter").model is None


def test_the_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.yaml").write_text("shard_documents: 7")
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "other.yaml"))
    assert load_config().shard_documents == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("storag: x", "storag: unknown key; did you mean storage?"),
        ("models: {default: {engin: x}}", "models.default.engin: unknown key; did you mean engine"),
        ("gates: {zzz: 1}", "known keys: acceptance_rate"),
        ("gates: {acceptance_rate: [0.9, 0.1]}", "must be [least, greatest]"),
        ("prices: {m: {promt: 1, completion: 1}}", "prices.m.promt: unknown key; did you mean pro"),
        ("models: {checker: {ray: {adress: 'a:1'}}}", "did you mean address?"),
        ("verification: {probes: {sample: 4}}", "did you mean samples?"),
        ("shard_documents: many", "shard_documents: Input should be a valid integer"),
        ("personas_per_document: 4", "personas_per_document"),
        ("models: {default: {engine: gpt}}", "models.default.engine: Input should be 'llama_cpp'"),
        ("corpora: [{name: A B, uri: x}]", "corpora.0.name"),
        ("corpora: [{name: a, uri: x}, {name: a, uri: y}]", "two corpora have the same name"),
        ("corpora: [{name: a, uri: x, ingestion: {every: 5}}]", "did you mean every_s?"),
        (
            "corpora: [{name: a, uri: x, ingestion: {batch_files: 1001}}]",
            "batch_files: Input should be less than or equal to 1000",
        ),
        (
            "corpora: [{name: a, uri: x, ingestion: {schedule: daily}}]",
            "a cron line of five fields",
        ),
        (
            "corpora: [{name: a-b, uri: x, ingestion: {}}, {name: a_b, uri: y, ingestion: {}}]",
            "two corpora with `ingestion` differ in - and _ only",
        ),
        ("s3: {endpoint: x}", "s3.endpoint: unknown key; did you mean endpoint_url?"),
        ("s3: {endpoint_url: minio:9000}", "s3.endpoint_url: Value error, must be an http"),
        (
            "s3: {endpoint_url: 'https://a:b@minio'}",
            "s3.endpoint_url: Value error, must be an http",
        ),
        ("audit: {dagster_url: dagster}", "audit.dagster_url: Value error, must be an http"),
        ("data_docs: {url: docs}", "data_docs.url: Value error, must be an http"),
        ("s3: {access_key_id_env: A}", "and secret_access_key_env go together"),
        ("s3: {session_token_env: A}", "session_token_env needs access_key_id_env"),
        ("s3: {access_key_id_env: wJalr/XU, secret_access_key_env: B}", "not the secret itself"),
        (
            "s3: {profile: p, access_key_id_env: A, secret_access_key_env: B}",
            "either a profile or the variables",
        ),
        ("- a list", "the file must hold keys"),
        ("a: [", "not readable as YAML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, text)
    assert said in str(error.value)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, "storag: x\nshard_documents: 0\n")
    assert len(str(error.value).splitlines()) == 2


def test_a_missing_file_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=CONFIG_VARIABLE):
        load_config(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "section",
    [
        Config,
        S3Config,
        EngineConfig,
        Price,
        CorpusConfig,
        FilterConfig,
        GeneratorConfig,
        GatesConfig,
    ],
)
def test_the_docs_list_every_key_with_its_default(section: type[BaseModel]) -> None:
    text = DOCS.read_text(encoding="utf-8")
    for name, field in section.model_fields.items():
        if isinstance(field.default, BaseModel):
            assert f"`{name}" in text
            continue
        rows = [line for line in text.splitlines() if line.startswith(f"| `{name}`")]
        assert rows, f"{name} is not in docs/configuration.md"
        if isinstance(field.default, int | float):
            assert any(f"| `{str(field.default).removesuffix('.0')}` |" in row for row in rows), (
                rows
            )
