"""Columns that several formats share, as polars expressions over a release."""

import polars as pl

INSTRUCTION = "End with the final answer alone, inside <answer> and </answer>."
"""Ends every prompt unless the caller says otherwise. The rewards read tagged, boxed and plain
answers alike; tags keep a long response's answer from being overlooked."""
SCORED = ("question", "answer", "answer_type", "answer_aliases")
"""What a reward needs."""
EXTRAS = (
    "domain",
    "persona",
    "style",
    "corpus",
    "document_id",
    "source_uri",
    "url",
    "title",
    "licence",
    "verifier",
    "open_book_rate",
    "closed_book_rate",
    "generator_model",
)
"""What selects, weighs or explains a pair but scores nothing."""
READ = ("qa_id", *SCORED, *EXTRAS)
"""All that formats take of a release."""


def prompt(instruction: str | None) -> pl.Expr:
    """The text that the policy is given."""
    question = pl.col("question")
    if not instruction:
        return question
    return pl.concat_str(question, pl.lit(f"\n\n{instruction}"))


def message(role: str, content: pl.Expr) -> pl.Expr:
    """One turn of a conversation."""
    return pl.struct(role=pl.lit(role), content=content)


def messages(instruction: str | None) -> pl.Expr:
    """The prompt as a conversation of one turn."""
    return pl.concat_list(message("user", prompt(instruction)))


def aliases() -> pl.Expr:
    """A list in every row: readers that infer types trip over nulls."""
    return pl.col("answer_aliases").fill_null([])


def scored() -> list[pl.Expr]:
    """What a reward needs, a column each, behind the id."""
    return [
        pl.col("qa_id", "question", "answer", "answer_type"),
        aliases().alias("answer_aliases"),
    ]


def label() -> pl.Expr:
    """The same in one JSON text, for trainers that hand their reward one label and no more."""
    return pl.struct(*scored()).struct.json_encode()


def extras() -> pl.Expr:
    """JSON text: nested columns whose keys or types vary from file to file break Arrow readers."""
    return pl.struct(*EXTRAS).struct.json_encode()
