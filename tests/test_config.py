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
    load_config,
)
from webscale_rl_dagster.errors import ConfigError

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
        ("shard_documents: many", "shard_documents: Input should be a valid integer"),
        ("personas_per_document: 4", "personas_per_document"),
        ("models: {default: {engine: gpt}}", "models.default.engine: Input should be 'llama_cpp'"),
        ("corpora: [{name: A B, uri: x}]", "corpora.0.name"),
        ("corpora: [{name: a, uri: x}, {name: a, uri: y}]", "two corpora have the same name"),
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
    [Config, EngineConfig, Price, CorpusConfig, FilterConfig, GeneratorConfig, GatesConfig],
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
