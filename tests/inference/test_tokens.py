"""Token counts: the packaged model's own, a folder's, an estimate; and clear errors."""

from __future__ import annotations

import json
import logging
import socket
from pathlib import Path

import pytest

from webscale_rl_dagster.config import EngineConfig
from webscale_rl_dagster.errors import ConfigError
from webscale_rl_dagster.inference import gguf
from webscale_rl_dagster.inference.engines.llama_cpp import LlamaCppEngine, packaged_model
from webscale_rl_dagster.inference.protocol import CompletionRequest, Sampling, TemplateRef
from webscale_rl_dagster.inference.tokens import (
    estimate_tokens,
    load_tokenizer,
    token_counter,
    tokenizer_source,
)

ROOT = Path(__file__).parents[2]
PACKAGED = EngineConfig()
SERVED = EngineConfig(engine="openai", model="m", base_url="http://127.0.0.1:9/v1")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for an address fails the test rather than waits."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packaged model's tokenizer as a folder."""
    path = tmp_path_factory.mktemp("tokenizer")
    load_tokenizer(str(packaged_model())).save_pretrained(path)
    return path


def documents() -> list[str]:
    files = [ROOT / "sample_corpus" / f"{n}.jsonl" for n in ("encyclopedia", "manuals", "profiles")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line)["text"] for line in lines]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("In 1987, canals", ["In", "Ġ", "1", "9", "8", "7", ",", "Ġcanals"]),
        ("<|im_start|>user\n", ["<|im_start|>", "user", "Ċ"]),
    ],
)
def test_smollm_splits_numbers_into_digits(text: str, pieces: list[str]) -> None:
    tokenizer = load_tokenizer(str(packaged_model()))
    assert tokenizer.tokenize(text) == pieces
    assert token_counter(PACKAGED)(text) == len(pieces)


@pytest.mark.parametrize(
    ("kind", "pieces"),
    [
        ("smollm", ["x", "1", "2", "3", "4", "'s", "Ġ", "Ċ", "y"]),
        ("gpt-2", ["x", "1234", "'s", "Ġ", "Ċ", "y"]),
        ("qwen2", ["x", "1", "2", "3", "4", "'s", "ĠĊ", "y"]),
        ("llama-bpe", ["x", "123", "4", "'s", "ĠĊ", "y"]),
    ],
)
def test_each_kind_of_gguf_tokenizer_splits_its_own_way(kind: str, pieces: list[str]) -> None:
    header = gguf.read_header(packaged_model()) | {"tokenizer.ggml.pre": kind}
    split = gguf.build_tokenizer(header).backend_tokenizer.pre_tokenizer
    assert [piece for piece, _ in split.pre_tokenize_str("x1234's \ny")] == pieces


def test_the_chat_template_comes_with_it() -> None:
    tokenizer = load_tokenizer(str(packaged_model()))
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    assert tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True) == (
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


@pytest.mark.slow
async def test_the_count_is_the_engines_own() -> None:
    engine = LlamaCppEngine(packaged_model(), context_tokens=2048)
    messages = (
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": documents()[0] + " 1987 naïve “quotes” \t\n\n 漢字 🙂"},
    )
    request = CompletionRequest(
        messages=messages,
        sampling=Sampling(max_tokens=1),
        template=TemplateRef("filter", "1", "abc"),
        role="filter",
        document_id="d",
    )
    completion = await engine.complete(request)
    await engine.aclose()
    prompt = load_tokenizer(str(packaged_model())).apply_chat_template(
        list(messages), tokenize=False, add_generation_prompt=True
    )
    assert token_counter(PACKAGED)(prompt) == completion.prompt_tokens


@pytest.mark.usefixtures("no_network")
def test_a_folder_never_asks_the_network(folder: Path) -> None:
    text = documents()[0]
    named = SERVED.model_copy(update={"tokenizer": str(folder)})
    vllm = EngineConfig(engine="vllm", model=str(folder))
    assert token_counter(named)(text) == token_counter(PACKAGED)(text)
    assert token_counter(vllm)(text) == token_counter(PACKAGED)(text)


def test_a_tokenizer_that_truncates_counts_all_the_same(folder: Path, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(str(folder))
    tokenizer.backend_tokenizer.enable_truncation(10)
    tokenizer.save_pretrained(tmp_path)
    count = token_counter(SERVED.model_copy(update={"tokenizer": str(tmp_path)}))
    assert count("word " * 100) == token_counter(PACKAGED)("word " * 100)


def test_one_source_is_one_counter() -> None:
    by_path = EngineConfig(model=str(packaged_model()), context_tokens=8192)
    assert token_counter(PACKAGED) is token_counter(by_path)
    assert token_counter(SERVED) is estimate_tokens
    assert tokenizer_source(SERVED) is None


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (SERVED.model_copy(update={"tokenizer": "/no/such"}), "tokenizer: /no/such: no such file"),
        (SERVED.model_copy(update={"tokenizer": "./none"}), "tokenizer: ./none: no such file"),
        (EngineConfig(engine="vllm", model="{empty}"), "model: '.*' is no folder"),
        (EngineConfig(model="{damaged}"), "a damaged GGUF file"),
        (EngineConfig(model="{other}"), "not a GGUF file"),
    ],
)
def test_what_cannot_be_loaded_is_a_clear_error(
    config: EngineConfig, said: str, tmp_path: Path
) -> None:
    places = {name: tmp_path / name for name in ("empty", "damaged", "other")}
    places["empty"].mkdir()
    places["damaged"].write_bytes(packaged_model().read_bytes()[:2000])
    places["other"].write_bytes(b"{}")
    model = config.model.format(**places) if config.model else None
    with pytest.raises(ConfigError, match=said):
        token_counter(config.model_copy(update={"model": model}))("text")


def test_vllm_needs_a_model() -> None:
    with pytest.raises(ConfigError, match="engine vllm needs `model`"):
        token_counter(EngineConfig(engine="vllm"))


def test_an_unreachable_hub_is_told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", offline)
    with pytest.raises(ConfigError, match="'some/model' is no folder, GGUF file or hub name"):
        load_tokenizer("some/model")


def test_an_unknown_gguf_tokenizer_is_estimated_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changed = packaged_model().read_bytes()[:3_000_000].replace(b"smollm", b"sm0llm", 3)
    path = tmp_path / "other.gguf"
    path.write_bytes(changed)
    assert gguf.read_header(path)["tokenizer.ggml.pre"] == "sm0llm"
    with caplog.at_level(logging.WARNING):
        assert token_counter(EngineConfig(model=str(path)))("some text") == 4
    assert "`tokenizer` in pipeline.yaml names another" in caplog.text
    with pytest.raises(ConfigError, match="cannot rebuild \\(sm0llm\\)"):
        load_tokenizer(str(path))


def test_the_estimate_is_above_the_count_but_not_by_much() -> None:
    count = token_counter(PACKAGED)
    files = (ROOT / "webscale_rl_dagster").rglob("*.py")
    code = [path.read_text(encoding="utf-8") for path in files]
    english = [estimate_tokens(text) / count(text) for text in documents()]
    assert min(english) > 1.7
    assert max(english) < 3
    assert min(estimate_tokens(text) / count(text) for text in code if len(text) > 200) > 1.2


@pytest.mark.parametrize(
    "text",
    [
        "政府宣布将在未来五年内投资建设高速铁路网络。",
        "Правительство объявило о начале реформы системы образования.",
        "أعلنت الحكومة عن بدء إصلاح نظام التعليم",
        "Najwyższa Izba Kontroli przedstawiła sprawozdanie dotyczące środków publicznych.",
        "Die Geschwindigkeitsbegrenzung auf der Autobahn wird seit Jahren diskutiert.",
        "3.14159265358979 2.71828182845904 1.41421356237309",
        "🙂🙃👩‍👩‍👧",
        "",
    ],
)
def test_the_estimate_is_cautious_beyond_english(text: str) -> None:
    assert estimate_tokens(text) >= token_counter(PACKAGED)(text)
