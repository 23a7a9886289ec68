"""The destination guide (要援護者避難先のめやす, 004): versioned data that a city can replace, loaded and checked.

`kobe_2022()` is the one that comes with the software; `load_guide(raw)` reads any other. A guide that could leave a
person without a suggestion, or holds a case that can never come up, is refused whole.
"""

from collections.abc import Iterator
from functools import cache, cached_property

import msgspec

from services.screening.domain.diagram import Diagram, Rule
from services.screening.domain.guides import packaged, read
from services.screening.domain.questions import UNKNOWN, Definition, Question
from services.screening.domain.table import Case, Outcome, Row, Terms, When, boxes, mentioned
from shared.kernel.errors import Invalid, NotFound

DESTINATIONS = (
    "hospital",
    "facility",
    "core-welfare",
    "welfare",
    "welfare-space",
    "infection-space",
    "general",
)
"""The destinations, exactly these (004 めやす); a guide gives their wording and when each is right."""


class Destination(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A destination in the official wording: `criteria` (状態像), `conditions` beside them, `remark` (備考).

    `follows`: right wherever that other destination is, once its shelters are open (福祉避難所は基幹に準ずる).
    `excludes_kinds`: kinds of facilities never proposed for it. `kinds`: the ways of admission to be recorded.
    """

    code: str
    title: str
    criteria: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    remark: str = ""
    notes: tuple[str, ...] = ()
    follows: str | None = None
    excludes_kinds: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    origin: str = "004"


class Meanwhile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a person is safest while questions are open: the first of these that is certainly met."""

    destination: str
    remark: str
    origin: str
    when: When = When()
    note: str = ""


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition with a name, used by several rows."""

    title: str
    origin: str
    source: str
    when: When


class Guide(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A destination guide. `id` and `version` stand in every decision that used it (`key`).

    `note` says how to read `origin`; `based_on` names the document.
    """

    id: str
    version: int
    title: str
    based_on: str
    note: str
    definitions: tuple[Definition, ...]
    questions: tuple[Question, ...]
    destinations: tuple[Destination, ...]
    terms: dict[str, Term]
    rows: tuple[Row, ...]
    meanwhile: tuple[Meanwhile, ...]

    @property
    def key(self) -> str:
        """Name guide and version in one word: kobe-2022@1."""
        return f"{self.id}@{self.version}"

    def question(self, code: str) -> Question:
        """Return the question of that code. Raises `NotFound("guide.entry-unknown")`."""
        for question in self.questions:
            if question.code == code:
                return question
        raise NotFound("guide.entry-unknown")

    def definition(self, question: Question) -> Definition | None:
        """Return the official term that stands beside this question, if one does."""
        return next((each for each in self.definitions if each.number == question.definition), None)

    def destination(self, code: str) -> Destination:
        """Return the destination of that code. Raises `NotFound("guide.entry-unknown")`."""
        for destination in self.destinations:
            if destination.code == code:
                return destination
        raise NotFound("guide.entry-unknown")

    def row(self, id_: str) -> Row:
        """Return the row of that id. Raises `NotFound("guide.entry-unknown")`."""
        for row in self.rows:
            if row.id == id_:
                return row
        raise NotFound("guide.entry-unknown")

    @cached_property
    def conditions(self) -> dict[str, When]:
        """The terms' conditions by name."""
        return {name: term.when for name, term in self.terms.items()}

    @cached_property
    def cases(self) -> tuple[tuple[Row, Case], ...]:
        """Every case with its row, top-down."""
        return tuple((row, case) for row in self.rows for case in row.cases)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Everything that the rows can say, top-down; two cases of a row that say the same are one outcome."""
        return tuple(dict.fromkeys(row.outcome(case) for row, case in self.cases))

    @cached_property
    def rules(self) -> tuple[tuple[int, Rule], ...]:
        """The cases as rules, each with the number of its case (a case with alternatives is several rules)."""
        return tuple(
            (number, Rule(box, self.outcomes.index(row.outcome(case))))
            for number, (row, case) in enumerate(self.cases)
            for box in boxes(self.conditions, row.when, case.when)
        )

    @cached_property
    def diagram(self) -> Diagram:
        """All completions of open questions, folded once."""
        asked = {q.code: [answer.code for answer in q.answers] for q in self.questions if not q.for_record}
        return Diagram(asked, [rule for _, rule in self.rules])

    @cached_property
    def reading_order(self) -> tuple[str, ...]:
        """The questions in the order in which somebody who reads the rows top-down meets them.

        What only decides what a row says, and not whether it is the row (may the doctor's word send the person to a
        core shelter?), comes after all that does.
        """
        deciding = [q for row in self.rows for q in self.questions_of(row, deciding=True)]
        within = [q for row in self.rows for q in self.questions_of(row, deciding=False)]
        return tuple(dict.fromkeys(deciding + within))

    def questions_of(self, row: Row, *, deciding: bool = False) -> tuple[str, ...]:
        """Return the questions that a row reads, in its order; `deciding`: only those that decide whether it matches.

        Where no case of the row catches everybody, one may still read on, so its cases decide as well.
        """
        named = list(mentioned(row.when, self.conditions))
        if not deciding or all(case.when != When() for case in row.cases):
            named += [question for case in row.cases for question in mentioned(case.when, self.conditions)]
        return tuple(dict.fromkeys(named))


def load_guide(raw: bytes) -> Guide:
    """Read a guide (JSON) and check it whole.

    Raises `Invalid("guide.unreadable", reason=…)` where it has not a guide's shape, and `Invalid("guide.broken",
    where=…, reason=…)` where it names what does not exist, leaves some answers without a row, or holds a case that
    can never come up.
    """
    guide = read(raw, Guide)
    for where, reason in _faults(guide):
        raise Invalid("guide.broken", where=where, reason=reason)
    return guide


@cache
def kobe_2022() -> Guide:
    """Return the guide that comes with the software."""
    return load_guide(packaged("kobe-2022"))


def _faults(guide: Guide) -> Iterator[tuple[str, str]]:
    """Yield what is wrong, as place and reason; what comes later relies on what came before."""
    yield from _faults_of_names(guide)
    yield from _faults_of_questions(guide)
    yield from _faults_of_outcomes(guide)
    if guide.diagram.hole is not None:
        yield "rows", f"no row for {guide.diagram.hole}"
    reached = {guide.rules[rule][0] for rule in guide.diagram.reached}
    for number, (row, case) in enumerate(guide.cases):
        if number not in reached:
            yield f"rows.{row.id}", f"case {row.cases.index(case) + 1} can never come up"


def _faults_of_names(guide: Guide) -> Iterator[tuple[str, str]]:
    """Every code once; every term defined without itself; every condition about questions and answers that exist."""
    for where, codes in (
        ("questions", [question.code for question in guide.questions]),
        ("rows", [row.id for row in guide.rows]),
        ("definitions", [definition.number for definition in guide.definitions]),
        *((f"questions.{q.code}", [answer.code for answer in q.answers]) for q in guide.questions),
    ):
        yield from ((where, f"{code} stands twice") for code in set(codes) if codes.count(code) > 1)
    if sorted(destination.code for destination in guide.destinations) != sorted(DESTINATIONS):
        yield "destinations", f"not exactly {', '.join(DESTINATIONS)}"
    defined: dict[str, When] = {}
    for name, when in guide.conditions.items():
        yield from _faults_of_condition(f"terms.{name}", when, guide, defined)
        defined[name] = when  # a term may use those above it, so that none can use itself
    for row in guide.rows:
        for when in (row.when, *(case.when for case in row.cases)):
            yield from _faults_of_condition(f"rows.{row.id}", when, guide, defined)
    for number, meanwhile in enumerate(guide.meanwhile, 1):
        yield from _faults_of_condition(f"meanwhile.{number}", meanwhile.when, guide, defined)


def _faults_of_condition(where: str, when: When, guide: Guide, terms: Terms) -> Iterator[tuple[str, str]]:
    answers = {q.code: {answer.code for answer in q.answers} for q in guide.questions if not q.for_record}
    yield from ((where, f"no term {term}") for term in when.terms if term not in terms)
    for question, wanted in when.answers.items():
        if question not in answers:
            yield where, f"no question {question}"
        else:
            yield from ((where, f"{question} has no answer {each}") for each in set(wanted) - answers[question])
    for one in when.one_of:
        yield from _faults_of_condition(where, one, guide, terms)


def _faults_of_questions(guide: Guide) -> Iterator[tuple[str, str]]:
    numbers = {definition.number for definition in guide.definitions}
    for question in guide.questions:
        where = f"questions.{question.code}"
        if not question.answers or UNKNOWN in {answer.code for answer in question.answers}:
            yield where, f"needs answers, and {UNKNOWN} is not one: it says that nobody answered"
        if question.definition is not None and question.definition not in numbers:
            yield where, f"no definition {question.definition}"
        if not question.for_record and question.code not in guide.reading_order:
            yield where, "no row reads it: mark it for_record"


def _faults_of_outcomes(guide: Guide) -> Iterator[tuple[str, str]]:
    own = {destination.code for destination in guide.destinations if destination.follows is None}
    for row, case in guide.cases:
        named = (*case.destinations, *case.nurse_decides_between, *case.also_right)
        if bool(case.destinations) == bool(case.nurse_decides_between):
            yield f"rows.{row.id}", "a case needs destinations, or some between which the nurse decides"
        if len(case.nurse_decides_between) == 1:
            yield f"rows.{row.id}", "there is nothing to decide between one destination"
        yield from ((f"rows.{row.id}", f"no row can name {code}") for code in named if code not in own)
    for destination in guide.destinations:
        if destination.follows is not None and destination.follows not in own:
            yield f"destinations.{destination.code}", f"no row can name {destination.follows}"
    if not guide.meanwhile or guide.meanwhile[-1].when != When():
        yield "meanwhile", "the last must be met by everybody"
    for number, meanwhile in enumerate(guide.meanwhile, 1):
        if meanwhile.destination not in own or meanwhile.destination == "general":
            yield (
                f"meanwhile.{number}",
                "an open question never sends anybody to the general shelter, or nowhere",
            )
