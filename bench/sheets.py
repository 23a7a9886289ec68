"""The sheet that is sent again and again, each time under other ids: a household of three, 1.2 kB of JSON."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

WARD = "28101"
_SLOTS = ("HOUSEHOLD", "PERSON-1", "PERSON-2", "PERSON-3")
_SHEET = {
    "id": "HOUSEHOLD",
    "ward": WARD,
    "place": {"kind": "shelter", "shelter": "8f9d1c5e-7a1f-8c52-9b2e-3f0d5a1c7e10", "lodging": "building"},
    "sheet_no": "28101-000123",
    "written_at": "2026-01-17T06:40:00+09:00",
    "entered_on": "2026-01-17",
    "postcode": "658-0000",
    "address": "神戸市東灘区（訓練）1丁目2-3",
    "phone": "078-000-0012",
    "mobile": "090-0000-0012",
    "damage": "half-destroyed",
    "reasons": ["lifelines", "aftershocks"],
    "lifelines": ["water", "gas"],
    "inquiry_consent": "agreed",
    "sharing_confirmed": True,
    "note": "祖母は夜間の移動に付き添いが必要。",
    "recorder": "訓練 一郎",
    "members": [
        {
            "id": "PERSON-1",
            "representative": True,
            "name": "訓練 太郎",
            "kana": "クンレン タロウ",
            "birth": "昭和50年1月17日",
            "age": 51,
        },
        {
            "id": "PERSON-2",
            "name": "訓練 花子",
            "kana": "クンレン ハナコ",
            "birth": "昭和52年8月3日",
            "relation": "spouse",
        },
        {
            "id": "PERSON-3",
            "name": "訓練 キヨ",
            "kana": "クンレン キヨ",
            "birth": "昭和15年3月5日",
            "relation": "parent",
            "needs": ["care-3-plus"],
            "aids": ["wheelchair"],
            "medicine_days": 2,
            "remarks": "高血圧の薬。そばアレルギー。",
        },
    ],
}


def bodies(run: int) -> Iterator[bytes]:
    """Yield sheets without end; every id is a UUIDv7 of this run and of nobody else."""
    text = json.dumps(_SHEET, ensure_ascii=False)
    pieces: list[str] = []
    for slot in _SLOTS:
        before, text = text.split(slot, 1)
        pieces.append(before)
    pieces.append(text)
    milliseconds = int(datetime.now(UTC).timestamp() * 1000) & (1 << 48) - 1
    for number in count():
        made = [pieces[0]]
        for turn in range(len(_SLOTS)):
            low = (run & 0xFFFF) << 44 | number << 4 | turn
            made.append(str(UUID(int=milliseconds << 80 | 7 << 76 | 0b10 << 62 | low)))
            made.append(pieces[turn + 1])
        yield "".join(made).encode()
