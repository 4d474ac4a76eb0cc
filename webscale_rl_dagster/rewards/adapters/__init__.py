"""The rewards in each trainer's signature, a module per trainer.

They import nothing but the standard library and `webscale_rl_dagster.rewards`, so that they run
where the trainer runs; `exports` writes the files that hand them to it.
"""
