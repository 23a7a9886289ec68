"""What the guide says to a nurse's answers: a destination with the row that matched, or what is still to be asked.

The software suggests; a nurse decides (004 マニュアル 参考③). Unknown is never 'no': as long as some completion of the
unanswered questions would change the first matching row, or what that row says, the answer is `Ask`.
"""

from collections.abc import Mapping

import msgspec

from services.screening.domain.guide import Guide
from services.screening.domain.questions import given_answers
from services.screening.domain.table import holds


class Context(msgspec.Struct, frozen=True):
    """What is so in the city, not in the person. `welfare_open`: welfare shelters (福祉避難所) have been opened."""

    welfare_open: bool = False


class Decided(msgspec.Struct, frozen=True, kw_only=True, tag="decided"):
    """The answers suffice: whatever the open questions bring, the row and what it says stay.

    `guide` names guide and version (`Guide.key`). Either `destinations` is filled (in order; all of them together), or
    `nurse_decides_between`. `candidates` are all that a nurse may choose without giving a reason, with `welfare` where
    a core shelter is right and welfare shelters are open. `now`: an ambulance. `awaited`: questions whose answer (the
    doctor's, #7119's) is still to come and may change this: screen again then.
    """

    guide: str
    row: str
    destinations: tuple[str, ...] = ()
    nurse_decides_between: tuple[str, ...] = ()
    also_right: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    now: bool = False
    remark: str = ""
    awaited: tuple[str, ...] = ()


class Ask(msgspec.Struct, frozen=True, kw_only=True, tag="ask"):
    """More is to be asked: `questions`, the one that matters first in front, and none that cannot matter.

    `rows` are those that can still be the first to match (one: the row is certain, what it says is not yet).
    `safest_meanwhile` is where the person should wait for the answers, never the general shelter; `remark` says why.
    """

    guide: str
    questions: tuple[str, ...]
    rows: tuple[str, ...]
    safest_meanwhile: str
    remark: str


Suggestion = Decided | Ask


def suggest(guide: Guide, answers: Mapping[str, str | None], context: Context = Context()) -> Suggestion:  # noqa: B008 - frozen
    """Return what the guide says to these answers.

    `answers` goes from a question's code to an answer's; missing, None and "unknown" are the same: not answered.
    Raises `Invalid("screening.question-unknown" | "screening.answer-unknown")` for codes that the guide lacks.
    """
    said = given_answers(guide.questions, answers)
    read = {question: answer for question, answer in said.items() if question in guide.reading_order}
    open_ = guide.diagram.open(read)
    if len(open_.outcomes) > 1:
        return _ask(guide, read, open_.outcomes, open_.questions)
    (number,) = open_.outcomes
    outcome = guide.outcomes[number]
    return Decided(
        guide=guide.key,
        row=outcome.row,
        destinations=outcome.destinations,
        nurse_decides_between=outcome.nurse_decides_between,
        also_right=outcome.also_right,
        candidates=_candidates(
            guide, (*outcome.destinations, *outcome.nurse_decides_between, *outcome.also_right), context
        ),
        now=outcome.now,
        remark=outcome.remark,
        awaited=_awaited(guide, read),
    )


def _ask(guide: Guide, read: Mapping[str, str], outcomes: frozenset[int], questions: frozenset[str]) -> Ask:
    meanwhile = next(each for each in guide.meanwhile if holds(each.when, guide.conditions, read))
    rows = tuple(dict.fromkeys(guide.outcomes[number].row for number in sorted(outcomes)))
    order = guide.reading_order if len(rows) > 1 else guide.questions_of(guide.row(rows[0]))
    return Ask(
        guide=guide.key,
        questions=tuple(question for question in order if question in questions),
        rows=rows,
        safest_meanwhile=meanwhile.destination,
        remark=meanwhile.remark,
    )


def _candidates(guide: Guide, named: tuple[str, ...], context: Context) -> tuple[str, ...]:
    """Return the destinations named, each with those that follow it where they are open."""
    following = [d for d in guide.destinations if d.follows is not None and context.welfare_open]
    return tuple(each for code in named for each in (code, *(d.code for d in following if d.follows == code)))


def _awaited(guide: Guide, read: Mapping[str, str]) -> tuple[str, ...]:
    """Return the questions with an answer that is only for now, and where a better one could change something."""

    def matters(question: str) -> bool:
        others = {code: answer for code, answer in read.items() if code != question}
        return question in guide.diagram.open(others).questions

    return tuple(code for code, answer in read.items() if guide.question(code).answer(answer).awaited and matters(code))
