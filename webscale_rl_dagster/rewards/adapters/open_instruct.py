"""Open Instruct: the score of a `VerifierFunction`; its label is a ground truth of the dataset."""

from .gold import Gold


def score_prediction(prediction: str, label: str | list[str]) -> float:
    """The label is JSON; a list holds it where the dataset names several verifiers."""
    return Gold.read(label[0] if isinstance(label, list) else label).score(prediction)
