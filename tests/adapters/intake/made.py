"""Sheets as tests send them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.kernel.ids import new_id

SHELTER = UUID("a0000000-0000-8000-8000-000000000001")
SECRET = "秘密山キヨ"
"""A name that must be found nowhere but sealed, or in the schema `personal`."""


def fresh_id() -> str:
    return str(new_id(datetime.now(UTC)))


def sheet(people: int = 2, **fields: Any) -> dict[str, Any]:
    """A household's sheet with new ids; the second member needs care."""
    members = [
        {"id": fresh_id(), "name": f"{SECRET}{n}", "kana": "ヒミツヤマ", "representative": n == 0, "age": 40 + n}
        for n in range(people)
    ]
    if people > 1:
        members[1] |= {"needs": ["care-3-plus"], "remarks": f"{SECRET}の薬", "relation": "parent"}
    return {
        "id": fresh_id(),
        "ward": "28101",
        "place": {"kind": "shelter", "shelter": str(SHELTER), "lodging": "building"},
        "written_at": "2026-01-17T06:40:00+09:00",
        "sharing_confirmed": True,
        "address": f"{SECRET}町1-2",
        "car": "白 カローラ 神戸500 さ 12-34",
        "members": members,
        **fields,
    }
