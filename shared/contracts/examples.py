"""An example of every event type: all fields filled, always the same, nobody real.

The goldens are made of these (`freeze`), and so are the examples in the documentation.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import inspect

from shared.contracts import codes
from shared.contracts.envelope import Envelope
from shared.contracts.event import Event
from shared.contracts.openness import OPEN, Open
from shared.contracts.topics import TOPICS
from shared.kernel.ids import seeded_id

AT = datetime(2026, 1, 17, 5, 46, 0, tzinfo=UTC)

_OPEN: dict[str, str] = {
    "actor": "nurse-7",
    "partner": "taxi-1",
    "base": "base-1",
    "number": "A-0012",
    "area": "28108",
    "version": "kobe-2022@1",
    "question": "adl",
}
_MAPPINGS: dict[str, dict[str, str]] = {
    "ScreeningAnswered.answers": {"adl": "partial", "carer": "always"},
    "ScreeningDecided.answers": {"adl": "partial", "carer": "always"},
    "HouseholdRegistered.written_by": {"address": "household", "note": "staff"},
    "FacilityListed.extra": {"階層": "2階以上"},
    "FacilityChanged.extra": {"階層": "2階以上"},
}
_TEXTS: dict[str, str] = {
    "address": "例の市例の区例の町1-2-3",
    "birth": "昭和20年3月5日",
    "birth_date": "1945-03-05",
    "car": "軽・白・例の300あ12-34",
    "care_office": "例の居宅介護支援事業所",
    "condition": "歩行に見守りが必要。服薬で安定。",
    "contact": "090-0000-0000",
    "description": "青い上着、70歳くらい",
    "destination": "長女の家",
    "devices": "在宅酸素",
    "driver": "例の 運転手",
    "equipment": "ベッド柵",
    "fax": "000-000-0001",
    "food": "きざみ食",
    "hospital": "例の総合病院",
    "housing": "借家が半壊、戻れない",
    "kana": "レイノ ハナコ",
    "licence": "CC BY 4.0",
    "living": "買い物に手助けが要る",
    "medicine": "降圧剤 朝1錠",
    "mobile": "090-0000-0000",
    "name": "例野 花子",
    "night_phone": "000-000-0002",
    "operator": "社会福祉法人例の会",
    "phone": "000-000-0000",
    "place": "例の区役所 会議室",
    "postcode": "650-0000",
    "recorder": "例田",
    "remarks": "高血圧、そばアレルギー",
    "room": "2階 図工室",
    "shelter": "例の小学校",
    "source": "例の市 指定避難所一覧",
    "title": "例の市の地震（訓練）",
    "wishes": "元の町で暮らしたい",
    "with_whom": "例野 花子の長女",
    "wording": "高齢者、障がい者とその家族等",
}
_PUBLISHED: dict[str, str] = {"name": "例の小学校", "address": "例の市例の区例の町4-5"}
_NUMBERS: dict[str, float] = {"latitude": 34.6913, "longitude": 135.183, "age": 80, "rank": 1, "round": 2}
_PERSONS_OWN = ("intake.person", "screening.screening")
"""Topics whose streams are the person's."""


def example(cls: type[Event]) -> Event:
    """Return the example of an event type."""
    made: Event = msgspec.convert(_struct(inspect.type_info(cls), cls.TYPE), cls)
    return made


def example_envelope(cls: type[Event], **more: Any) -> Envelope:
    """Return the example's envelope; `more` fills or replaces fields."""
    service = cls.TOPIC.partition(".")[0]
    person = seeded_id(AT, "person")
    subject = person if cls.TOPIC in _PERSONS_OWN else seeded_id(AT, cls.TOPIC, "subject")
    keyed_by = next(topic.keyed_by for topic in TOPICS if topic.name == cls.TOPIC)
    fields: dict[str, Any] = {
        "id": seeded_id(AT, cls.TYPE, "id"),
        "type": cls.TYPE,
        "source": f"/28100/{service}",
        "subject": subject,
        "version": 1,
        "time": AT,
        "recorded_at": AT.replace(second=40),
        "key": person if keyed_by == "person" else subject,
        "topic": cls.TOPIC,
        "actor": "staff-12",
        "channel": "page",
        "correlation": seeded_id(AT, cls.TYPE, "command"),
        "causation": seeded_id(AT, cls.TYPE, "command"),
        "disaster": seeded_id(AT, "disaster"),
        "ward": "28108",
    }
    return Envelope(**{**fields, **more})


def _struct(type_: inspect.Type, where: str) -> dict[str, Any]:
    if not isinstance(type_, inspect.StructType):
        raise TypeError(f"{where}: not a struct")
    names = [field.name for field in type_.fields]
    made = {}
    for field in type_.fields:
        owner = f"{type_.cls.__name__}.{field.name}"
        if field.name == "fields":
            made["fields"] = tuple(names[names.index("fields") + 1 :][:2])
        else:
            value = _value(field.type, owner, f"{where}/{owner}", 0)
            if value == field.default:  # would not be written, so the example takes another
                value = not value if isinstance(value, bool) else _value(field.type, owner, where, _distinct(owner) - 1)
            made[field.name] = value
    return made


def _value(type_: inspect.Type, owner: str, where: str, n: int) -> Any:
    match type_:
        case inspect.UnionType(types=types):
            return _value(next(t for t in types if not isinstance(t, inspect.NoneType)), owner, where, n)
        case inspect.Metadata(type=inner):
            return _value(inner, owner, where, n)
        case inspect.StructType():
            return _struct(type_, f"{where}/{n}")
        case inspect.VarTupleType(item_type=item):
            several = isinstance(item, inspect.StrType) and _distinct(owner) > 1
            return tuple(_value(item, owner, where, i) for i in range(2 if several else 1))
        case inspect.DictType():
            return _MAPPINGS.get(owner, {"building": "例"})
        case inspect.StrType():
            return _text(owner, n)
        case _:
            return _plain(type_, owner, where, n)


def _plain(type_: inspect.Type, owner: str, where: str, n: int) -> UUID | bool | float | str:
    number = _NUMBERS.get(owner.partition(".")[2], 3)
    match type_:
        case inspect.UUIDType():
            return seeded_id(AT, where, n)
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return int(number)
        case inspect.FloatType():
            return number + 0.5 if number == 3 else float(number)
        case inspect.DateTimeType():
            return AT.replace(hour=9).isoformat()
        case inspect.DateType():
            return date(2026, 1, 17).isoformat()
        case _:
            raise TypeError(f"{where}: no example for {type_}")


def _distinct(owner: str) -> int:
    declared = OPEN.get(owner)
    return len(codes.ALL[declared.codes]) if declared is not None and declared.codes else 1


def _text(owner: str, n: int) -> str:
    declared = OPEN.get(owner)
    field = owner.partition(".")[2]
    match declared:
        case None:
            return _TEXTS.get(field, "例の文章。")
        case Open(kind="published"):
            return _PUBLISHED.get(field) or _TEXTS.get(field, "例の公表事項")
        case Open(codes=str(name)):
            return list(codes.ALL[name])[n]
        case Open(kind="field"):
            return "address"
        case Open(kind=kind):
            return _OPEN[kind]
