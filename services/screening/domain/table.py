"""The rows of a destination guide, read top-down: the first that matches is the suggestion (domain.md §2, P0–P11)."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

import msgspec

Box = dict[str, frozenset[str]]
"""A conjunction: for each question the answers that satisfy it."""


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition over answers: every one of `answers` and of the named `terms`, and one of `one_of` (if any).

    There is no 'not': a condition names the answers that meet it, so that an unanswered question never does.
    An empty condition is met by everybody.
    """

    terms: tuple[str, ...] = ()
    answers: dict[str, tuple[str, ...]] = {}
    one_of: tuple["When", ...] = ()


Terms = Mapping[str, When]


class Outcome(msgspec.Struct, frozen=True):
    """What a row says: `destinations` in order, all of them fit together; or, where the carer or the state decides
    (※2), the destinations between which the nurse does. `also_right`: right as well, without a reason to give.
    `now`: an ambulance, without waiting for anything. `remark` goes to the shelter (備考)."""

    row: str
    destinations: tuple[str, ...] = ()
    nurse_decides_between: tuple[str, ...] = ()
    also_right: tuple[str, ...] = ()
    now: bool = False
    remark: str = ""


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One case within a row. `origin`: "004" (in the seed), "R" (reconstructed) or "O" (ours); `note`: why."""

    origin: str
    when: When = When()
    destinations: tuple[str, ...] = ()
    nurse_decides_between: tuple[str, ...] = ()
    also_right: tuple[str, ...] = ()
    now: bool = False
    remark: str = ""
    note: str = ""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row matches where its `when` and one of its `cases` (the first that does) match; else one reads on.

    `title` is for staff, `plain` tells the household why, in plain words (004 マニュアル2 ※).
    """

    id: str
    title: str
    plain: str
    source: str
    cases: tuple[Case, ...]
    when: When = When()

    def outcome(self, case: Case) -> Outcome:
        """Return what this case says, under the name of its row."""
        return Outcome(self.id, case.destinations, case.nurse_decides_between, case.also_right, case.now, case.remark)


def boxes(terms: Terms, *conditions: When) -> list[Box]:
    """Return the conditions, all together, as alternatives that are each a plain conjunction.

    Raises KeyError for a term that nobody defined.
    """
    parts: list[list[Box]] = []
    for when in conditions:
        parts.append([{question: frozenset(answers) for question, answers in when.answers.items()}])
        parts += [boxes(terms, terms[term]) for term in when.terms]
        if when.one_of:
            parts.append([box for one in when.one_of for box in boxes(terms, one)])
    return [box for choice in product(*parts) if (box := _both(choice)) is not None]


def _both(choice: Iterable[Box]) -> Box | None:
    """Return the conjunction of these boxes, or None where no answer could meet all."""
    joined: Box = {}
    for box in choice:
        for question, answers in box.items():
            joined[question] = joined.get(question, answers) & answers
    return joined if all(joined.values()) else None


def mentioned(when: When, terms: Terms) -> Iterator[str]:
    """Yield the questions that a condition reads, in the order in which it names them."""
    for term in when.terms:
        yield from mentioned(terms[term], terms)
    yield from when.answers
    for one in when.one_of:
        yield from mentioned(one, terms)


def holds(when: When, terms: Terms, answers: Mapping[str, str]) -> bool | None:
    """Return whether the condition is met: True, False, or None while an open question could still decide it.

    Each part is judged by itself (Kleene's three values); what all completions together would say is a matter of
    the `Diagram`.
    """
    parts: list[bool | None] = [holds(terms[term], terms, answers) for term in when.terms]
    parts += [answers[q] in wanted if q in answers else None for q, wanted in when.answers.items()]
    if when.one_of:
        some = [holds(one, terms, answers) for one in when.one_of]
        parts.append(True if True in some else None if None in some else False)
    return False if False in parts else None if None in parts else True
