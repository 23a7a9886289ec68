"""As of when a person's page is looked at, in both senses: what was known then, and what had happened then.

An address says it alone (`?known_by=&happened_by=`), so that it works without any script and can be handed on.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from services.casework.looking import FAR
from services.casework.reading import AsOf
from shared.kernel.errors import Invalid
from shared.kernel.japan import JAPAN
from shared.platform.pages.times import full

Sense = Literal["known", "happened"]
_TO_THE_MINUTE: Final = timedelta(seconds=59, microseconds=999_999)


@dataclass
class Control:
    """The control: what is looked at, and the addresses that lead to the instants around it.

    `steps` are the instants that the slider stops at; now comes after the last of them. `place` is where it stands.
    """

    sense: Sense
    past: bool
    at: datetime
    says: str
    steps: list[datetime]
    place: int
    back: str | None
    on: str | None
    known: str
    happened: str
    local: str


def query_of(as_of: AsOf) -> str:
    """Return the part of an address that says as of when; empty: now."""
    asked = {}
    if as_of.happened_by != FAR:
        asked["happened_by"] = as_of.happened_by.isoformat()
    if as_of.known_by != FAR:
        asked["known_by"] = as_of.known_by.isoformat()
    return f"?{urlencode(asked)}" if asked else ""


def sense_of(as_of: AsOf, asked: Sense | None = None) -> Sense:
    """Return in which sense the control moves: what is known, unless only what had happened is asked for."""
    if as_of.known_by != FAR:
        return "known"
    return "happened" if as_of.happened_by != FAR else asked or "known"


def moved(as_of: AsOf, sense: Sense, to: datetime | None) -> AsOf:
    """Return the instants with one of them moved; None: now."""
    return as_of._replace(known_by=to or FAR) if sense == "known" else as_of._replace(happened_by=to or FAR)


def in_japan(text: str) -> datetime:
    """Read a day and a time as a form sends them, to the end of that minute. Raises `Invalid("asof.unreadable")`."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JAPAN) + _TO_THE_MINUTE
    except ValueError:
        raise Invalid("asof.unreadable", field="at") from None


def control(as_of: AsOf, moments: list[datetime], now: datetime, path: str, sense: Sense) -> Control:
    """Make the control. `moments`: when anything changed in this sense, ascending."""
    steps = [one for one in moments if one <= now][:-1]  # after the last of them it is as it is now
    at = as_of.known_by if sense == "known" else as_of.happened_by
    past = at != FAR
    place = max(0, bisect_right(steps, at) - 1) if past else len(steps)

    def address(to: datetime | None) -> str:
        return path + (query_of(moved(as_of, sense, to)) or f"?by={sense}")

    before = [one for one in steps if one < at]
    after = [one for one in steps if one > at]
    shown = min(at, now)
    other: Sense = "happened" if sense == "known" else "known"
    here, there = path + (query_of(as_of) or f"?by={sense}"), path + _turned(as_of, sense, other)
    return Control(
        sense=sense,
        past=past or as_of != AsOf(FAR, FAR),
        at=shown,
        says=_says(as_of),
        steps=steps,
        place=place,
        back=address(before[-1]) if before else None,
        on=(address(after[0]) if after else address(None)) if past else None,
        known=here if sense == "known" else there,
        happened=here if sense == "happened" else there,
        local=shown.astimezone(JAPAN).strftime("%Y-%m-%dT%H:%M"),
    )


def _turned(as_of: AsOf, sense: Sense, other: Sense) -> str:
    """The same instant in the other sense."""
    at = as_of.known_by if sense == "known" else as_of.happened_by
    if at == FAR:
        return f"?by={other}"
    return query_of(moved(AsOf(FAR, FAR), other, at))


def _says(as_of: AsOf) -> str:
    known, happened = as_of.known_by != FAR, as_of.happened_by != FAR
    if known and happened:
        return f"{full(as_of.happened_by)}までに起きたことを、{full(as_of.known_by)}に分かっていた範囲で見ています。"
    if known:
        return "このとき分かっていたことです。"
    return "このときまでに起きたことです。あとで分かったことも入ります。" if happened else ""
