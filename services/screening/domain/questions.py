"""The nurse's questions of a destination guide: codes, possible answers, official definitions (004 用語の説明)."""

from collections.abc import Iterable, Mapping

import msgspec

from shared.kernel.errors import Invalid

UNKNOWN = "unknown"
"""What may be written for a question that nobody has answered; the same as leaving it out, and never 'no'."""


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An official term (① to ④), word by word, to stand beside the questions that use it."""

    number: str
    term: str
    text: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One possible answer. `awaited`: it counts, but a better one may still come (the doctor has not answered);
    `advice` then says to the nurse what to do until it does."""

    code: str
    label: str
    awaited: bool = False
    advice: str = ""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. `definition` is the number of an official term; `remark` helps to answer; `origin` is
    "004" (in the seed), "R" (reconstructed) or "O" (ours). `for_record`: kept, but no row reads it."""

    code: str
    text: str
    answers: tuple[Answer, ...]
    origin: str
    source: str
    definition: str | None = None
    remark: str = ""
    for_record: bool = False

    def answer(self, code: str) -> Answer:
        """Return the answer of that code. Raises `Invalid("screening.answer-unknown")`."""
        for answer in self.answers:
            if answer.code == code:
                return answer
        # Not what was given: a text where a code should be may be anything, a name as well.
        raise Invalid("screening.answer-unknown", question=self.code, allowed=[one.code for one in self.answers])


def given_answers(questions: Iterable[Question], answers: Mapping[str, str | None]) -> dict[str, str]:
    """Return the answers that say something: without `None` and "unknown", which are no answers.

    Raises `Invalid("screening.question-unknown")` or `Invalid("screening.answer-unknown")` for codes that
    the guide does not have: an answer must not be lost by a slip of the pen.
    """
    known = {question.code: question for question in questions}
    said: dict[str, str] = {}
    for code, answer in answers.items():
        if code not in known:
            raise Invalid("screening.question-unknown", allowed=list(known))
        if answer is not None and answer != UNKNOWN:
            said[code] = known[code].answer(answer).code
    return said
