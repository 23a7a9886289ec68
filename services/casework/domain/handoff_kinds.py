"""The kinds of hand-offs as a table (domain §4): what opens one, who has it, what takes, does, ends or returns it.

The table is data with a version. A hand-off follows the version that was in force when its opening fact was heard,
for ever, so that a new version changes nothing that was there before.
"""

from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import msgspec

from services.casework.domain.kinds import packaged
from shared.kernel.errors import Invalid

Values = tuple[str | bool | int | None, ...]
Condition = dict[str, Values]
"""Path → the values that meet it; all paths must. A path is a field of the event (`destination`, `place.kind`), of
the person's way after it (`person.needs_care`), or of the thing it names (`item.provider`). `*` is any value but
none, null is none."""


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact that opens a hand-off, unless one of this kind (and about the same thing) is still to be finished.

    All of `where` must be met, and none of `unless`. `about`: what it is about, where a person can have several at
    once. `each`: one for every item of that field. `urgent`: when the shorter time runs. `owner`: the field that
    names whose it is. `planned`: it runs from when the drive is planned, if that is later than when it was heard.
    `first`: only where there has been none about the same thing.
    """

    fact: str
    where: Condition = {}
    unless: Condition = {}
    urgent: Condition = {}
    about: str | None = None
    each: str | None = None
    owner: str | None = None
    planned: Literal["trip"] | None = None
    first: bool = False


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact that takes, does, returns or ends a hand-off. `owner`: the field that names who has taken it (else it
    is the actor). `reason` (fixed) or `reason_from` (a field) say why it ended without being done. `even_before`: it
    counts also where it settles before what opens (an acceptance that is keyed in after the arrival)."""

    fact: str
    where: Condition = {}
    about: str | None = None
    even_before: bool = False
    owner: str | None = None
    reason: str | None = None
    reason_from: str | None = None


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of hand-off. Minutes are [O] unless `source` says otherwise.

    `level` is who is told when nobody has taken it in time (none: it is only shown). `taking_is_all`: with its being
    taken on there is nothing left to do. `facts: later`: what opens it is not reported by any service yet.
    """

    code: str
    giver: str
    taker: str
    due_minutes: int
    source: str
    urgent_minutes: int | None = None
    level: str | None = None
    taking_is_all: bool = False
    facts: Literal["now", "later"] = "now"
    opens: tuple[Opening, ...] = ()
    takes: tuple[Closing, ...] = ()
    done: tuple[Closing, ...] = ()
    returns: tuple[Closing, ...] = ()
    ends: tuple[Closing, ...] = ()

    def due(self, since: datetime, *, urgent: bool) -> datetime:
        """Return when one is due that runs since that instant."""
        minutes = self.urgent_minutes if urgent and self.urgent_minutes is not None else self.due_minutes
        return since + timedelta(minutes=minutes)


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the table, in force for what is heard from `since` on (null: always)."""

    version: str
    title: str
    note: str
    kinds: tuple[Kind, ...]
    since: datetime | None = None


def read_table(raw: bytes) -> Table:
    """Read a table of hand-offs. Raises `Invalid("handoff-kinds.unreadable", reason=…)`."""
    try:
        table = msgspec.json.decode(raw, type=Table)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid("handoff-kinds.unreadable", reason=str(error)) from None
    codes = [kind.code for kind in table.kinds]
    if len(set(codes)) < len(codes):
        raise Invalid("handoff-kinds.unreadable", reason="two kinds of one code")
    for kind in table.kinds:
        if (kind.facts == "later") == bool(kind.opens):
            raise Invalid("handoff-kinds.unreadable", reason=f"{kind.code}: either opens, or its facts come later")
        for closing in kind.ends:
            if (closing.reason is None) == (closing.reason_from is None):
                raise Invalid("handoff-kinds.unreadable", reason=f"{kind.code}: {closing.fact} ends for one reason")
    return table


@cache
def packaged_table() -> Table:
    """The table that comes with the software."""
    return read_table(packaged("handoffs-1"))
