"""Topic `transfer.facility`: the master of shelters and welfare shelters, their opening and places. Keyed by facility.

A facility's name, address and position are published facts, not personal data. What is not published is marked.
"""

from datetime import date

import msgspec

from shared.contracts.event import Event, Words, event

TOPIC = "transfer.facility"


class Received(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """受入対象者: codes of `codes.GROUP`, 「…とその家族等」, and the wording as published."""

    groups: tuple[str, ...] = ()
    with_family: bool = False
    wording: str | None = None


@event("tsunagi.transfer.facility.listed.v1", TOPIC, published=True)
class FacilityListed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """A facility entered the master. `kind` is a code of `codes.FACILITY`."""

    name: str
    kind: str
    operator: str | None = None
    """Who runs it: an organisation's published name (K4-106)."""
    city: str | None = None
    """JIS code of the municipality; a facility of another one is asked by way of it (K1-031)."""
    ward: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    receives: Received | None = None
    hazards: tuple[str, ...] = ()
    """What it is designated for (`codes.HAZARD`)."""
    at_risk: tuple[str, ...] = ()
    """What it stands in the way of: to be checked before use (`codes.HAZARD`, K1-027)."""
    same_place: bool | None = None
    """Whether a shelter is an emergency site at the same address as well, or the other way round (K4-056)."""
    designated: bool = True
    """指定, or only under an agreement (協定, K1-022)."""
    published: bool = True
    """False: shown to staff only, never on public pages (K1-023)."""
    invented: bool = False
    """Made up for a drill."""
    size: int | None = None
    """想定収容人数 (indoors): for how many people a shelter is meant, a めやす. None is 不明, not 0."""
    size_invented: bool = False
    """The facility is real, its size was made up for a drill."""
    official_id: str | None = None
    source: str | None = None
    licence: str | None = None
    extra: dict[str, str] = {}


@event("tsunagi.transfer.facility.changed.v1", TOPIC, published=True)
class FacilityChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The master's record of a facility changed; `fields` names what, and only those count."""

    fields: tuple[str, ...]
    by_list: bool = False
    """The imported list says so now; else somebody edited the record."""
    name: str | None = None
    kind: str | None = None
    operator: str | None = None
    city: str | None = None
    ward: str | None = None
    address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    receives: Received | None = None
    hazards: tuple[str, ...] = ()
    at_risk: tuple[str, ...] = ()
    same_place: bool | None = None
    designated: bool = True
    published: bool = True
    size: int | None = None
    size_invented: bool = False
    source: str | None = None
    licence: str | None = None
    extra: dict[str, str] = {}
    from_day: date | None = None
    """The day from which it counts: a kind can change by date (K4-125)."""


class StepWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    note: str | None = None
    """What was found, in the facility's words."""


@event("tsunagi.transfer.facility.opening-requested.v1", TOPIC)
class OpeningRequested(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The ward asks the facility to open (004 用語, 基幹福祉避難所); `cause` is a code of `codes.OPENING_CAUSE`."""

    cause: str = "asked"


@event("tsunagi.transfer.facility.opening-step-reported.v1", TOPIC)
class OpeningStepReported(Event, frozen=True, kw_only=True, omit_defaults=True):
    """One step of opening (004 (2)④, `codes.OPENING_STEP`); ok or not. With `receiving` the facility is open."""

    step: str
    ok: bool = True
    deputy: bool = False
    """The head was absent; a deputy reported it (K4-113)."""
    cause: str | None = None
    """What it opens upon: a code of `codes.OPENING_CAUSE`."""
    words: StepWords | None = None


@event("tsunagi.transfer.facility.closed.v1", TOPIC)
class FacilityClosed(Event, frozen=True, kw_only=True, omit_defaults=True):
    """The facility no longer receives anybody (a code of `codes.CLOSING_REASON`)."""

    reason: str | None = None


class Capacity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Places of one group, or of any (`group` None). None is 不明, not 0."""

    group: str | None = None
    places: int | None = None
    in_24_hours: int | None = None
    in_72_hours: int | None = None


@event("tsunagi.transfer.facility.capacity-reported.v1", TOPIC)
class CapacityReported(Event, frozen=True, kw_only=True, omit_defaults=True):
    """How many people the facility can take, all in all, with maxima by group. What a report leaves out is not known.

    `total` counts the places that stand ready, those already promised or taken included.
    """

    total: int | None = None
    baseline: int | None = None
    """Places in ordinary times, staffed or not [O]."""
    by_group: tuple[Capacity, ...] = ()
    reserved: int = 0
    """Core shelters' 枠: kept for persons who were screened."""
    in_24_hours: int | None = None
    in_72_hours: int | None = None
    lacks: tuple[str, ...] = ()
    """Staff and equipment that are missing: codes of `codes.LACK` (K1-029)."""


class ContactWords(Words, frozen=True, kw_only=True, omit_defaults=True):
    person: str | None = None
    phone: str | None = None
    fax: str | None = None
    night_phone: str | None = None


@event("tsunagi.transfer.facility.contact-changed.v1", TOPIC)
class FacilityContactChanged(Event, frozen=True, kw_only=True, omit_defaults=True):
    """How to reach the facility's manager."""

    words: ContactWords | None = None
