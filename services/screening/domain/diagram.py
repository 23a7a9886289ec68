"""All completions of unanswered questions at once: a top-down table, folded into a decision diagram.

A table of first matches is a function of some twenty answers, with more completions than one could try out. As
a reduced multi-valued decision diagram (Bryant 1986, for answers instead of bits) it is small, that of Kobe's guide
53 nodes, and what is asked of it is exact: which outcomes are still possible, and which open questions can still
matter. In a reduced diagram a question appears if, and only if, some two completions that differ in it alone lead to
different outcomes.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.screening.domain.table import Box

Node = int
"""A node's number; leaves are negative: an outcome's number, turned (`_leaf`)."""

HOLE: Node = -1
"""The leaf where no rule matches."""


class Rule(NamedTuple):
    """Where the answers lie in `box`, and no earlier rule had them, the outcome is number `outcome`."""

    box: Box
    outcome: int


class Open(NamedTuple):
    """What the open questions leave possible: numbers of outcomes, and the questions that can still matter."""

    outcomes: frozenset[int]
    questions: frozenset[str]


class Diagram:
    """A table folded once; asking it does not change it.

    `reached` are the numbers of the rules that are first somewhere; `hole` is a set of answers that no rule
    matches, or None where the table answers always.
    """

    def __init__(self, questions: Mapping[str, Sequence[str]], rules: Sequence[Rule]) -> None:
        self._names = tuple(questions)
        self._levels = {question: level for level, question in enumerate(questions)}
        self._classes = [_classes(question, answers, rules) for question, answers in questions.items()]
        fold = _Fold(self._levels, self._classes, rules)
        self._root = fold.node(0, tuple(range(len(rules))))
        self._nodes = fold.nodes
        self.reached = frozenset(fold.reached)
        self.hole = self._way_to_hole(self._root, set())

    def open(self, answers: Mapping[str, str]) -> Open:
        """Return what is still possible with these answers (of known questions, by known codes)."""
        given = {(at := self._levels[question]): self._classes[at][a] for question, a in answers.items()}
        kept: dict[tuple[int, tuple[Node, ...]], Node] = {}
        narrowed: dict[Node, Node] = {}
        outcomes: set[int] = set()

        def narrow(node: Node) -> Node:
            """Return what is left of a node, numbered anew: nodes with the same kids are one, as in the whole."""
            if node < 0:
                outcomes.add(_outcome(node))
                return node
            if node not in narrowed:
                level, kids = self._nodes[node]
                if level in given:
                    narrowed[node] = narrow(kids[given[level]])
                else:
                    left = tuple(map(narrow, kids))
                    alike = left.count(left[0]) == len(left)
                    narrowed[node] = left[0] if alike else kept.setdefault((level, left), len(kept))
            return narrowed[node]

        narrow(self._root)
        return Open(frozenset(outcomes), frozenset(self._names[level] for level, _ in kept))

    def _way_to_hole(self, node: Node, tried: set[Node]) -> dict[str, str] | None:
        if node < 0 or node in tried:
            return {} if node == HOLE else None
        tried.add(node)
        level, kids = self._nodes[node]
        for answer, number in self._classes[level].items():
            way = self._way_to_hole(kids[number], tried)
            if way is not None:
                return {self._names[level]: answer, **way}
        return None


class _Fold:
    """The work of folding: which rules are alive after the answers so far decides everything that follows."""

    def __init__(self, levels: Mapping[str, int], classes: Sequence[Mapping[str, int]], rules: Sequence[Rule]) -> None:
        self.nodes: list[tuple[int, tuple[Node, ...]]] = []
        self.reached: set[int] = set()
        self._outcomes = [rule.outcome for rule in rules]
        self._wide = [max(numbers.values()) + 1 for numbers in classes]
        self._admitted = [
            {(at := levels[q]): {classes[at][answer] for answer in answers} for q, answers in rule.box.items()}
            for rule in rules
        ]
        self._last = [max(admitted, default=-1) for admitted in self._admitted]
        self._known: dict[tuple[int, tuple[int, ...]], Node] = {}
        self._same: dict[tuple[int, tuple[Node, ...]], Node] = {}

    def node(self, level: int, alive: tuple[int, ...]) -> Node:
        """Return the node for the questions from `level` on, where the rules `alive` can still match."""
        met = next((at for at, rule in enumerate(alive) if self._last[rule] < level), None)
        if met == 0:
            self.reached.add(alive[0])
            return _leaf(self._outcomes[alive[0]])
        if met is not None:
            alive = alive[: met + 1]  # who comes after a rule that is met is never the first
        if not alive:
            return HOLE
        if (level, alive) not in self._known:
            self._known[level, alive] = self._join(level, alive)
        return self._known[level, alive]

    def _join(self, level: int, alive: tuple[int, ...]) -> Node:
        kids = tuple(
            self.node(level + 1, tuple(rule for rule in alive if self._admits(rule, level, number)))
            for number in range(self._wide[level])
        )
        if kids.count(kids[0]) == len(kids):
            return kids[0]
        if (level, kids) not in self._same:
            self._same[level, kids] = len(self.nodes)
            self.nodes.append((level, kids))
        return self._same[level, kids]

    def _admits(self, rule: int, level: int, number: int) -> bool:
        return level not in self._admitted[rule] or number in self._admitted[rule][level]


def _classes(question: str, answers: Sequence[str], rules: Sequence[Rule]) -> dict[str, int]:
    """Number the answers; those that no rule tells apart (要介護3, 4, 5) share a number."""
    numbers: dict[frozenset[int], int] = {}
    classes: dict[str, int] = {}
    for answer in answers:
        told = frozenset(at for at, rule in enumerate(rules) if answer in rule.box.get(question, ()))
        classes[answer] = numbers.setdefault(told, len(numbers))
    return classes


def _leaf(outcome: int) -> Node:
    return -2 - outcome


def _outcome(leaf: Node) -> int:
    return -2 - leaf
