from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.exports.releases import PAIRS
from tests.exports.written import load
from tests.trainers.tiny import tiny_model, tiny_tokenizer
from webscale_rl_dagster.exports import load_format
from webscale_rl_dagster.exports.export import export
from webscale_rl_dagster.releases.reading import Release


def trainer_of(release: Release, folder: Path, **settings: Any) -> Any:
    """A tiny random model with the exported rows and their reward; `train_dataset` has the rows."""
    from datasets import load_dataset
    from trl import GRPOConfig, GRPOTrainer

    out = folder / "out"
    export(release, load_format("trl"), out)
    dataset = load_dataset("parquet", data_files={"train": str(out / "train.parquet")})["train"]
    tokenizer = tiny_tokenizer(pair.question for pair in PAIRS)
    return GRPOTrainer(
        model=tiny_model(tokenizer),
        processing_class=tokenizer,
        reward_funcs=load(out / "reward.py").answer_reward,
        train_dataset=dataset,
        args=GRPOConfig(
            output_dir=str(folder / "run"), report_to=[], use_cpu=True, bf16=False, **settings
        ),
    )


def test_grpo_takes_two_steps_on_the_export_with_its_reward(
    release: Release, tmp_path: Path
) -> None:
    trainer = trainer_of(
        release,
        tmp_path,
        max_steps=2,
        per_device_train_batch_size=4,
        num_generations=2,
        max_completion_length=8,
        logging_steps=1,
        save_strategy="no",
    )
    trainer.train()
    assert trainer.state.global_step == 2
    logged = [entry for entry in trainer.state.log_history if "rewards/answer_reward/mean" in entry]
    assert len(logged) == 2
    assert all(0 <= entry["rewards/answer_reward/mean"] <= 1 for entry in logged)


def test_the_trainer_learns_from_a_gold_answer(release: Release, tmp_path: Path) -> None:
    """The rewards that the trainer itself computes for given completions of exported rows."""
    trainer = trainer_of(release, tmp_path)
    inputs = [trainer.train_dataset[number] for number in range(len(PAIRS))]
    for responses, expected in (
        ([pair.answer for pair in PAIRS], 1.0),
        (["I don't know." for _ in PAIRS], 0.0),
    ):
        completions = [[{"role": "assistant", "content": text}] for text in responses]
        rewards = trainer._calculate_rewards(
            inputs, [row["prompt"] for row in inputs], completions, [[1]] * len(inputs)
        )
        assert rewards.flatten().tolist() == [expected] * len(PAIRS)
