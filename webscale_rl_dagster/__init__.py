"""Turns pretraining documents into verified question-answer pairs for reinforcement learning."""

__version__ = "0.1.0"
