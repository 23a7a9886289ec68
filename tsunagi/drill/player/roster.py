"""The people of a drill while it is played: found by their id, and how far each has come."""

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

import msgspec

from tsunagi.drill.population import Household, Person, Population
from tsunagi.drill.profiles import table
from tsunagi.drill.stories import Story

STAGES = ("queued", "decided", "asked", "accepted", "arrived")
"""What a person's twist can follow upon (`stories.Twist.stage`)."""

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


class Roster:
    """Persons by id. Holds a number a person; households are made anew where they are needed.

    `stories`: how many persons of each ward a nurse should see.
    """

    def __init__(self, population: Population) -> None:
        self._population = population
        self._number: dict[UUID, int] = {}
        self._reached: dict[str, set[UUID]] = {stage: set() for stage in STAGES}
        self._listeners: list[Callable[[UUID, str], None]] = []
        self._household = lru_cache(maxsize=4096)(population.household)
        self._changed: dict[UUID, dict[str, str]] = {}
        self.stories: Counter[str] = Counter()
        for number in population.numbers():
            household = self._household(number)
            for person in household.persons:
                self._number[person.id] = number
                self.stories[household.ward] += person.story is not None

    def __len__(self) -> int:
        return len(self._number)

    def __contains__(self, person: UUID) -> bool:
        return person in self._number

    def household(self, number: int) -> Household:
        """Return the household of that number."""
        return self._household(number)

    def household_of(self, person: UUID) -> Household:
        """Return a person's household. Raises KeyError for somebody who is not of this drill."""
        return self._household(self._number[person])

    def person(self, person: UUID) -> Person:
        """Return a person. Raises KeyError for somebody who is not of this drill."""
        return next(one for one in self.household_of(person).persons if one.id == person)

    def story(self, person: UUID) -> Story:
        """Return what is true of a person now; somebody without a story needs nothing."""
        told = self.person(person).story or _BY_HAND
        changed = self._changed.get(person)
        return msgspec.structs.replace(told, answers={**told.answers, **changed}) if changed else told

    def change(self, person: UUID, answers: dict[str, str]) -> None:
        """From now on this is true of a person (a fever, the carer gone)."""
        self._changed.setdefault(person, {}).update(answers)

    def listen(self, listener: Callable[[UUID, str], None]) -> None:
        """Call `listener(person, stage)` whenever somebody reaches a stage for the first time."""
        self._listeners.append(listener)

    def reach(self, person: UUID, stage: str) -> None:
        """Note that a person has reached a stage."""
        if person in self._number and person not in self._reached[stage]:
            self._reached[stage].add(person)
            for listener in self._listeners:
                listener(person, stage)
