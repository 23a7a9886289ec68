"""The people of a drill while it is played: found by their id, and how far each has come."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

import msgspec

from tsunagi.drill.player.marks import SEATS, Marks, seat_of
from tsunagi.drill.population import Household, Person, Population
from tsunagi.drill.profiles import table
from tsunagi.drill.stories import Story

STAGES = ("queued", "decided", "asked", "accepted", "arrived")
"""What a person's twist can follow upon (`stories.Twist.stage`)."""
AT_HAND = 1024
"""So many households are at hand without being made anew."""

_BY_HAND = Story(
    profiles=(),
    answers={**table().usual, "carer": "always"},
    groups=("care-needing",),
    condition="聞き取りの結果、特別な配慮は不要",
    drives="partner",
    vehicle="ordinary",
    housing="unknown",
    living="none",
)
"""Somebody whom a nurse is asked to see though nothing is the matter (a correction, a word of the staff)."""
_SEAT_BITS = 34
_LOW = (1 << 62) - 1
"""The part of a UUIDv7 that is the seed's and not the time's."""


class Roster:
    """Persons by id. Holds 12 bytes a person and a bit a stage; households are made anew where they are needed.

    `stories`: how many persons of each ward a nurse should see. Somebody who is not of this drill is taken for one
    who is once in 10^13 times.
    """

    def __init__(self, population: Population) -> None:
        self._population = population
        self._reached = {stage: Marks() for stage in STAGES}
        self._changed = Marks()
        self._listeners: list[Callable[[UUID, str], None]] = []
        self._household = lru_cache(maxsize=AT_HAND)(population.household)
        self.households = 0
        self.stories: Counter[str] = Counter()
        found: list[int] = []
        for number in population.numbers():
            household = population.household(number)
            self.households += 1
            for turn, person in enumerate(household.persons):
                found.append((person.id.int & _LOW) << _SEAT_BITS | seat_of(number, turn))
                self.stories[household.ward] += person.story is not None
        found.sort()
        self._ids = array("Q", (one >> _SEAT_BITS for one in found))
        self._seats = array("I", (one & (1 << _SEAT_BITS) - 1 for one in found))

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, person: UUID) -> bool:
        return self._find(person) is not None

    def _find(self, person: UUID) -> int | None:
        low = person.int & _LOW
        at = bisect_left(self._ids, low)
        return self._seats[at] if at < len(self._ids) and self._ids[at] == low else None

    def seat(self, person: UUID) -> int:
        """Return a person's seat. Raises KeyError for somebody who is not of this drill."""
        seat = self._find(person)
        if seat is None:
            raise KeyError(person)
        return seat

    def household(self, number: int) -> Household:
        """Return the household of that number."""
        return self._household(number)

    def household_of(self, person: UUID) -> Household:
        """Return a person's household. Raises KeyError for somebody who is not of this drill."""
        return self._household(self.seat(person) // SEATS)

    def person(self, person: UUID) -> Person:
        """Return a person. Raises KeyError for somebody who is not of this drill."""
        number, turn = divmod(self.seat(person), SEATS)
        return self._household(number).persons[turn]

    def story(self, person: UUID) -> Story:
        """Return what is true of a person now; somebody without a story needs nothing."""
        told = self.person(person).story or _BY_HAND
        if told.twist is None or self.seat(person) not in self._changed:
            return told
        return msgspec.structs.replace(told, answers={**told.answers, **told.twist.answers})

    def twisted(self, person: UUID) -> None:
        """From now on what the person's twist says is true (a fever, the carer gone)."""
        self._changed.add(self.seat(person))

    def listen(self, listener: Callable[[UUID, str], None]) -> None:
        """Call `listener(person, stage)` whenever somebody reaches a stage for the first time."""
        self._listeners.append(listener)

    def reach(self, person: UUID, stage: str) -> None:
        """Note that a person has reached a stage."""
        seat = self._find(person)
        if seat is not None and self._reached[stage].add(seat):
            for listener in self._listeners:
                listener(person, stage)
