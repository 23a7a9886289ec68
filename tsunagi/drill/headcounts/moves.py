"""Who comes, moves and leaves between two published instants, so that at each every shelter holds as many as published.

A pure function of the facts and a seed. Between two instants a shelter that must lose people lets whole households go
as far as they fit, and single members for the rest; they move to shelters that gain, or leave for good, or come back
later. Whom nobody brings comes new, with a sheet. A little coming and going beyond the difference, and people who are
out for a while while they are counted, change no number.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from shared.kernel.japan import JAPAN
from tsunagi.drill.dice import Dice
from tsunagi.drill.headcounts.hearing import Act, Moved, Somebody, sent
from tsunagi.drill.headcounts.people import SIZES, Arrival
from tsunagi.drill.headcounts.published import Published, Snapshot

_FIRST = timedelta(days=9)
"""So long before the first instant people may have begun to come; but not before it began."""
_CAME = ((0.0, 0.0), (0.02, 0.2), (0.06, 0.5), (0.2, 0.75), (0.98, 1.0))
"""When those came who were counted first: share of the time since it began, share of all."""
_MOVES, _MOVES_WHEN_CLOSED = 0.35, 0.75
"""Of those who leave a shelter, how many go to another one if it has room in its number."""
_COMES_BACK, _COMES_RIGHT_BACK = 0.3, 0.9
"""How many of a gain come back, where somebody of that size is away; and who left that very shelter just before."""
_LEAVES_FOR = (
    (46, "home"),
    (18, "relatives"),
    (14, "temporary-housing"),
    (8, "hotel"),
    (7, "outside-city"),
    (4, "public-housing"),
    (3, "unknown"),
)
_GOES_OUT = 0.03
_MINUTE = timedelta(minutes=1)
_MARGIN = 100
"""Minutes before an instant in which nobody sets out for another shelter: who is on the way is counted nowhere."""
_SHORT = timedelta(hours=6)
"""Between two instants that are nearer than that nobody moves on or goes out: it would not be over in time."""


class Plan(NamedTuple):
    """All of it: the acts in the order in which they are sent, and the households by their number.

    `heard`: for each snapshot, by when all that had happened until then has been sent.
    """

    acts: list[Act]
    arrivals: list[Arrival]
    heard: list[datetime]

    @property
    def people(self) -> int:
        return sum(arrival.size for arrival in self.arrivals)


class Group(NamedTuple):
    """Members of one household who go together, and from where; `since`: the number of the snapshot they left for."""

    members: tuple[Somebody, ...]
    shelter: int
    since: int = 0


def plan(facts: Published, seed: int) -> Plan:
    """Return who comes, moves and leaves when."""
    made = _Making(facts, seed)
    snapshots = facts.instants
    made.first(snapshots[0])
    for number, (before, after) in enumerate(pairwise(snapshots), start=1):
        made.between(number, before, after)
    acts = sent(made.arrivals, made.moved, seed, facts.id)
    heard = [max((act.sent for act in acts if act.at <= one.at), default=one.at) for one in snapshots]
    return Plan(acts, made.arrivals, heard)


class _Making:
    def __init__(self, facts: Published, seed: int) -> None:
        self.arrivals: list[Arrival] = []
        self._facts = facts
        self._seed = seed
        self.moved: list[Moved] = []
        self._present: list[list[Somebody]] = [[] for _ in facts.shelters]
        self._gone: list[Group] = []
        self._out: set[Somebody] = set()

    def first(self, snapshot: Snapshot) -> None:
        """Let come who was counted at the first instant."""
        began = max(self._facts.began, snapshot.at - _FIRST)
        span = (snapshot.at - began) / _MINUTE
        for shelter, count in enumerate(snapshot.counts):
            dice = self._dice("first", shelter)
            while (room := count - len(self._present[shelter])) > 0:
                self._arrive(shelter, room, began + int(span * dice.along(_CAME)) * _MINUTE + _MINUTE, dice)

    def between(self, number: int, before: Snapshot, after: Snapshot) -> None:
        """Bring every shelter from one published count to the next."""
        dice = self._dice("between", number)
        leave, come = _differences(before, after, dice)
        outside, self._out = self._out, set()
        leaving = [group for shelter, many in enumerate(leave) for group in self._release(shelter, many, dice)]
        moving: set[Somebody] = set()
        for group in leaving:
            outside.difference_update(group.members)
            moving.update(group.members)
            if not self._move(group, come, before, after, dice):
                self._leave(group._replace(since=number), before, after, dice)
        for shelter, many in enumerate(come):
            moving.update(self._gain(shelter, many, number, before, after, dice))
        latest = min(200, int((after.at - before.at) / _MINUTE) - 1)
        for somebody in sorted(outside):
            self.moved.append(Moved(before.at + dice.between(min(20, latest), latest) * _MINUTE, somebody, "back"))
        self._go_out(moving | outside, before, after, dice)

    def _dice(self, *names: object) -> Dice:
        return Dice(self._seed, self._facts.id, *names)

    def _arrive(self, shelter: int, room: int, at: datetime, dice: Dice) -> None:
        size = min(dice.weighted(SIZES), room)
        arrival = Arrival(len(self.arrivals), size, shelter, at)
        self.arrivals.append(arrival)
        for member in range(size):
            self._present[shelter].append((arrival.number, member))

    def _release(self, shelter: int, many: int, dice: Dice) -> list[Group]:
        """Take so many people out of a shelter: whole households as far as they fit, then members of one more."""
        households: defaultdict[int, list[Somebody]] = defaultdict(list)
        for somebody in self._present[shelter]:
            households[somebody[0]].append(somebody)
        groups: list[Group] = []
        left: list[list[Somebody]] = []
        for members in _shuffled(list(households.values()), dice) if many else ():
            if len(members) <= many:
                groups.append(Group(tuple(members), shelter))
                many -= len(members)
            else:
                left.append(members)
        if many:
            groups.append(Group(tuple(left[0][-many:]), shelter))
        released = {somebody for group in groups for somebody in group.members}
        self._present[shelter] = [one for one in self._present[shelter] if one not in released]
        return groups

    def _move(self, group: Group, come: list[int], before: Snapshot, after: Snapshot, dice: Dice) -> bool:
        """Let a group go to another shelter that gains as many, if they will; by the front door or without a word."""
        closed = after.counts[group.shelter] == 0
        if after.at - before.at < _SHORT or not dice.chance(_MOVES_WHEN_CLOSED if closed else _MOVES):
            return False
        size = len(group.members)
        rooms = [(float(room), to) for to, room in enumerate(come) if room >= size and to != group.shelter]
        if not rooms:
            return False
        to = dice.weighted(rooms)
        come[to] -= size
        self._present[to].extend(group.members)
        at = _some_time(before.at, after.at - _MARGIN * _MINUTE, dice)
        signs_out, on_the_way = dice.chance(0.6), dice.between(15, 90)
        for somebody in group.members:
            if signs_out:
                self.moved.append(Moved(at, somebody, "departure", destination="other-shelter"))
            arrives = at + on_the_way * _MINUTE if signs_out else at
            self.moved.append(Moved(arrives, somebody, "check-in", shelter=to))
        return True

    def _leave(self, group: Group, before: Snapshot, after: Snapshot, dice: Dice) -> None:
        at = _some_time(before.at, after.at, dice)
        destination = dice.weighted(_LEAVES_FOR)
        self.moved += [Moved(at, one, "departure", destination=destination) for one in group.members]
        self._gone.append(group)

    def _gain(
        self, shelter: int, room: int, number: int, before: Snapshot, after: Snapshot, dice: Dice
    ) -> set[Somebody]:
        """Let so many people come to a shelter: some who were away, the others new. Returns who of them is known."""
        known: set[Somebody] = set()
        while room > 0:
            at = _some_time(before.at, after.at, dice)
            back = self._back(shelter, room, number, dice)
            if back is None:
                known_before = len(self._present[shelter])
                self._arrive(shelter, room, at, dice)
                new = self._present[shelter][known_before:]
                known.update(new)
                room -= len(new)
                continue
            self.moved += [Moved(at, one, "check-in", shelter=shelter) for one in back.members]
            self._present[shelter].extend(back.members)
            known.update(back.members)
            room -= len(back.members)
        return known

    def _back(self, shelter: int, room: int, number: int, dice: Dice) -> Group | None:
        """Choose who comes back: rather who left this very shelter just before (a list that was short of a name)."""
        fits = [one for one in self._gone if len(one.members) <= room and one.since < number]
        right = [one for one in fits if one.shelter == shelter and one.since == number - 1]
        if right and dice.chance(_COMES_RIGHT_BACK):
            chosen = dice.pick(right)
        elif fits and dice.chance(_COMES_BACK):
            chosen = dice.pick(fits)
        else:
            return None
        self._gone.remove(chosen)
        return chosen

    def _go_out(self, moving: set[Somebody], before: Snapshot, after: Snapshot, dice: Dice) -> None:
        """Let some be out for a while, a few of them at the instant itself: they are counted all the same."""
        if after.at - before.at < _SHORT:
            return
        for present in self._present:
            for somebody in present:
                if somebody[1] or somebody in moving or not dice.chance(_GOES_OUT):
                    continue
                over = dice.chance(0.4)
                if over:
                    out = after.at - dice.between(20, 240) * _MINUTE
                    self._out.add(somebody)
                else:
                    out = _some_time(before.at, after.at - 3 * _MARGIN * _MINUTE, dice)
                    back = out + dice.between(40, 2 * _MARGIN) * _MINUTE
                    self.moved.append(Moved(back, somebody, "back"))
                self.moved.append(Moved(out, somebody, "out"))


def _differences(before: Snapshot, after: Snapshot, dice: Dice) -> tuple[list[int], list[int]]:
    """How many must leave and how many must come, by shelter; a few more of both where people stay anyway."""
    leave: list[int] = []
    come: list[int] = []
    for was, will in zip(before.counts, after.counts, strict=True):
        extra = dice.between(0, min(was, will, 1 + was // 60)) if was and will and dice.chance(0.5) else 0
        leave.append(max(was - will, 0) + extra)
        come.append(max(will - was, 0) + extra)
    return leave, come


def _some_time(after: datetime, before: datetime, dice: Dice) -> datetime:
    """Return a minute strictly between two instants, by day where that can be."""
    minutes = int((before - after) / _MINUTE)
    at = after
    for _ in range(6):
        at = after + dice.between(1, max(minutes - 1, 1)) * _MINUTE
        if 7 <= at.astimezone(JAPAN).hour < 21:
            break
    return at


def _shuffled(groups: list[list[Somebody]], dice: Dice) -> list[list[Somebody]]:
    left = list(groups)
    return [left.pop(dice.between(0, len(left) - 1)) for _ in range(len(left))]
