"""`pipeline.yaml`: every key has a default, unknown keys are errors that name the nearest one."""

from __future__ import annotations

import difflib
import math
import os
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from webscale_rl_dagster.errors import ConfigError
from webscale_rl_dagster.identity import CORPUS_NAME

CONFIG_VARIABLE = "WEBSCALE_RL_CONFIG"
DEFAULT_FILE = "pipeline.yaml"

Role = Literal["filter", "classifier", "generator", "checker", "prober"]
VerificationProfile = Literal["paper", "default", "strict"]
Share = Annotated[float, Field(ge=0, le=1)]
PositiveShare = Annotated[float, Field(gt=0, le=1)]


class Section(BaseModel):
    """A part of the file; immutable once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineConfig(Section):
    """Where one role's completions come from."""

    engine: Literal["llama_cpp", "vllm", "openai", "fleet"] = "llama_cpp"
    model: str | None = None
    """llama_cpp: path of a GGUF file (None: the packaged SmolLM2-135M-Instruct).
    vllm: a model folder or a hub name. openai, fleet: the name the servers know the model by."""
    base_url: str | None = None
    """openai only, e.g. http://127.0.0.1:8000/v1."""
    base_urls: tuple[str, ...] = ()
    """fleet only: servers of one and the same model."""
    api_key_env: str | None = None
    """openai, fleet: the environment variable that holds the key; the key is never stored."""
    max_in_flight: int | None = Field(default=None, ge=1)
    """Requests under way at once; None: 64 (openai), 64 a server (fleet), 256 (vllm).
    llama_cpp serves one at a time."""
    context_tokens: int | None = Field(default=None, ge=2048)
    """The window that prompt and completion share; longer documents are cut into windows.
    None: 4096 for llama_cpp, 8192 for every other engine."""
    tokenizer: str | None = None
    """Folder or hub name of the tokenizer that counts tokens. None: the model's own for llama_cpp
    and vllm; for openai and fleet a cautious estimate from the text's length."""
    threads: int | None = Field(default=None, ge=1)
    """llama_cpp only; None takes all cores for prompts and all but one for generation."""
    gpu_layers: int = Field(default=0, ge=0)
    """llama_cpp only: layers to put on a GPU."""
    prompt_cache_mib: int = Field(default=4096, ge=0)
    """llama_cpp only: memory for the computed prompts of earlier requests, about 23 KB a token for
    the packaged model; the next stage then finds its documents' tokens there."""
    tensor_parallel: int = Field(default=1, ge=1)
    """vllm only: GPUs that share one copy of the model."""
    data_parallel: int = Field(default=1, ge=1)
    """vllm only: copies of the model, each on GPUs of its own."""
    engine_options: dict[str, Any] = Field(default_factory=dict)
    """vllm only: further arguments of its AsyncEngineArgs, e.g. {quantization: fp8}."""
    request_deadline_s: float = Field(default=300.0, gt=0)
    """Seconds one attempt may take."""
    stage_deadline_s: float = Field(default=86_400.0, gt=0)
    """Seconds one stage of one shard may take; it then stops, and a rerun goes on from there."""
    attempts: int = Field(default=5, ge=1)
    """Tries per request before it is recorded as failed."""
    max_failed_share: float = Field(default=0.2, ge=0, le=1)
    """A stage stops once more than this share of its requests (and more than 10) failed."""

    @property
    def packaged(self) -> bool:
        """Whether this is the 135M model that comes as a package, which needs help to be of use."""
        return self.engine == "llama_cpp" and self.model is None

    @property
    def window_tokens(self) -> int:
        """The window in force."""
        return self.context_tokens or (4096 if self.engine == "llama_cpp" else 8192)

    @property
    def in_flight(self) -> int:
        """Requests under way at once, of a fleet per server."""
        most = {"llama_cpp": 1, "vllm": 256}.get(self.engine, 64)
        return most if self.engine == "llama_cpp" else self.max_in_flight or most


class ModelsConfig(Section):
    """One default engine, and an override per role."""

    default: EngineConfig = EngineConfig()
    filter: EngineConfig | None = None
    classifier: EngineConfig | None = None
    generator: EngineConfig | None = None
    checker: EngineConfig | None = None
    prober: EngineConfig | None = None

    def for_role(self, role: Role) -> EngineConfig:
        """An override that names no engine changes the default's keys, else it stands alone."""
        override: EngineConfig | None = getattr(self, role)
        if override is None or "engine" in override.model_fields_set:
            return override or self.default
        changes = {name: getattr(override, name) for name in override.model_fields_set}
        return self.default.model_copy(update=changes)


class Price(Section):
    """What a model costs, in US dollars per million tokens."""

    prompt: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """Prompt tokens found in the prefix cache; None: as any prompt token."""
    completion: float = Field(ge=0)


class GeneratorConfig(Section):
    """How candidates are written."""

    style: Literal["open", "cloze", "auto"] | None = None
    """open: the model writes the question. cloze: a sentence with its answer blanked.
    auto: open where it survives the round trip, cloze where not.
    None: cloze for the packaged model, which cannot write questions, auto for every other."""
    samples: int = Field(default=2, ge=1, le=16)
    """Open questions tried per persona before giving up or falling back to cloze."""


class FilterConfig(Section):
    """The heuristics every document must pass before a model is asked."""

    min_tokens: int = Field(default=50, ge=0)
    """The paper's only heuristic."""
    languages: tuple[str, ...] = ("en",)
    max_document_bytes: int = Field(default=10_000_000, ge=1)
    """Longer records are quarantined at ingestion."""


class ClassifierConfig(Section):
    """How domains are told."""

    shortlist: int | None = Field(default=None, ge=1, le=10)
    """How many domains, the likeliest by the document's words, the model chooses from.
    None: one for the packaged model, which cannot tell them apart, all ten for every other."""


class ProbesConfig(Section):
    """Attempts at answering an accepted pair's question, under the profile `strict`."""

    samples: int = Field(default=4, ge=1, le=64)
    """Attempts with the document, and as many without it."""
    temperature: float = Field(default=0.7, ge=0, le=2)
    """Of the attempts, above 0 if they are several; a single one is made at 0."""
    min_open_book: Share = 0.5
    """Least share of attempts with the document that must be right; below it a pair is broken, not
    hard."""
    max_closed_book: Share = 0.99
    """Greatest share of attempts without the document that may be right."""
    rival_share: Share = 0.5
    """How often a differing answer must come up among the attempts with the document, as a share of
    the right ones and twice at least, for the checker to be asked whether it is right as well."""

    @model_validator(mode="after")
    def _differing(self) -> ProbesConfig:
        if self.samples > 1 and self.temperature == 0:
            raise ValueError(
                f"at temperature 0 all {self.samples} samples would be the same attempt: raise "
                "`temperature`, or set `samples: 1`"
            )
        return self


class VerificationConfig(Section):
    """What a pair must pass to be accepted."""

    profile: VerificationProfile = "default"
    """paper: the paper's three questions to a model. default: all rules before them, and no
    duplicates. strict: probes after them as well."""
    votes: int = Field(default=1, ge=1, le=15)
    """How often the checker is asked about each pair, an odd number; the majority decides."""
    probes: ProbesConfig = ProbesConfig()

    @field_validator("votes")
    @classmethod
    def _odd(cls, votes: int) -> int:
        if votes % 2 == 0:
            raise ValueError("votes must be odd, so that there is a majority")
        return votes


class DecontaminationConfig(Section):
    """Which benchmarks documents, questions and answers are cleaned against."""

    benchmarks: tuple[str, ...] = ("ready",)
    """Names that `webscale-rl benchmarks list` shows; none turns decontamination off."""
    profile: Literal["default", "paper"] | None = None
    """default: 8-grams confirmed by a score. paper: 13 words in a row.
    None: paper under verification's profile of that name, else default."""

    @field_validator("benchmarks")
    @classmethod
    def _once(cls, benchmarks: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(benchmarks)) < len(benchmarks):
            raise ValueError("a benchmark is named twice")
        return benchmarks


class DeduplicationConfig(Section):
    """Which documents are taken for repeats at ingestion, besides exact ones."""

    documents: float | None = Field(default=0.8, ge=0.5, le=1)
    """Least estimated Jaccard similarity, on runs of five words, to a document that is stored.
    None: only exact repeats."""


class SplitShares(Section):
    """The share of documents that go to each split of a release; they add up to 1."""

    train: Share = 0.96
    validation: Share = 0.02
    test: Share = 0.02

    @model_validator(mode="after")
    def _whole(self) -> SplitShares:
        if not math.isclose(self.train + self.validation + self.test, 1):
            raise ValueError("train, validation and test must add up to 1")
        return self


class BalanceConfig(Section):
    """The greatest share of a release's pairs that any one of a kind may have; None: any."""

    domain: PositiveShare | None = None
    answer_type: PositiveShare | None = None
    difficulty: PositiveShare | None = None
    """By how often the prober was right without the document: never, up to half, more. Pairs that
    were not probed are of no difficulty and never left out for it."""


class ReleaseConfig(Section):
    """What a release takes of the published pairs, and how it is split."""

    splits: SplitShares = SplitShares()
    balance: BalanceConfig = BalanceConfig()


class AuditConfig(Section):
    """The audit page."""

    dagster_url: str = "http://127.0.0.1:3000"
    """Where Dagster's UI is, for links to its runs and assets; http or https."""
    token_env: str | None = None
    """The environment variable that holds a token of at least 16 characters, without which no page
    is shown; the token is never stored. None: whoever reaches the page may read it, and it can be
    reached from this machine alone."""

    @field_validator("dagster_url")
    @classmethod
    def _web(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc or "@" in parts.netloc:
            raise ValueError("must be an http or https address, without a password in it")
        return url.rstrip("/")


class CorpusConfig(Section):
    """A corpus that `webscale-rl ingest` and the ingestion job know by name."""

    name: str = Field(pattern=f"^{CORPUS_NAME}$")
    uri: str
    format: Literal["auto", "jsonl", "parquet", "text"] = "auto"
    text_field: str = "text"
    licence: str | None = None


class GatesConfig(Section):
    """Thresholds of the expectation suites; a shard or release outside them goes nowhere."""

    min_kept_documents: float = Field(default=0.3, ge=0, le=1)
    """Least share of raw documents that the filter keeps."""
    max_failed_share: float = Field(default=0.1, ge=0, le=1)
    """Greatest share of a stage's rows that failed rather than were judged."""
    min_candidate_share: float = Field(default=0.05, ge=0, le=1)
    """Least share of document-persona pairs that yield a candidate."""
    acceptance_rate: tuple[Share, Share] = (0.05, 1.0)
    """Band of the share of candidates that the check accepts. Below it something is broken; an
    upper end under 1 shuts the gate on a checker that accepts all, as the packaged model does."""
    max_domain_share: float = Field(default=0.9, ge=0, le=1)
    """Greatest share of one domain among a shard's classified documents, or a release's pairs."""
    max_answer_type_share: float = Field(default=0.95, ge=0, le=1)
    """Greatest share of one answer type among a shard's verified pairs, or a release's."""
    min_rows_for_mix: int = Field(default=20, ge=1)
    """Shards with fewer rows are too small to judge their mix."""
    max_drift: float = Field(default=0.25, ge=0, le=1)
    """Greatest share of a release's pairs that would have to be of another domain, answer type or
    style for the mix of the release before."""


class Config(Section):
    """The whole of `pipeline.yaml`."""

    storage: str = ".webscale-rl"
    """A folder, relative to the file's own, or s3://bucket/prefix."""
    shard_documents: int = Field(default=1000, ge=1)
    models: ModelsConfig = ModelsConfig()
    prices: dict[str, Price] = Field(default_factory=dict)
    """By model name; without a price a model's calls are counted but cost nothing."""
    corpora: tuple[CorpusConfig, ...] = ()
    personas_per_document: int = Field(default=3, ge=1, le=3)
    filter: FilterConfig = FilterConfig()
    classifier: ClassifierConfig = ClassifierConfig()
    generator: GeneratorConfig = GeneratorConfig()
    verification: VerificationConfig = VerificationConfig()
    decontamination: DecontaminationConfig = DecontaminationConfig()
    deduplication: DeduplicationConfig = DeduplicationConfig()
    release: ReleaseConfig = ReleaseConfig()
    gates: GatesConfig = GatesConfig()
    audit: AuditConfig = AuditConfig()

    @property
    def generator_style(self) -> Literal["open", "cloze", "auto"]:
        """The style in force."""
        packaged = self.models.for_role("generator").packaged
        return self.generator.style or ("cloze" if packaged else "auto")

    @property
    def domain_shortlist(self) -> int:
        """The length of the shortlist in force."""
        packaged = self.models.for_role("classifier").packaged
        return self.classifier.shortlist or (1 if packaged else 10)

    @property
    def roles(self) -> tuple[Role, ...]:
        """Those that are asked; the prober is only under the profile `strict`."""
        probes = self.verification.profile == "strict"
        return tuple(role for role in get_args(Role) if role != "prober" or probes)

    @property
    def decontamination_profile(self) -> Literal["default", "paper"]:
        """The profile in force."""
        papers = self.verification.profile == "paper"
        return self.decontamination.profile or ("paper" if papers else "default")

    @field_validator("gates")
    @classmethod
    def _ordered(cls, gates: GatesConfig) -> GatesConfig:
        low, high = gates.acceptance_rate
        if low > high:
            raise ValueError("acceptance_rate must be [least, greatest]")
        return gates

    @field_validator("corpora")
    @classmethod
    def _unique(cls, corpora: tuple[CorpusConfig, ...]) -> tuple[CorpusConfig, ...]:
        names = [corpus.name for corpus in corpora]
        if len(set(names)) < len(names):
            raise ValueError("two corpora have the same name")
        return corpora


def load_config(path: Path | None = None) -> Config:
    """Read the file, or `$WEBSCALE_RL_CONFIG`, or ./pipeline.yaml if it is there, or defaults.

    Raises ConfigError with every mistake in the file, one a line.
    """
    if path is None and CONFIG_VARIABLE in os.environ:
        path = Path(os.environ[CONFIG_VARIABLE])
    if path is None:
        path = Path(DEFAULT_FILE)
        if not path.exists():
            return _anchored(Config(), Path.cwd())
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file; {CONFIG_VARIABLE} or --config names it") from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise ConfigError(f"{path}: not readable as YAML: {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: the file must hold keys, e.g. `storage: .webscale-rl`")
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_explain(path, error)) from None
    return _anchored(config, path.absolute().parent)


def _anchored(config: Config, folder: Path) -> Config:
    if config.storage.startswith("s3://"):
        return config
    storage = folder / Path(config.storage).expanduser()
    return config.model_copy(update={"storage": str(storage)})


def _explain(path: Path, error: ValidationError) -> str:
    lines = [_explain_one(dict(item)) for item in error.errors(include_url=False)]
    return "\n".join(f"{path}: {line}" for line in lines)


def _explain_one(item: dict[str, Any]) -> str:
    place = [str(part) for part in item["loc"]]
    if item["type"] != "extra_forbidden":
        return f"{'.'.join(place)}: {item['msg']}"
    known = _known_keys(place[:-1])
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known keys: {', '.join(sorted(known))}"
    return f"{'.'.join(place)}: unknown key; {hint}"


def _known_keys(place: list[str]) -> list[str]:
    section: type[BaseModel] = Config
    for part in place:
        if part.isdigit():
            continue
        section = _SECTIONS.get((section, part), EngineConfig)
    return list(section.model_fields)


_SECTIONS: dict[tuple[type[BaseModel], str], type[BaseModel]] = {
    (Config, "models"): ModelsConfig,
    (Config, "corpora"): CorpusConfig,
    (Config, "prices"): Price,
    (Config, "filter"): FilterConfig,
    (Config, "classifier"): ClassifierConfig,
    (Config, "generator"): GeneratorConfig,
    (Config, "verification"): VerificationConfig,
    (VerificationConfig, "probes"): ProbesConfig,
    (Config, "decontamination"): DecontaminationConfig,
    (Config, "deduplication"): DeduplicationConfig,
    (Config, "release"): ReleaseConfig,
    (ReleaseConfig, "splits"): SplitShares,
    (ReleaseConfig, "balance"): BalanceConfig,
    (Config, "gates"): GatesConfig,
    (Config, "audit"): AuditConfig,
}
