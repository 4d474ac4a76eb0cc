"""The demonstration library: per domain, short examples of a source, a reader and a good pair."""

from __future__ import annotations

import functools
import importlib.resources
import json
from dataclasses import dataclass

from webscale_rl_dagster.identity import sha256_text

_FOLDER = importlib.resources.files("webscale_rl_dagster.prompts") / "demonstrations"
_SLUGS = {
    "Math": "math",
    "Technology & Engineering": "technology_engineering",
    "Coding": "coding",
    "Social Science": "social_science",
    "Natural Science": "natural_science",
    "Travel & Lifestyle": "travel_lifestyle",
    "Commerce & Economics": "commerce_economics",
    "Medicine & Health": "medicine_health",
    "Education": "education",
    "Other": "other",
}


@dataclass(frozen=True, slots=True)
class Demonstration:
    """One hand-written example; its `id` goes into the provenance of what it helped to write."""

    id: str
    source: str
    persona: str
    question: str
    answer: str

    def render(self) -> str:
        """As the generator sees it: excerpt, reader and answer, then the reply it should give."""
        said = {"reason": f"asks for {self.answer}", "question": self.question}
        reply = json.dumps(said | {"answer": self.answer}, ensure_ascii=False)
        return f"Excerpt: {self.source}\nReader: {self.persona}\nAnswer: {self.answer}\n{reply}"


def demonstrations(domain: str, *, seed: str, n: int = 2) -> tuple[Demonstration, ...]:
    """`n` examples of the domain, chosen by hash: the same seed picks the same ones anywhere.

    An unknown domain borrows those of "Other", for a missing example is no reason to lose a row.
    """
    library = _library(_SLUGS.get(domain, "other"))
    return tuple(sorted(library, key=lambda item: sha256_text(f"{seed}\0{item.id}"))[:n])


def readers(domain: str, *, seed: str, groups: int) -> list[list[str]]:
    """The domain's personas dealt into `groups` by hash, for a model that cannot name its own."""
    library = _library(_SLUGS.get(domain, "other"))
    dealt = sorted(
        (item.persona for item in library), key=lambda name: sha256_text(f"{seed}\0{name}")
    )
    return [dealt[group::groups] for group in range(groups)]


@functools.cache
def _library(slug: str) -> tuple[Demonstration, ...]:
    lines = (_FOLDER / f"{slug}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Demonstration(**json.loads(line)) for line in lines if line.strip())
