"""What the tokens of the tables say, in words: reasons and verdicts, outcomes, stages."""

from __future__ import annotations

_REASONS = {
    # raw_documents
    "duplicate_document": "it repeats the text of another document",
    "near_duplicate_document": "it nearly repeats another document",
    "removed": "it was removed on request",
    # filtered_documents
    "too_short": "it is too short",
    "control_characters": "it holds control characters or turns the direction of text",
    "mojibake": "its characters were decoded wrongly",
    "markup": "it is full of markup",
    "symbols": "less than half of it is words",
    "repetition": "it repeats itself",
    "boilerplate": "it is full of navigation, consent or footer phrases",
    "not_qualified": "the model found that no good question can be drawn from it",
    # classified_documents
    "unknown_domain": "the model named no known domain",
    "no_persona": "the model named no persona",
    # candidate_qa
    "no_answer_span": "nothing in it could be chosen as an answer",
    "no_cloze_sentence": "no sentence of it makes a sound question with a blank",
    "imprecise_where": "the question asks where, which many answers would do for",
    "asks_another_kind": "the question asks for another kind of thing than the answer",
    "topic_not_named": "the question does not name what it is about",
    "round_trip_missed": "the model, asked the question, found another answer in the document",
    # the verdicts
    "answer_empty": "the answer is empty",
    "answer_too_long": "the answer is too long to be matched",
    "answer_vague": "the answer names nothing by itself",
    "broken_latex": "its formulas or characters are damaged",
    "prompt_injection": "it holds orders to a model",
    "wrong_language": "it is in another language",
    "not_a_question": "nothing is asked, or too much or too little is said",
    "several_questions": "more than one thing is asked",
    "yes_no": "it is answered by yes or no",
    "either_or": "the options stand in the question",
    "guessable": "the answer is one of a few and can be guessed",
    "vague": "the question asks for nothing in particular",
    "references_document": "the question refers to the document",
    "unresolved_reference": "the question hinges on a word that nothing explains",
    "time_sensitive": "the answer changes with time",
    "personal_data": "it holds personal data",
    "toxic": "it is abusive or obscene",
    "unsafe": "it asks for the means to do harm",
    "answer_leaked": "the question gives the answer away",
    "not_grounded": "the document does not hold the answer",
    "question_not_grounded": "the question is about something else than the document",
    "echoes_title": "the answer is the document's title",
    "duplicate_question": "it asks what an earlier pair of the document asks",
    "contaminated": "it holds an item of a benchmark",
    "verifier_unsound": "no verifier of answers is sound for this one",
    "model_answer_incorrect": "the checker found that the document does not show the answer",
    "model_answer_leaked": "the checker found that the question gives the answer away",
    "model_not_self_contained": "the checker found that the question does not say what it is about",
    "open_book_unsolved": "the prober, with the document, did not find the answer",
    "closed_book_solved": "the prober knew or guessed the answer every time without the document",
    "not_unique": "another answer is right as well",
    "near_duplicate": "it nearly repeats another pair",
    # anywhere
    "failed": "requests to the model failed; a rerun tries again",
}
_MALFORMED = {
    "refusal": "the model refused",
    "empty": "the model answered nothing",
    "truncated": "the model's answer was cut off",
    "not_json": "the model's answer was not JSON",
    "wrong_schema": "the model's answer lacked what was asked for",
    "broken_text": "the model's answer held broken text",
}
OUTCOMES = {
    "published": "published: at least one pair of it is",
    "dropped": "dropped",
    "failed": "failed: requests to the model broke, a rerun tries again",
    "waiting": "waiting: the stage has not been run for its shard",
    "gate_shut": "held back: a gate of its shard is shut or not judged",
    "out_of_date": "out of date: run its shard again",
    "removed": "removed on request",
}
"""Of a document, as `audit.fate` tells them."""


def in_words(reason: str | None) -> str:
    """Why a row was dropped; of a reason that is not known, and of none, the token itself."""
    if reason is None:
        return "no reason is recorded"
    if reason in _REASONS:
        return _REASONS[reason]
    for head, tell in (("malformed_", _MALFORMED.get), ("rule_", _REASONS.get)):
        if reason.startswith(head) and (words := tell(reason.removeprefix(head))):
            return words
    if reason.startswith("over_share_"):
        return f"the release has its share of this {reason.removeprefix('over_share_')}"
    return reason.replace("_", " ")
