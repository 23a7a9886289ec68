"""The head of a person's page: who it is, where since when, what they need, who stands on the sheet with them.

All of it as of the instants asked for: from the events that counted then, and their words where this reader may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from services.casework.domain.journey import Journey
from services.casework.domain.whereabouts import since
from services.casework.pages.wording import Names, place_in_words, short
from services.casework.queries_life import Relative
from services.casework.reading import Conflict, Known, WordsAre
from shared.contracts import codes
from shared.contracts.envelope import Recorded
from shared.contracts.event import decode_as
from shared.contracts.intake_person import PersonCorrected, PersonRegistered, PersonWords
from shared.contracts.places import Place
from shared.kernel.eras import age_on
from shared.platform.pages.times import local
from shared.platform.personal import PersonName

NO_NAME: Final[Mapping[WordsAre, str]] = {
    "none": "氏名の記録なし",
    "open": "氏名不詳",
    "closed": "氏名は担当の人だけが見られます",
    "late": "氏名はまだ読めません",
    "forgotten": "氏名は消去されました",
    "damaged": "氏名を読めません",
}
_AWAY: Final[Mapping[str, str]] = {
    "nobody": "登録の記録がまだ届いていません",
    "dead": "亡くなった",
    "ambulance": "救急車で医療機関へ向かった",
    "hospital": "医療機関",
}
_CONFLICTS: Final[Mapping[str, str]] = {
    "two-placements": "二つの受入先で枠が決まっています。どちらにするか決めてください。",
    "asked-twice": "二つの登録で、それぞれ受入を頼んでいます。一つにしてください。",
}


@dataclass
class Where:
    """Where somebody is, and since when."""

    text: str
    since: datetime | None


@dataclass
class FamilyMember:
    """Somebody of the household, with a page of their own."""

    person: UUID
    name: str | None
    relation: str
    age: str


@dataclass
class Head:
    """What stands at the top of the page. `no_name` says why there is no name."""

    name: str | None
    kana: str | None
    no_name: str
    description: str | None
    age: str
    where: list[Where]
    care: list[str]
    notes: list[str]
    family: list[FamilyMember]
    conflicts: list[str]
    registrations: int
    dead: bool


def sheet_events(events: Sequence[Recorded]) -> list[Recorded]:
    """Return the events that say what the sheet says of a person."""
    return [one for one in events if isinstance(one.event, PersonRegistered | PersonCorrected)]


def fold_words(
    events: Sequence[Recorded], words: Sequence[tuple[msgspec.Raw | None, WordsAre]]
) -> tuple[dict[str, Any], WordsAre]:
    """Return what the sheet says in words as it was last corrected, and how far it can be read."""
    folded: dict[str, Any] = {}
    are: WordsAre = "none"
    for one, (raw, words_are) in zip(events, words, strict=True):
        if words_are != "none" and are != "open":
            are = words_are
        if raw is None:
            continue
        told = msgspec.structs.asdict(decode_as(PersonWords, bytes(raw)))
        fields = one.event.fields if isinstance(one.event, PersonCorrected) else tuple(told)
        folded |= {name: told[name] for name in fields if name in told}
        are = "open"
    return folded, are


def facility_ids(known: Known) -> set[UUID]:
    """Return the facilities that the head names."""
    ways = [one.journey for one in known.traced]
    return {id_ for way in ways for id_ in (way.shelter, way.facility) if id_ is not None} | {
        placement.facility for way in ways for placement in way.placements.values()
    }


def make_head(
    known: Known,
    words: tuple[dict[str, Any], WordsAre],
    relatives: Sequence[Relative],
    relatives_names: Mapping[UUID, PersonName],
    names: Names,
    now: datetime,
) -> Head:
    """Make the head of a person, as of `now` (or the instant that is looked at)."""
    way = known.traced[0].journey
    told, are = words
    where: list[Where] = []
    for traced, events in zip(known.traced, known.events, strict=True):
        text = where_in_words(traced.journey, names)
        if text not in [one.text for one in where]:
            where.append(Where(text, since(traced.journey.person, events)))
    return Head(
        name=told.get("name"),
        kana=told.get("kana"),
        no_name=NO_NAME[are],
        description=told.get("description"),
        age=_age(told, way.age_band, now),
        where=where,
        care=_care(way, known.events[0]),
        notes=[told[name] for name in ("remarks", "food", "devices") if told.get(name)],
        family=[_member(one, relatives_names) for one in relatives],
        conflicts=[_conflict(one, names) for one in known.conflicts],
        registrations=len(known.traced),
        dead=way.presence == "dead",
    )


def where_in_words(way: Journey, names: Names) -> str:
    """Return where a person is."""
    if way.presence in _AWAY:
        return _AWAY[way.presence]
    if way.facility is not None:
        return names.facility(way.facility)
    if way.presence == "moved":
        going = next((one for one in way.placements.values() if one.state == "accepted"), None)
        return f"{names.facility(going.facility)}へ移動中" if going else "移動中"
    if way.presence == "left":
        left_for = way.left_for or "unknown"
        label = codes.DESTINATION_AFTER.label(left_for)
        if left_for not in codes.DESTINATION_AFTER:
            label = codes.END.label(left_for)
        return "避難所を出た(行き先は不明)" if left_for == "unknown" else f"避難所を出た({label})"
    place = place_of(way, names)
    return f"{place}(外出中)" if way.presence == "out" else place


def place_of(way: Journey, names: Names) -> str:
    """Return the place that is theirs, in words."""
    from_way = Place(kind=way.place_kind, shelter=way.shelter, lodging=way.lodging)
    if from_way.shelter is None and from_way.kind == "unknown":
        return "不明"
    return place_in_words(from_way, names)


def _age(told: Mapping[str, Any], band: str, now: datetime) -> str:
    birth = told.get("birth_date")
    computed = age_on(birth, local(now).date()) if birth else None
    if computed is not None:
        return f"{computed}歳"
    return f"{told['age']}歳" if told.get("age") is not None else codes.AGE_BAND.label(band)


def _care(way: Journey, events: Sequence[Recorded]) -> list[str]:
    communication: tuple[str, ...] = ()
    carer: str | None = None
    for one in sheet_events(events):
        if not isinstance(one.event, PersonRegistered | PersonCorrected):
            continue
        fields = one.event.fields if isinstance(one.event, PersonCorrected) else ("communication", "carer")
        communication = one.event.communication if "communication" in fields else communication
        carer = one.event.carer if "carer" in fields else carer
    needs = [short(codes.NEED.label(one)) for one in way.needs]
    told = [
        *needs,
        *(group for one in way.groups if not any((group := codes.GROUP.label(one)) in need for need in needs)),
        *(codes.AID.label(one) for one in way.aids),
        *(["命を守る電源"] if way.power_needed else []),
        *(codes.OBSERVATION.label(one) for one in way.observations),
        *(codes.COMMUNICATION.label(one) for one in communication),
        *([f"介助者 {codes.CARER.label(carer)}"] if carer else []),
    ]
    return told or (["配慮が必要"] if way.care else [])


def _member(one: Relative, names: Mapping[UUID, PersonName]) -> FamilyMember:
    called = names.get(one.person)
    relation = "代表者" if one.representative else codes.RELATION.label(one.relation) if one.relation else "家族"
    return FamilyMember(one.person, called.name if called else None, relation, codes.AGE_BAND.label(one.age_band))


def _conflict(one: Conflict, names: Names) -> str:
    facilities = [names.facility(names.placements[id_]) for id_ in one.placements if id_ in names.placements]
    return _CONFLICTS.get(one.code, one.code) + (f" {'・'.join(facilities)}" if facilities else "")
