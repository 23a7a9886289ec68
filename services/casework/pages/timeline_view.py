"""The lanes: a page of events, newest on top, with the days, gaps, hand-offs and the onset between them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from services.casework.domain.handoffs import Handoff
from services.casework.domain.timeline import AMENDMENTS
from services.casework.pages.handoff_cards import Card, card
from services.casework.pages.sentences import Told, short_type, tell
from services.casework.pages.wording import Names, hand_off, later, when, word_list
from services.casework.queries_life import Correction
from services.casework.reading import Entry, WordsAre
from shared.contracts import codes
from shared.platform.pages.times import clock, day, full, local, span
from shared.platform.postgres import Row

WORDS_ARE: Final[Mapping[WordsAre, str]] = {
    "closed": "文章は担当の人だけが読めます",
    "late": "文章はまだ読めません(届くのを待っています)",
    "forgotten": "文章は消去されました",
    "damaged": "文章を読めません",
}
_AMENDS: Final = frozenset(cls.TYPE for cls in AMENDMENTS)
_CLOCK_OFF: Final = 60


@dataclass
class Happening:
    """One event. `learned` says how much later it was heard; `struck` that something else counts in its place."""

    event: UUID
    lane: int
    word: str
    what: str
    why: list[str]
    more: list[str]
    who: str
    time: str
    at: datetime
    learned: str | None
    struck: str | None
    struck_by: UUID | None
    corrects: UUID | None
    corrects_says: str
    words_note: str | None
    other: bool
    readable: bool
    kind: str = "event"


@dataclass
class Handed:
    """A hand-off as an arrow from lane to lane: `left` is the leftmost lane, `width` how many it crosses."""

    card: Card
    left: int
    width: int
    leftward: bool
    untaken: bool
    kind: str = "handoff"


@dataclass
class Line:
    """A heading of a day, a gap without any record, or the onset."""

    kind: str
    text: str
    time: str = ""


RowShown = Happening | Handed | Line


@dataclass
class Shown:
    """What the lanes are made of. `above`: the instant of the last event of the page before, None on the first."""

    entries: Sequence[Entry]
    handoffs: Sequence[Handoff]
    names: Names
    corrections: Mapping[UUID, Correction]
    disasters: Sequence[Row]
    person: UUID
    caller: str
    now: datetime
    as_of: datetime
    above: datetime | None
    last: bool


def lanes_of(shown: Shown) -> list[RowShown]:
    """Return the rows of a page, from the newest to the oldest."""
    rows: list[RowShown] = []
    opened: dict[UUID, list[Handoff]] = {}
    for one in shown.handoffs:
        opened.setdefault(one.opened_by, []).append(one)
    before = shown.above
    onsets = _onsets(shown, before)
    shown_day: date | None = None if before is None else local(before).date()
    for entry in shown.entries:
        while onsets and onsets[0]["began"] > entry.settles:
            shown_day = _add_onset(rows, onsets.pop(0), shown_day)
        if (gap := _gap(before, entry.settles, shown)) is not None:
            rows.append(gap)
        here = local(entry.settles).date()
        if here != shown_day:
            rows.append(Line("day", day(entry.settles)))
            shown_day = here
        rows += [_handed(one, shown, entry) for one in reversed(opened.pop(entry.event, []))]
        rows.append(happening(entry, shown))
        before = entry.settles
    for disaster in onsets if shown.last else ():
        shown_day = _add_onset(rows, disaster, shown_day)
    return rows


def _gap(above: datetime | None, here: datetime, shown: Shown) -> Line | None:
    """A span without any record; above the newest event it lasts until the instant that is looked at."""
    length = (above or shown.as_of) - here
    if length < timedelta(hours=word_list().gap.hours):
        return None
    return Line("gap", f"{span(length)} 記録なし" if above is not None else f"このあと {span(length)} 記録なし")


def _onsets(shown: Shown, above: datetime | None) -> list[Row]:
    known = [one for one in shown.disasters if one["began"] is not None and one["began"] <= shown.as_of]
    below = [one for one in known if above is None or one["began"] <= above]
    return sorted(below, key=lambda one: one["began"], reverse=True)


def _add_onset(rows: list[RowShown], disaster: Row, shown_day: date | None) -> date:
    """Add the line of the onset, under the heading of its day; return that day."""
    began = disaster["began"]
    here = local(began).date()
    if here != shown_day:
        rows.append(Line("day", day(began)))
    rows.append(Line("onset", disaster["title"] or codes.DISASTER.label(disaster["kind"] or ""), clock(began)))
    return here


def _handed(one: Handoff, shown: Shown, entry: Entry) -> Handed:
    drawn = hand_off(one.kind)
    made = card(one, shown.names, shown.now, shown.caller, near=entry.settles)
    left = min(drawn.giver, drawn.taker)
    return Handed(
        made,
        left,
        abs(drawn.taker - drawn.giver),
        leftward=drawn.taker < drawn.giver,
        untaken=made.open,
    )


def happening(entry: Entry, shown: Shown) -> Happening:
    """Return one event as it is shown."""
    words = bytes(entry.words) if entry.words is not None else None
    told = tell(entry.type, bytes(entry.facts), words, shown.names, entry.settles)
    correction = shown.corrections.get(entry.event)
    struck = correction is not None and correction.type not in _AMENDS
    learned = _learned(entry)
    return Happening(
        event=entry.event,
        lane=told.lane,
        word=told.word,
        what=told.what,
        why=told.why,
        more=[*told.more, *_about(entry, learned)],
        who=_who(entry, told, shown.names),
        time=_time(entry),
        at=entry.settles,
        learned=learned,
        struck=when(correction.heard, entry.settles) if correction and struck else None,
        struck_by=correction.event if correction else None,
        corrects=entry.corrects,
        corrects_says="前の記録を直した" if entry.type in _AMENDS else "前の記録に代わる記録",
        words_note=WORDS_ARE.get(entry.words_are),
        other=entry.person is not None and entry.person != shown.person,
        readable=told.readable,
    )


def _time(entry: Entry) -> str:
    if entry.precision == "minute":
        return clock(entry.settles)
    return "時刻不明" if entry.precision == "day" else "日時不明"


def _learned(entry: Entry) -> str | None:
    """Say how much later it was heard than it happened, if that is much."""
    late = word_list().late
    seconds = (entry.recorded_at - entry.settles).total_seconds()
    if seconds < late.minutes * 60:
        return None
    arrived = short_type(entry.type) in late.arrives or entry.channel in ("paper", "import")
    return f"{later(seconds)}後に{'届いた' if arrived else '判明'}"


def _about(entry: Entry, learned: str | None) -> Iterable[str]:
    if learned or entry.precision != "minute":
        yield f"記録 {full(entry.recorded_at)}"
    if entry.device_offset is not None and abs(entry.device_offset) >= _CLOCK_OFF:
        way = "進んでいた" if entry.device_offset > 0 else "遅れていた"
        yield f"端末の時計が{span(abs(entry.device_offset))}{way}"


def _who(entry: Entry, told: Told, names: Names) -> str:
    """Say who it was, by which way it came in, and whose word it was."""
    own = entry.channel in ("timer", "worker")
    actor = "自動" if own else names.actor(entry.actor)
    parts = [told.who or actor]
    if entry.channel in ("phone", "fax", "paper", "import"):
        parts.append(codes.CHANNEL.label(entry.channel))
    if told.who and told.who != actor and not own:
        parts.append(f"入力 {actor}")
    if entry.said_by:
        parts.append(f"{codes.SAID_BY.label(entry.said_by)}の話")
    return " ".join(parts)


def named_in(entries: Iterable[Entry], handoffs: Iterable[Handoff]) -> tuple[set[UUID], set[UUID], set[str]]:
    """Return the facilities, persons and actors that a page names, as far as ids in the events can tell."""
    facilities: set[UUID] = set()
    persons: set[UUID] = set()
    actors = {one.owner for one in handoffs if one.owner}
    for entry in entries:
        actors.add(entry.actor)
        _gather(msgspec.json.decode(bytes(entry.facts)), facilities, persons, actors)
    return facilities, persons, actors


_OF_FACILITIES = frozenset({"facility", "to_facility", "from_place", "shelter"})
_OF_PERSONS = frozenset({"person", "other"})
_OF_ACTORS = frozenset({"nurse", "worker", "owner", "before", "actor", "partner"})


def _gather(value: Any, facilities: set[UUID], persons: set[UUID], actors: set[str]) -> None:
    if isinstance(value, list):
        for one in value:
            _gather(one, facilities, persons, actors)
    if not isinstance(value, dict):
        return
    for name, one in value.items():
        if isinstance(one, dict | list):
            _gather(one, facilities, persons, actors)
        elif isinstance(one, str) and name in _OF_ACTORS:
            actors.add(one)
        elif isinstance(one, str) and name in _OF_FACILITIES | _OF_PERSONS:
            try:
                (facilities if name in _OF_FACILITIES else persons).add(UUID(one))
            except ValueError:
                continue
