"""What the players themselves did, as they would tell it afterwards: the board's figures are held against it."""

from collections import Counter
from pathlib import Path
from uuid import UUID

import msgspec

from tsunagi.stack.board import replace

_MOST_PROBLEMS = 50


class Done(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Whom (or what) it was done for, each once; kept in the stack's folder from one play to the next."""

    people: int = 0
    finished: bool = False
    registered: set[UUID] = set()
    screened: set[UUID] = set()
    placed: set[UUID] = set()
    moved: set[UUID] = set()
    arrived: set[UUID] = set()
    cases: set[UUID] = set()
    conferences: set[UUID] = set()

    def counts(self) -> dict[str, int]:
        """Return how many of each."""
        return {
            field.name: len(found)
            for field in msgspec.structs.fields(type(self))
            if isinstance(found := getattr(self, field.name), set)
        }


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
            return msgspec.json.decode(self._file.read_bytes(), type=Done)
        except (FileNotFoundError, msgspec.MsgspecError):
            return Done()

    def problem(self, sentence: str) -> None:
        """Note something that must not happen (the first fifty of them)."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(sentence)

    def save(self) -> None:
        """Write down what was done."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        replace(self._file, msgspec.json.encode(self.done))
