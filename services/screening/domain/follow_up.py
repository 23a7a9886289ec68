"""What a fact does to a screening, and when somebody is looked at again: data with a version that a city can replace.

`usual_policy()` is the one that comes with the software; `load_policy(raw)` reads any other, or refuses it whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import msgspec

from services.screening.domain.guides import packaged, read
from services.screening.domain.suggest import Ask, Decided
from shared.contracts import codes
from shared.kernel.errors import Invalid

Standing = Literal["not-asked", "waiting", "taken", "decided", "arrived", "ended"]
"""Where a screening stands; `arrived`: decided, and the person is where they were to go."""

STANDINGS = frozenset({"not-asked", "waiting", "taken", "decided", "arrived", "ended"})
FACTS = frozenset(
    {
        "registered",
        "corrected",
        "checked-in",
        "returned-from-hospital",
        "ambulance-called",
        "hospital-confirmed",
        "departed",
        "died",
        "merged",
        "unmerged",
        "forgotten",
        "need-ended",
        "stay-ended",
    }
)
ATTRIBUTES = frozenset({"needing", "worse", "late", "placed", "decided_for", "ended", "elsewhere", "code"})


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a fact does where it fits: lets the person wait (or raises the urgency), ends the screening, or nothing."""

    fact: str
    do: Literal["request", "end", "nothing"]
    origin: str
    when: tuple[str, ...] = ()
    where: dict[str, tuple[str, ...]] = {}
    reason: str = ""


class Again(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """After how many hours somebody is screened again, by destination; sooner where an answer is still awaited."""

    hours: dict[str, float]
    awaited_hours: float
    origin: str


class Interim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where somebody waits who is to be `moved` (K4-103)."""

    moved: tuple[str, ...]
    usual: str
    with_infection: str
    origin: str


class Followed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For which destinations the team follows the move, and till when (K4-096)."""

    until_arrival: tuple[str, ...]
    until_lodged: tuple[str, ...]
    origin: str


class WelfareShelters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which kinds of facilities are 福祉避難所."""

    kinds: tuple[str, ...]
    origin: str


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of it."""

    id: str
    version: int
    based_on: str
    note: str
    facts: tuple[Row, ...]
    asked_anew: dict[str, tuple[str, ...]]
    again: Again
    interim: Interim
    followed: Followed
    welfare_shelters: WelfareShelters

    @property
    def key(self) -> str:
        """Name policy and version in one word: follow-up@1."""
        return f"{self.id}@{self.version}"

    def row(self, fact: str, standing: Standing, about: Mapping[str, str]) -> Row | None:
        """Return the first row that fits a fact; `about` gives its attributes (one that is missing fits no row)."""
        for row in self.facts:
            here = row.fact == fact and (not row.when or standing in row.when)
            if here and all(about.get(name) in wanted for name, wanted in row.where.items()):
                return row
        return None

    def anew(self, reason: str) -> tuple[str, ...]:
        """Return the questions that a new round for this reason asks anew: yesterday's "no fever" says nothing."""
        return tuple(dict.fromkeys((*self.asked_anew.get("always", ()), *self.asked_anew.get(reason, ()))))

    def again_at(
        self,
        now: datetime,
        destination: str,
        suggestion: Decided | Ask,
        changes_at: datetime | None,
        hours: float | None = None,
    ) -> datetime | None:
        """Return when somebody is to be screened again; None: only when something changes.

        `changes_at`: when time alone raises the risk (the medicine runs out): then at the latest. `hours` replaces
        those of the policy for every destination that has some.
        """
        found = self.again.hours.get(destination)
        if found is not None and hours is not None:
            found = hours
        waits = isinstance(suggestion, Ask) or bool(suggestion.awaited)
        spans = [span for span in (found, self.again.awaited_hours if waits else None) if span is not None]
        times = [now + timedelta(hours=span) for span in spans]
        if changes_at is not None and changes_at > now:
            times.append(changes_at)
        return min(times, default=None)

    def interim_of(self, destination: str, answers: Mapping[str, str], *, at_shelter: bool) -> str | None:
        """Return where the person waits for the move: a space of the shelter; None: no move, or not in a shelter."""
        if destination not in self.interim.moved or not at_shelter:
            return None
        return self.interim.with_infection if answers.get("infection") == "yes" else self.interim.usual


def load_policy(raw: bytes) -> Policy:
    """Read a policy (JSON). Raises `Invalid("guide.unreadable")`, or `Invalid("guide.broken", where=…, reason=…)`."""
    policy = read(raw, Policy)
    for where, reason in _faults(policy):
        raise Invalid("guide.broken", where=where, reason=reason)
    return policy


@cache
def usual_policy() -> Policy:
    """Return the policy that comes with the software."""
    return load_policy(packaged("follow-up-1"))


def _faults(policy: Policy) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(policy.facts, 1):
        where = f"facts.{number}"
        reasons: Mapping[str, object] = {"request": codes.SCREENING_REASON, "end": codes.END, "nothing": {"": None}}[
            row.do
        ]
        yield from _unknown(where, (row.fact,), FACTS)
        yield from _unknown(where, row.when, STANDINGS)
        yield from _unknown(where, row.where, ATTRIBUTES)
        yield from _unknown(where, (row.reason,), reasons)
    yield from _unknown("asked_anew", policy.asked_anew, {"always", *codes.SCREENING_REASON})
    named = [
        *policy.again.hours,
        *policy.interim.moved,
        policy.interim.usual,
        policy.interim.with_infection,
        *policy.followed.until_arrival,
        *policy.followed.until_lodged,
    ]
    yield from _unknown("destinations", named, codes.DESTINATION)
    yield from _unknown("welfare_shelters.kinds", policy.welfare_shelters.kinds, codes.FACILITY)
    if min((policy.again.awaited_hours, *policy.again.hours.values())) <= 0:
        yield "again", "hours must be more than none"


def _unknown(where: str, named: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    there = set(known)
    yield from ((where, f"there is no {name}") for name in named if name not in there)
