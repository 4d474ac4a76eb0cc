"""Windows tile a document, end where sentences end, and leave room for every prompt."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webscale_rl_dagster.config import Config, EngineConfig, ModelsConfig, VerificationConfig
from webscale_rl_dagster.inference.engines.llama_cpp import packaged_model
from webscale_rl_dagster.inference.tokens import Count, load_tokenizer, token_counter
from webscale_rl_dagster.prompts.demonstrations import demonstrations
from webscale_rl_dagster.prompts.library import TemplateName, defuse, load_template
from webscale_rl_dagster.prompts.schemas import DOMAINS
from webscale_rl_dagster.stages.probe import MAX_TOKENS
from webscale_rl_dagster.stages.rivals import LONGEST
from webscale_rl_dagster.stages.windows import PROBE_ROOM, PROMPT_ROOM, Window, Windower, windower
from webscale_rl_dagster.verification.answer_form import MAX_CHARACTERS
from webscale_rl_dagster.writing.sentences import sentence_ends, split_sentences

CORPUS = Path(__file__).parents[2] / "sample_corpus"
SLOW_START = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def tokens() -> Count:
    return token_counter(EngineConfig())


@cache
def corpus() -> str:
    """All the good documents, one after another: 140 KB of real English."""
    files = [CORPUS / f"{name}.jsonl" for name in ("encyclopedia", "manuals", "profiles")]
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return "\n\n".join(json.loads(line)["text"] for line in lines)


def assert_tiles(windows: list[Window], text: str) -> None:
    assert [window.number for window in windows] == list(range(len(windows)))
    assert windows[0].start == 0
    assert windows[-1].end == len(text)
    assert [window.end for window in windows[:-1]] == [window.start for window in windows[1:]]
    assert all(window.start < window.end for window in windows) or not text


def sizes(windows: list[Window], text: str) -> list[int]:
    return [tokens()(defuse(text[window.start : window.end])) for window in windows]


def test_a_short_text_is_one_window() -> None:
    assert windower(Config()).cut("A short text.") == [Window(0, 0, 13)]
    assert windower(Config()).cut("") == [Window(0, 0, 0)]


def test_a_short_text_needs_no_tokenizer() -> None:
    code = (
        "import sys\n"
        "from webscale_rl_dagster.config import Config\n"
        "from webscale_rl_dagster.stages.windows import windower\n"
        "assert len(windower(Config()).cut('word ' * 600)) == 1\n"
        "assert not {'tokenizers', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_text_longer_in_bytes_than_in_tokens_stays_whole() -> None:
    text = corpus()[:9000]
    assert 1500 < tokens()(text) < 3072 < len(text)
    assert windower(Config()).cut(text) == [Window(0, 0, 9000)]


def test_real_text_is_cut_at_sentence_ends_into_windows_of_about_one_size() -> None:
    windows = windower(Config()).cut(corpus())
    assert_tiles(windows, corpus())
    assert max(sizes(windows, corpus())) <= 4096 - PROMPT_ROOM
    assert min(sizes(windows, corpus())) > 0.9 * max(sizes(windows, corpus()))
    assert len(windows) <= 1 + -(-tokens()(corpus()) // (4096 - PROMPT_ROOM))
    ends = set(sentence_ends(corpus()))
    assert all(len(corpus()[: window.end].rstrip()) in ends for window in windows[:-1])


def test_a_text_just_too_long_is_halved() -> None:
    """A full window and a crumb would leave the crumb without its context."""
    budget = tokens()(corpus()) - 1
    first, second = sizes(Windower({tokens(): budget}).cut(corpus()), corpus())
    assert abs(first - second) < 0.01 * budget


def test_the_tightest_role_decides() -> None:
    wide = EngineConfig(engine="openai", model="m", base_url="http://x/v1", context_tokens=65_536)
    narrow = EngineConfig(context_tokens=2048)
    windows = windower(Config(models=ModelsConfig(default=wide, checker=narrow))).cut(corpus())
    assert max(sizes(windows, corpus())) <= 2048 - PROMPT_ROOM
    assert len(windower(Config(models=ModelsConfig(default=wide))).cut(corpus()[:50_000])) == 1


STRICT = VerificationConfig(profile="strict")


def test_probes_take_more_room_of_the_models_that_they_are_asked_of() -> None:
    windows = windower(Config(verification=STRICT)).cut(corpus())
    assert max(sizes(windows, corpus())) <= 4096 - PROBE_ROOM
    narrow, wide = EngineConfig(context_tokens=2048), EngineConfig(context_tokens=65_536)
    models = ModelsConfig(default=wide, generator=narrow)
    assert windower(Config(models=models, verification=STRICT)).cut(corpus()) == windower(
        Config(models=models)
    ).cut(corpus())


def test_lines_are_kept_whole_where_there_are_no_sentences() -> None:
    text = "".join(f"    {number}: total = {number} * rate\n" for number in range(2000))
    windows = Windower({tokens(): 1000}).cut(text)
    assert_tiles(windows, text)
    assert max(sizes(windows, text)) <= 1000
    assert all(text[window.end - 1] == "\n" for window in windows)


def test_a_sentence_longer_than_a_window_is_cut_at_white_space() -> None:
    text = "word " * 5000
    windows = Windower({tokens(): 1000}).cut(text)
    assert_tiles(windows, text)
    assert max(sizes(windows, text)) <= 1000
    assert all(text[window.end - 1] == " " for window in windows)


def test_a_word_longer_than_a_window_is_cut_between_characters() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467e\u0301"
    text = family * 2000
    windows = Windower({tokens(): 500}).cut(text)
    assert_tiles(windows, text)
    assert max(sizes(windows, text)) <= 500
    inside = [window.start % len(family) for window in windows]
    assert set(inside) <= {0, 5}


def test_a_window_that_the_sum_of_its_sentences_belittled_is_halved() -> None:
    def dearer_together(text: str) -> int:
        return int(len(text) ** 1.1)

    windows = Windower({dearer_together: 3000}).cut(corpus())
    assert_tiles(windows, corpus())
    assert all(dearer_together(corpus()[w.start : w.end]) <= 3000 for w in windows)


SOME_TEXT = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(["The canal opened in 1869. ", "\n\n", "<document", "e\u0301", "9" * 50]),
        st.sampled_from(["\u0958" * 30, "\U0001d160" * 20, "a" * 300, "\ufdfa", " " * 40]),
    ),
    max_size=60,
).map("".join)


@SLOW_START
@given(text=SOME_TEXT, budget=st.integers(30, 400))
def test_any_text_is_tiled_within_the_budget(text: str, budget: int) -> None:
    windows = Windower({tokens(): budget}).cut(text)
    assert_tiles(windows, text)
    assert max(sizes(windows, text)) <= budget


@SLOW_START
@given(
    sentences=st.lists(
        st.lists(st.sampled_from("lakes rivers canals feed old towns".split()), min_size=2),
        min_size=1,
        max_size=80,
    ),
    budget=st.integers(150, 400),
)
def test_windows_end_at_sentence_ends(sentences: list[list[str]], budget: int) -> None:
    text = " ".join(f"The {' '.join(words)[:200]}." for words in sentences)
    windows = Windower({tokens(): budget}).cut(text)
    assert_tiles(windows, text)
    assert max(sizes(windows, text)) <= budget
    assert {len(text[: window.end].rstrip()) for window in windows} <= set(sentence_ends(text))


def test_sentence_ends_are_those_of_the_sentences() -> None:
    assert sentence_ends(corpus()) == [s.end for s in split_sentences(corpus())]


@pytest.mark.slow
def test_ten_megabytes_in_one_line_take_seconds() -> None:
    """8 s on an idle core; anything quadratic would take an hour."""
    line = " ".join(corpus().split()) + " "
    started = time.process_time()
    windows = windower(Config()).cut(line * (10_000_000 // len(line)))
    assert time.process_time() - started < 120
    assert len(windows) > 700


LONG = (
    "The historian who had examined the administrative correspondence of the town held that "
    "estimates of its population were exaggerated considerably by contemporary travellers visiting "
)


def filler(characters: int) -> str:
    return (LONG * 10)[:characters]


def longest_demonstrations() -> str:
    def two(domain: str) -> str:
        every = demonstrations(domain, seed="", n=100)
        longest = sorted(every, key=lambda item: tokens()(item.render()))[-2:]
        return "\n\n".join(item.render() for item in longest)

    return max((two(domain) for domain in DOMAINS), key=tokens())


@pytest.mark.parametrize(
    ("name", "answer_tokens", "fields"),
    [
        ("filter", 120, {}),
        ("classify", 200, {"personas": "3"}),
        (
            "generate",
            220,
            {
                "persona": filler(60),
                "domain": "Technology & Engineering",
                "excerpt": filler(300),
                "answer": filler(MAX_CHARACTERS),
            },
        ),
        ("answer", 60, {"question": filler(700)}),
        ("check", 160, {"question": filler(700), "answer": filler(MAX_CHARACTERS)}),
    ],
)
def test_the_room_holds_every_prompt_and_its_answer(
    name: TemplateName, answer_tokens: int, fields: dict[str, str]
) -> None:
    """With the longest personas and questions that their schemas allow, and any title."""
    if name == "generate":
        fields = fields | {"demonstrations": longest_demonstrations()}
    spare = PROMPT_ROOM - answer_tokens
    assert spare - taken(name, filler(5000), fields) > 150, OTHERS
    assert spare - taken(name, RARE, fields) >= 0


def dense(count: int) -> str:
    """A token a character, as formulas and figures are."""
    text = ("9\u00e9$7^4\u00f1{1}0" * 100)[:count]
    assert tokens()(text) >= 0.9 * count
    return text


@pytest.mark.parametrize(
    ("name", "answer_tokens", "longest"),
    [
        ("check", 160, {"answer": MAX_CHARACTERS}),
        ("probe_open", MAX_TOKENS, {}),
        ("rival", 160, {"answer": MAX_CHARACTERS, "rival": LONGEST}),
    ],
)
def test_the_room_for_probes_holds_hostile_questions(
    name: TemplateName, answer_tokens: int, longest: dict[str, int]
) -> None:
    """The generator's schema allows 400 characters; the rules, 60 words."""
    spare = PROBE_ROOM - answer_tokens
    fields = {field: dense(count) for field, count in longest.items()}
    assert spare - taken(name, RARE, fields | {"question": dense(400)}) > 150, OTHERS
    assert spare - taken(name, RARE, fields | {"question": dense(700)}) >= 0


RARE = "\u9244" * 500
"""A title of which every character is three tokens."""
OTHERS = "other models' chat templates need some, too"


def taken(name: TemplateName, title: str, fields: dict[str, str]) -> int:
    """Tokens of the prompt about an empty document."""
    messages = load_template(name).render(document="", title=title, **fields)
    return tokens()(
        load_tokenizer(str(packaged_model())).apply_chat_template(
            list(messages), tokenize=False, add_generation_prompt=True
        )
    )
