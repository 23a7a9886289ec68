"""What the players themselves did, as they would tell it afterwards: the board's figures are held against it."""

from collections import Counter
from pathlib import Path

import msgspec

from tsunagi.drill.player.marks import Marks
from tsunagi.stack.board import replace

WHAT = ("registered", "screened", "placed", "moved", "arrived", "cases", "conferences")
"""What is noted, each once a person: a case and a conference are always somebody's."""
_MOST_PROBLEMS = 50


class _File(msgspec.Struct, kw_only=True):
    """What is kept in the stack's folder from one play to the next."""

    people: int = 0
    finished_for: int = 0
    marks: dict[str, str] = {}


class Done:
    """For whom it was done, each once. `people`: how many were asked for at most; `finished_for`: how many there
    were in the largest drill that was played to its end."""

    def __init__(self) -> None:
        self.people = 0
        self.finished_for = 0
        self._marks = {what: Marks() for what in WHAT}

    def note(self, what: str, seat: int) -> None:
        """Note that it was done for whoever has this seat. Raises KeyError for what is not of `WHAT`."""
        self._marks[what].add(seat)

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {what: len(marks) for what, marks in self._marks.items()}

    def written(self) -> bytes:
        marks = {what: marks.written() for what, marks in self._marks.items()}
        return msgspec.json.encode(_File(people=self.people, finished_for=self.finished_for, marks=marks))

    @classmethod
    def read(cls, content: bytes) -> "Done":
        """Return what was written. Raises ValueError where it is something else."""
        file = msgspec.json.decode(content, type=_File)
        done = cls()
        done.people, done.finished_for = file.people, file.finished_for
        done._marks |= {what: Marks.read(text) for what, text in file.marks.items() if what in WHAT}
        return done


class Notes:
    """One play: what was done (now or before), how often what was sent, and what went wrong."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.done = self._read()
        self.sent: Counter[str] = Counter()
        self.problems: list[str] = []
        self.refused: Counter[str] = Counter()

    def _read(self) -> Done:
        try:
            return Done.read(self._file.read_bytes())
        except (FileNotFoundError, ValueError):
            return Done()

    def problem(self, sentence: str) -> None:
        """Note something that must not happen (the first fifty of them)."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(sentence)

    def save(self) -> None:
        """Write down what was done."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        replace(self._file, self.done.written())
